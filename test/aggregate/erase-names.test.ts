import { afterAll, beforeAll, expect, test } from "vitest";
import { withoutNames } from "../../aggregate/retention/erase-names.ts";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { archiveFolder } from "../../aggregate/retention/archive-file.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { instant } from "../../core/instant.ts";
import { listProposals } from "../../aggregate/index.ts";
import { closeEverything } from "./closing-month.ts";

// What erasing promises: the names are gone from everything that is kept, and no bill notices.

const now = at("2026-11-05T00:00:00Z");
let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(now);
});
afterAll(() => pipeline.close());

const labels = { account_id: "acct-1", account: "Zimbelstern GmbH", resource: "vm-1" };
const toEvent = (id: string, time: string, type: string, data: object = {}) => ({
  specversion: "1.0",
  id,
  source: "cloud/z1",
  type,
  time,
  data: { ...labels, ...data },
});
const started = toEvent("e1", "2026-09-10T00:00:00Z", "VM.START", { name: 'zimbelstern "web" 1' });
const history = [
  started,
  toEvent("e2", "2026-10-10T00:00:00Z", "VM.STOP", { name: "zimbelstern-web-1" }),
  toEvent("e3", "2026-10-11T00:00:00Z", "tally.event.amended", {
    original: { source: "cloud/z1", id: "e2" },
    revision: 1,
    by: "ops",
    why: "stopped a day later",
    name: "zimbelstern-web-1",
    event: toEvent("e2", "2026-10-11T00:00:00Z", "VM.STOP", { name: "zimbelstern-web-1" }),
  }),
  toEvent("o1", "2026-09-10T00:00:00Z", "VM.START", {
    account_id: "acct-2",
    account: "Other",
    resource: "vm-2",
    name: "other",
  }),
  toEvent("q1", "2026-10-10T00:00:00Z", "NO.SUCH.TYPE", { name: "zimbelstern-mail" }),
];

/** What a list brings of a machine nobody has heard of; its tag is no name of it. */
const listed = {
  ...labels,
  kind: "vm",
  resource: "vm-9",
  name: 'zimbelstern "web" 9',
  tags: { name: "web", account: "sales" },
};

async function rows<T>(query: string): Promise<T[]> {
  return (await pipeline.store.read.query({ query, format: "JSONEachRow" })).json<T>();
}

/** Every text column of every table in which a word stands, whatever its case. */
async function placesOf(word: string): Promise<string[]> {
  const columns = await rows<{ table: string; name: string }>(
    `SELECT table, name FROM system.columns WHERE database = currentDatabase() AND type LIKE '%String%'
     AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')`,
  );
  const found: string[] = [];
  for (const { table, name } of columns) {
    const [row] = await rows<{ n: string }>(
      `SELECT count() AS n FROM ${table} WHERE positionCaseInsensitiveUTF8(toString(${name}), '${word}') > 0`,
    );
    if (row?.n !== "0") found.push(`${table}.${name}`);
  }
  return found.toSorted();
}

const billed = async (): Promise<string> =>
  JSON.stringify([
    await rows("SELECT * FROM usage_record ORDER BY ALL"),
    await rows("SELECT * FROM slice ORDER BY ALL"),
    await rows("SELECT * FROM billing_record ORDER BY ALL"),
    await rows("SELECT * FROM statement_line ORDER BY ALL"),
    await rows("SELECT * FROM shape ORDER BY ALL"),
  ]);

