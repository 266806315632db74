import { afterAll, expect, test } from "vitest";
import { domainIdOf } from "../../core/domains.ts";
import { at } from "../at.ts";
import { openTestSystem } from "../test-system.ts";

const { system, close } = await openTestSystem(at("2026-10-02T12:00:00Z"));
afterAll(close);
const { domains, accounts } = system;
const by = "test";
const paths = async () => (await domains.list()).map(({ path }) => path);

test("ROOT is there from the beginning, and what labels of accounts tell of, with what lies above it", async () => {
  expect(await domains.list()).toEqual([
    {
      domain_id: domainIdOf("ROOT"),
      name: "ROOT",
      path: "ROOT",
      parent_domain_id: null,
      state: "active",
      version: "0",
    },
  ]);
  await accounts.put({ account_id: "a", domain: "ROOT/acme/labs" }, { by });
  expect(await paths()).toEqual(["ROOT", "ROOT/acme", "ROOT/acme/labs"]);
  const labs = await domains.byPath("ROOT/acme/labs");
  expect(labs).toMatchObject({ name: "labs", parent_domain_id: domainIdOf("ROOT/acme"), version: "0" });
  expect(await domains.get(labs?.domain_id ?? "")).toEqual(labs);
  expect(await domains.byPath("ROOT/none")).toBeNull();
});

test("ids of domains nobody wrote are UUIDs made of the path", () => {
  expect(domainIdOf("ROOT")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(domainIdOf("ROOT/acme")).not.toBe(domainIdOf("ROOT/acme/"));
});

test("a domain is made below one that only labels told of, which then is written too, under the same id", async () => {
  const acme = await domains.byPath("ROOT/acme");
  const made = await domains.put({ name: "shop", parent_domain_id: acme?.domain_id ?? "" }, { by, if_version: "0" });
  expect(made).toMatchObject({ path: "ROOT/acme/shop", version: "1", state: "active" });
  expect(await domains.byPath("ROOT/acme")).toMatchObject({ domain_id: acme?.domain_id, version: "1" });
  await expect(domains.put({ name: "shop", parent_domain_id: acme?.domain_id ?? "" }, { by })).rejects.toMatchObject({
    key: "conflict",
  });
});

test("a domain moves with all below it, unless accounts name it: they would stay behind", async () => {
  const shop = await domains.byPath("ROOT/acme/shop");
  const eu = await domains.put({ name: "eu", parent_domain_id: shop?.domain_id ?? "" }, { by });
  const moved = await domains.put(
    { domain_id: shop?.domain_id ?? "", name: "store", parent_domain_id: domainIdOf("ROOT") },
    { by },
  );
  expect(moved.path).toBe("ROOT/store");
  expect((await domains.get(eu.domain_id))?.path).toBe("ROOT/store/eu");
  const acme = domainIdOf("ROOT/acme");
  for (const change of [{ name: "renamed" }, { state: "deleted" as const }])
    await expect(domains.put({ domain_id: acme, ...change }, { by })).rejects.toMatchObject({ key: "conflict" });
  await accounts.put({ account_id: "a", domain: "ROOT" }, { by });
  expect((await domains.put({ domain_id: acme, state: "deleted" }, { by })).state).toBe("deleted");
});

test("a parent that is not there, is deleted, or lies below is refused, and a root stays where it is", async () => {
  const store = (await domains.byPath("ROOT/store"))?.domain_id ?? "";
  const eu = (await domains.byPath("ROOT/store/eu"))?.domain_id ?? "";
  const refused = { key: "invalid-request", field: "parent_domain_id" };
  await expect(domains.put({ name: "x", parent_domain_id: "none" }, { by })).rejects.toMatchObject(refused);
  await expect(domains.put({ name: "x", parent_domain_id: domainIdOf("ROOT/acme") }, { by })).rejects.toMatchObject(
    refused,
  );
  await expect(domains.put({ domain_id: store, parent_domain_id: eu }, { by })).rejects.toMatchObject({
    key: "invalid-request",
  });
  await expect(domains.put({ domain_id: domainIdOf("ROOT"), parent_domain_id: eu }, { by })).rejects.toMatchObject(
    refused,
  );
  await expect(domains.put({ domain_id: store, name: "y" }, { by, if_version: "9" })).rejects.toMatchObject({
    key: "conflict",
  });
});
