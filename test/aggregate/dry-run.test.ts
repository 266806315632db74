// A dry run computes everything and leaves nothing behind that anybody could see or that a later run could stumble over.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readRunDiff } from "../../aggregate/index.ts";
import type { Run } from "../../core/runs.ts";
import { at } from "../at.ts";
import { failing } from "../failing.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(at("2027-01-01T00:00:00Z"));
});
beforeEach(() => pipeline.reset());
afterAll(() => pipeline.close());

const event = (
  id: string,
  time: string,
  type: string,
  data: Record<string, unknown> = {},
  rest: object = {},
): object => ({
  specversion: "1.0",
  id,
  source: "cloudstack/z1",
  type,
  time,
  data: { account_id: "acme", resource: "vm-1", offering: "small", ...data },
  ...rest,
});
const counter = { part: "network/n1", counter: "cumulative", offering: null };

/** What came in before the first run, and what after it: late starts and stops, a repeat, a conflict, an amendment, an ended account. */
const early = [
  event("1", "2026-10-01T06:00:00Z", "VM.START"),
  event("2", "2026-10-01T08:00:00Z", "VM.START", { resource: "vm-2", account_id: "beta" }),
  event("3", "2026-10-01T08:00:00Z", "VM.CREATE", { resource: "vm-2", account_id: "beta" }),
  event("4", "2026-10-01T09:00:00Z", "tally.counter", { ...counter, readings: { network_bytes_sent: "100" } }),
  event("10", "2026-10-02T01:00:00Z", "VM.START", { resource: "vm-3" }),
  event("11", "2026-10-02T02:00:00Z", "VM.STOP", { resource: "vm-3" }),
  event("12", "2026-10-02T03:00:00Z", "VM.START", { resource: "vm-3" }),
];
const late = [
  event("5", "2026-10-01T18:00:00Z", "VM.STOP"),
  event("1", "2026-10-01T06:00:00Z", "VM.START"),
  event("2", "2026-10-01T07:00:00Z", "VM.START", { resource: "vm-2", account_id: "beta" }),
  event("6", "2026-10-02T09:00:00Z", "tally.counter", { ...counter, readings: { network_bytes_sent: "350" } }),
  event("7", "2026-10-03T12:00:00Z", "ACCOUNT.DELETE", { account_id: "beta", resource: "beta", offering: null }),
  event("8", "2026-10-04T12:00:00Z", "VM.START", { tags: { team: "red" } }),
  event("9", "2026-10-05T00:00:00Z", "tally.event.retracted", {
    account_id: "beta",
    resource: "vm-2",
    offering: null,
    original: { source: "cloudstack/z1", id: "3" },
    revision: 1,
    by: "ana",
    why: "never created",
  }),
];
/** A process that has just started remembers no ids, so that repeats and conflicts come as far as the run. */
async function sendLate(): Promise<void> {
  await pipeline.restart();
  await pipeline.send(late);
}

const first = at("2026-10-03T00:15:00Z");
const second = at("2026-10-06T00:15:00Z");

async function dry(from?: string): Promise<Run> {
  const range = from === undefined ? { until: second } : { until: second, from: at(from) };
  return pipeline.system().aggregate({ ...range, dry_run: true });
}