test("nothing of a name is left anywhere, bills are the same bytes, and a repeat of an erased event is still a repeat", async () => {
  const tariff = {
    tariff_id: "vm",
    name: "vm",
    usage_type: 1,
    component: "base",
    currency: "EUR",
    unit: "hour" as const,
    model: "per_unit" as const,
    rate: "1",
    condition: "",
    valid_from: "2026-01-01T00:00:00.000Z",
    valid_to: null,
  };
  await pipeline.system().rateCards.put("default", { name: "default", currency: "EUR", tariffs: [tariff] }, "test");
  expect(await pipeline.send(history)).toMatchObject({ accepted: 4, rejected: [{ index: 4 }] });
  await pipeline.aggregate(now);
  for (const period of ["2026-09", "2026-10"]) await pipeline.system().rate({ period });
  await closeEverything(pipeline.system(), ["2026-09", "2026-10"]);
  await pipeline.system().archive({ before: "2026-10", by: "test" });

  const inventory_id = await pipeline.system().takeInventory(
    {
      source: "cloud/z1",
      at: instant(at("2026-11-01T00:00:00Z")),
      account_id: "",
      complete_for: [],
      resources: [listed],
    },
    "test",
  );

  const before = await billed();
  expect(before).toContain("acct-1");
  expect(await placesOf("zimbelstern")).toEqual([
    "account.name",
    "event.account",
    "event.envelope",
    "event.name",
    "inventory_proposal.event",
    "inventory_proposal.new",
    "quarantine.raw",
    "resource_name.name",
  ]);
  const erased = await pipeline.system().eraseNames({ account_id: "acct-1", by: "the data protection officer" });
  expect(erased).toMatchObject({ events: "2", names: "2", messages: "1", erased_by: "the data protection officer" });
  expect(await placesOf("zimbelstern")).toEqual([]);
  expect(await pipeline.system().accounts.get("acct-1")).toMatchObject({ name: "acct-1" });
  expect(await billed()).toBe(before);
  const [proposal] = await listProposals(pipeline, inventory_id, { after_n: -1, limit: 2 });
  const { kind: _kind, ...data } = listed;
  const nameless = { ...data, account: "", name: "" };
  expect(proposal?.new).toEqual(nameless);
  expect(proposal?.event).toMatchObject({ type: "VM.CREATE", time: "2026-11-01T00:00:00.000Z", data: nameless });
  expect(await placesOf("other"), "others keep theirs").toContain("account.name");
  expect(await rows("SELECT account_id, erased_by FROM erasure")).toEqual([
    { account_id: "acct-1", erased_by: "the data protection officer" },
  ]);

  const folder = archiveFolder(pipeline.store);
  expect(readdirSync(folder), "the file that bore the name is gone").toHaveLength(1);
  for (const file of readdirSync(folder)) expect(readFileSync(join(folder, file)).includes("imbelstern")).toBe(false);
  await pipeline.system().restoreArchive({ month: "2026-09", by: "test" });
  expect(await placesOf("zimbelstern")).toEqual([]);

  await pipeline.restart();
  expect(await pipeline.send([started])).toMatchObject({ rejected: [] });
  const run = await pipeline.aggregate(now);
  expect(run.counts).toMatchObject({ arrivals: "1", resources_corrected: "0", corrections: "0" });
  expect(await rows("SELECT conflict FROM event_excluded")).toEqual([{ conflict: 0 }]);
  expect(await pipeline.quarantine().count()).toBe(1);
  const again = await pipeline.aggregate(now, at("2026-09-01T00:00:00Z"));
  expect(again.counts["corrections"]).toBe("0");
}, 300_000);

test("a refused message keeps all but its labels, and a reason that quotes one loses it", () => {
  const refused = {
    raw: JSON.stringify({
      id: "1",
      data: { account_id: "a", account: "Secret", name: "s", size: "x", event: { data: { name: "s" } } },
    }),
    field: "data.name",
    reason: 'data.name is "s", expected another value',
  };
  const kept = withoutNames(refused, "a");
  expect(JSON.parse(kept?.raw ?? "")).toEqual({
    id: "1",
    data: { account_id: "a", account: "", name: "", size: "x", event: { data: { name: "" } } },
  });
  expect(kept?.reason).toBe("data.name was refused; what it said is erased");
  expect(withoutNames({ ...refused, field: "data.size", reason: "why" }, "a")?.reason).toBe("why");
  expect(withoutNames(refused, "b"), "another account's").toBeNull();
  expect(withoutNames({ ...refused, raw: "{" }, "a")).toBeNull();
});
