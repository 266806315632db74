import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccounts, type Accounts } from "../../core/accounts.ts";
import { createTestClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";
import { publishUsage, openTestStore, type TestStore } from "../test-store.ts";

let opened: TestStore;
let accounts: Accounts;
const by = "ana";
beforeAll(async () => {
  opened = await openTestStore();
  accounts = createAccounts({ store: opened.store, clock: createTestClock(instant(1_790_000_000_000)) });
});
afterAll(() => opened.close());

test("a new account pays for itself, postpaid, in the default zone and currency", async () => {
  const put = await accounts.put({ account_id: "a-1", name: "acme", domain: "ROOT/acme" }, { by });
  expect(put).toEqual({
    account_id: "a-1",
    name: "acme",
    kind: "account",
    domain: "ROOT/acme",
    payer_account_id: "a-1",
    currency: "",
    time_zone: "",
    payment: "postpaid",
    rate_card_id: "",
    state: "active",
    version: "1",
  });
  expect(await accounts.get("a-1")).toEqual(put);
  expect(await accounts.get("a-0")).toBeNull();
});

test("a change keeps what it does not name and counts the version up by one", async () => {
  await accounts.put({ account_id: "b-1", name: "bravo", currency: "USD" }, { by });
  const changed = await accounts.put({ account_id: "b-1", payment: "prepaid" }, { by });
  expect(changed).toMatchObject({ name: "bravo", currency: "USD", payment: "prepaid", version: "2" });
});

test("a put that changes nothing writes nothing", async () => {
  const first = await accounts.put({ account_id: "c-1", name: "charlie" }, { by });
  const again = await accounts.put({ account_id: "c-1", name: "charlie", payment: "postpaid" }, { by });
  expect([first.version, again.version]).toEqual(["1", "1"]);
});

test("a writer that has seen another version is refused", async () => {
  await accounts.put({ account_id: "d-1", name: "delta" }, { by, if_version: "0" });
  await expect(accounts.put({ account_id: "d-1", name: "dora" }, { by, if_version: "0" })).rejects.toMatchObject({
    key: "conflict",
    field: "version",
  });
  expect((await accounts.put({ account_id: "d-1", name: "dora" }, { by, if_version: "1" })).version).toBe("2");
});

test("of two that ask for one name in a domain at once, one gets it", async () => {
  const asked = ["e-1", "e-2"].map((account_id) =>
    accounts.put({ account_id, name: "echo", domain: "ROOT/e" }, { by }),
  );
  const [first, second] = await Promise.allSettled(asked);
  expect(first?.status).toBe("fulfilled");
  expect(second).toMatchObject({ status: "rejected", reason: { key: "conflict", field: "name" } });
  expect((await accounts.put({ account_id: "e-3", name: "echo", domain: "ROOT/other" }, { by })).version).toBe("1");
  await accounts.put({ account_id: "e-1", state: "deleted" }, { by });
  expect((await accounts.put({ account_id: "e-2", name: "echo", domain: "ROOT/e" }, { by })).version).toBe("1");
});

test("a payer exists, is not deleted and pays for itself, so chains are no longer than one", async () => {
  await accounts.put({ account_id: "p-1", name: "payer" }, { by });
  await accounts.put({ account_id: "p-2", name: "paid for", payer_account_id: "p-1" }, { by });
  const put = (account_id: string, payer_account_id: string) => accounts.put({ account_id, payer_account_id }, { by });
  await expect(put("p-3", "nobody")).rejects.toMatchObject({ key: "invalid-request", field: "payer_account_id" });
  await expect(put("p-3", "p-2")).rejects.toThrow("a payer pays for itself");
  await accounts.put({ account_id: "p-4", name: "gone", state: "deleted" }, { by });
  await expect(put("p-3", "p-4")).rejects.toThrow("another that exists");
  await expect(put("p-1", "a-1")).rejects.toThrow("pays for p-2");
  await expect(accounts.put({ account_id: "p-1", state: "deleted" }, { by })).rejects.toThrow("cannot be deleted");
  await put("p-2", "p-2");
  expect(await put("p-1", "p-2")).toMatchObject({ payer_account_id: "p-2", version: "2" });
});

test.each([
  [{ currency: "DM" }, "currency"],
  [{ time_zone: "Mars/Olympus" }, "time_zone"],
  [{ name: "" }, "name"],
  [{ account_id: "" }, "account_id"],
  [{ payment: "later" as "prepaid" }, "payment"],
])("%j is refused by field", async (change, field) => {
  await expect(accounts.put({ account_id: "f-1", ...change }, { by })).rejects.toMatchObject({
    key: "invalid-request",
    field,
  });
  expect(await accounts.get("f-1")).toBeNull();
});

test("the currency stays once usage of the account is published; another zone may be named, and counts from a month start on", async () => {
  await accounts.put({ account_id: "u-1", name: "used", time_zone: "Europe/Amsterdam" }, { by });
  await publishUsage(opened.store, "u-1");
  await expect(accounts.put({ account_id: "u-1", currency: "USD" }, { by })).rejects.toMatchObject({
    key: "conflict",
    field: "currency",
  });
  expect(await accounts.put({ account_id: "u-1", time_zone: "Asia/Kolkata" }, { by })).toMatchObject({
    time_zone: "Asia/Kolkata",
    currency: "",
    version: "2",
  });
  expect(await accounts.put({ account_id: "u-1", name: "used up" }, { by })).toMatchObject({ version: "3" });
});

test("pages follow each other without gap or repeat", async () => {
  const ids: string[] = [];
  for (let after_id = ""; ;) {
    const page = await accounts.list({ after_id, limit: 3 });
    ids.push(...page.map(({ account_id }) => account_id));
    const last = page.at(-1);
    if (last === undefined) break;
    after_id = last.account_id;
  }
  expect(ids).toEqual([...new Set(ids)].toSorted());
  expect(ids).toEqual(expect.arrayContaining(["a-1", "b-1", "e-1", "p-4", "u-1"]));
});