/** Every row of every table as text, but for the number of the run and the name of the log, which differ by nature. */
async function everything(): Promise<string[]> {
  const rows = async <T>(query: string): Promise<T[]> =>
    (await pipeline.store.read.query({ query, format: "JSONEachRow" })).json<T>();
  const tables = await rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine NOT LIKE '%View'
       AND name NOT LIKE 'scratch%' AND name NOT IN ('run', 'schema_migration', 'event_log', 'event_log_commit') ORDER BY name`,
  );
  const lines: string[] = [];
  for (const { name } of tables) {
    const { log_id: _log, ...found } = Object.fromEntries((await columnsOf(name)).map((column) => [column, true]));
    const columns = Object.keys(found).filter((column) => column !== "run_seq");
    for (const row of await rows<object>(`SELECT DISTINCT ${columns.join(", ")} FROM ${name}`))
      lines.push(`${name} ${JSON.stringify(row)}`);
  }
  return lines.toSorted();
}

async function columnsOf(table: string): Promise<string[]> {
  const query = `SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '${table}' ORDER BY name`;
  const result = await pipeline.store.read.query({ query, format: "JSONEachRow" });
  return (await result.json<{ name: string }>()).map(({ name }) => name);
}

test("a dry run publishes nothing, says what it would have done, and its diff is what the real run then changes", async () => {
  await pipeline.send(early);
  await pipeline.aggregate(first);
  await sendLate();
  const before = await readTruth(pipeline);
  const tried = await dry();
  expect(tried).toMatchObject({ state: "discarded", dry_run: true, kind: "aggregate" });
  expect(await readTruth(pipeline)).toEqual(before);
  const completeTo = (await pipeline.system().runs.latestPublished("aggregate"))?.to_ms;
  expect(completeTo).toBe(first);
  const diffOf = async ({ seq }: Run) =>
    (await readRunDiff(pipeline, { run_seq: seq, account_ids: [], after: null, limit: 1000 })).map(
      ({ change }) => change,
    );
  const wouldChange = await diffOf(tried);
  // vm-1 ran to 24:00 on 1 October for all the first run knew: 18 h, and stopped at 18:00: 12 h.
  const shortened = wouldChange.find(
    ({ account_id, usage_type, window }) =>
      account_id === "acme" && usage_type === 1 && window.start === "2026-10-01T00:00:00.000Z",
  );
  expect(shortened).toMatchObject({
    quantity_before: `${18 * 3_600_000}`,
    quantity_after: `${12 * 3_600_000}`,
    difference: `${-6 * 3_600_000}`,
  });

  const done = await pipeline.aggregate(second);
  expect(done.state).toBe("published");
  expect(done.counts).toEqual(tried.counts);
  expect(await diffOf(done)).toEqual(wouldChange);
  expect(await readTruth(pipeline)).not.toEqual(before);
});

test("dry runs before a real one change no byte of what that leaves behind, in any table", async () => {
  await pipeline.send(early);
  await pipeline.aggregate(first);
  await sendLate();
  await pipeline.aggregate(second);
  const alone = await everything();
  for (const table of [
    "usage_record",
    "slice",
    "event_excluded",
    "event_revision",
    "account_end",
    "resource_state_repair",
  ])
    expect(
      alone.filter((line) => line.startsWith(`${table} `)),
      table,
    ).not.toEqual([]);

  await pipeline.reset();
  await pipeline.send(early);
  await dry();
  await pipeline.aggregate(first);
  await sendLate();
  await dry();
  await dry("2026-10-01T00:00:00Z");
  await pipeline.aggregate(second);
  expect(await everything()).toEqual(alone);
});

test("the rows of a dry run are cleared away when the next run begins", async () => {
  await pipeline.send(early);
  const tried = await dry();
  const rows = (): Promise<unknown[]> =>
    readRunDiff(pipeline, { run_seq: tried.seq, account_ids: [], after: null, limit: 10 });
  expect(await rows()).not.toEqual([]);
  await pipeline.aggregate(first);
  expect(await rows()).toEqual([]);
  expect((await pipeline.system().runs.get(tried.id))?.counts["cleared"]).toBe("1");
});

test("a clearing that broke off is taken up by the next one, and nobody takes what is left for the whole meanwhile", async () => {
  await pipeline.send(early);
  const tried = await dry();
  const { run: lane } = pipeline.store;
  const clearing = failing(lane, /^DELETE FROM slice /, async () => void (await pipeline.aggregate(first)));
  await expect(clearing).rejects.toThrow("the disk is gone");
  const { runs, live } = pipeline.system();
  expect((await runs.get(tried.id))?.counts["cleared"]).toBe("0");
  await expect(live.requireKept(tried.id)).rejects.toMatchObject({ key: "conflict" });
  const query = `SELECT window_start FROM run_window WHERE run_seq = ${tried.seq}`;
  const left = async () => (await pipeline.store.read.query({ query, format: "TabSeparated" })).text();
  expect(await left()).not.toBe("");
  await pipeline.aggregate(first);
  expect(await left()).toBe("");
  expect((await runs.get(tried.id))?.counts["cleared"]).toBe("1");
});

test("every table that a run of aggregation writes to under its number is cleared after a dry run", async () => {
  await pipeline.send([...early, ...late]);
  const tried = await dry();
  await pipeline.aggregate(second);
  const tables = await pipeline.store.read.query({
    query: `SELECT DISTINCT table FROM system.columns WHERE database = currentDatabase() AND name = 'run_seq'
      AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine NOT LIKE '%View')
      AND table NOT LIKE 'scratch%' AND table != 'run'`,
    format: "JSONEachRow",
  });
  for (const { table } of await tables.json<{ table: string }>()) {
    const query = `SELECT count() AS rows FROM ${table} WHERE run_seq = ${tried.seq}`;
    const result = await pipeline.store.read.query({ query, format: "JSONEachRow" });
    expect(await result.json(), table).toEqual([{ rows: "0" }]);
  }
});
