import { afterAll, beforeAll, expect, test } from "vitest";
import { casesOf } from "../../aggregate/golden-case.ts";
import { at } from "../../at.ts";
import { event } from "../test-api.ts";
import { type ClientApi, openClientApi } from "./asking.ts";

const machines = Array.from({ length: 60 }, (_, number) => `machine-${number}`);
const cases = casesOf("../api/cloudstack-usage");
let api: ClientApi;

beforeAll(async () => {
  api = await openClientApi({ now: at("2026-03-31T12:00:00Z") });
  const { system } = api;
  const by = { by: "test" };
  await system.catalogue.put(
    "offering",
    { id: "small", name: "Small Instance", kind: "compute", cpu_count: 1, memory_mib: 512 },
    by,
  );
  await system.catalogue.put(
    "offering",
    { id: "fast", name: "Fast Disk", kind: "disk", cpu_count: 0, memory_mib: 0 },
    by,
  );
  await system.catalogue.put("template", { id: "debian-12", name: "Debian 12", hypervisor: "KVM" }, by);
  // A case is an account of its own and has a day of March, so that one run does for all.
  for (const [index, { steps }] of cases.entries()) {
    const account_id = `acme-${index}`;
    await system.accounts.put({ account_id, name: `acme ${index}`, domain: "ROOT/acme" }, by);
    const events = steps.flatMap((step) => step.events);
    const sent = events.map((event, place) => ({
      ...event,
      id: `c${index}-${place}`,
      data: { ...event.data, account_id },
    }));
    await api.send(sent);
  }
  await system.accounts.put({ account_id: "many", name: "many", domain: "ROOT/many" }, by);
  const starts = machines.map((resource) =>
    event(`start-${resource}`, "VM.START", "2026-03-10T06:00:00Z", { account_id: "many", resource }),
  );
  await api.send(starts);
  await system.aggregate({ until: at("2026-03-12T00:00:00Z") });
}, 60_000);
afterAll(() => api.close());

type Item = Record<string, unknown>;

async function recordsOf(index: number, more: Record<string, string> = {}): Promise<Item[]> {
  const asked = { accountid: `acme-${index}`, startdate: "2026-03-10", enddate: "2026-03-10", ...more };
  const { usagerecord = [], count } = await api.answerOf("listUsageRecords", asked);
  expect(count ?? 0).toBe((usagerecord as Item[]).length);
  return usagerecord as Item[];
}
const sorted = (items: readonly Item[]): Item[] => items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
const keyOf = ({ usagetype, rawusage }: Item): string => `${String(usagetype).padStart(5, "0")} ${String(rawusage)}`;

test.each(
  cases.map(({ why, steps: [step] }, index) => ({ why, then: (step?.then ?? []) as unknown as Item[], index })),
)("$why", async ({ then, index }) => {
  const found = sorted(await recordsOf(index, { includetags: "true" }));
  const old = sorted(await recordsOf(index, { oldformat: "true" }));
  const expected = sorted(then);
  const shown = found.map((item, place) => {
    const fields = (expected[place]?.["fields"] ?? {}) as Item;
    const tags = (item["tags"] as Item[]).map(({ key, value }) => `${String(key)}=${String(value)}`).join();
    const all: Item = { ...item, tag: tags };
    return {
      usagetype: String(item["usagetype"]),
      rawusage: item["rawusage"],
      usage: item["usage"],
      description: item["description"],
      old: old[place]?.["description"],
      fields: Object.fromEntries(Object.keys(fields).map((name) => [name, String(all[name])])),
    };
  });
  expect(shown).toEqual(expected.map((row) => ({ ...row, fields: row["fields"] ?? {} })));
  const own = { account: `acme ${index}`, accountid: `acme-${index}`, domain: "acme", domainpath: "ROOT/acme" };
  for (const item of [...found, ...old]) expect(item).toMatchObject(own);
  for (const item of old) expect(item["tags"]).toEqual([]);
});

test("every usage type of CloudStack has a case", () => {
  const types = cases
    .flatMap(({ steps: [step] }) => (step?.then ?? []) as unknown as Item[])
    .map((row) => Number(row["usagetype"]));
  const wanted = api.system.usageTypes
    .list()
    .map(({ usage_type }) => usage_type)
    .filter((type) => type < 1000);
  expect(wanted.filter((type) => !types.includes(type))).toEqual([]);
});

test("a window is 24 hours of what goes on, and its record is exactly 24", async () => {
  const { usagerecord } = await api.answerOf("listUsageRecords", {
    accountid: "acme-1",
    startdate: "2026-03-11",
    enddate: "2026-03-11",
  });
  expect(usagerecord).toMatchObject([{ usagetype: 2, rawusage: "24", usage: "24 Hrs" }]);
});

// The order of the pages is one of hashes: as numbers it is another one than as text.
test("pages that are followed to the end have every record once, as many as the count says", async () => {
  const asked = { accountid: "many", startdate: "2026-03-10", enddate: "2026-03-10", type: "1", pagesize: "7" };
  const found: string[] = [];
  for (let page = 1; page <= 10; page += 1) {
    const { usagerecord = [], count } = await api.answerOf("listUsageRecords", { ...asked, page: `${page}` });
    expect(count).toBe(machines.length);
    found.push(...(usagerecord as Item[]).map(({ usageid }) => String(usageid)));
  }
  expect(found.toSorted()).toEqual(machines.toSorted());
});
