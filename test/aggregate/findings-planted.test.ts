// Most of what the checks look for cannot happen by construction: it is planted in the tables, so that each check can be seen to fail.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { listFindings } from "../../aggregate/index.ts";
import { insertLines, timeField } from "../../core/insert-lines.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { check, event, only, told } from "./findings-of.ts";

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-03-20T00:00:00Z"));
});
beforeEach(() => pipeline.reset());
afterAll(() => pipeline.close());

interface Planted {
  readonly resource?: string;
  readonly account_id?: string;
  readonly type?: number;
  readonly part?: string;
  readonly shape?: number;
  readonly quantity?: number;
  readonly duration_ms?: number;
  readonly slices?: number;
  readonly first?: string;
  readonly last?: string;
}

const day = { start: at("2026-03-10T00:00:00Z"), end: at("2026-03-11T00:00:00Z") };

/** A published run with one window, and the records given in it. */
async function plant(seq: number, records: readonly Planted[]): Promise<void> {
  const lane = pipeline.store.run;
  const lines = records.map((one) => {
    const { resource = "r1", account_id = "acme", type = 1, part = "", shape = 7, slices = 1 } = one;
    const [first, last] = [at(one.first ?? "2026-03-10T00:00:00Z"), at(one.last ?? "2026-03-11T00:00:00Z")];
    const { quantity = last - first, duration_ms = last - first } = one;
    const times = [first, last, first].map(timeField).join("\t");
    const window = `${timeField(day.start)}\t${timeField(day.end)}`;
    return `${seq}\t1\t${account_id}\t${window}\t${type}\t${resource}\t${part}\t${shape}\t${quantity}\t${duration_ms}\t${slices}\t${times}\n`;
  });
  const columns =
    "run_seq sign account_id window_start window_end usage_type resource part shape quantity duration_ms slices first_at last_at opened_at";
  await insertLines(lane, { table: "usage_record", columns: columns.split(" ") }, lines.join(""));
  await insertLines(
    lane,
    { table: "run_window", columns: ["run_seq", "time_zone", "window_start", "window_end", "first"] },
    `${seq}\tUTC\t${timeField(day.start)}\t${timeField(day.end)}\t1\n`,
  );
  const bound = JSON.stringify(await pipeline.eventLog().bound());
  await insertLines(
    lane,
    {
      table: "run",
      columns: ["run_seq", "step", "run_id", "kind", "state", "bound", "former_bound", "versions", "counts"],
    },
    `${seq}\t1\trun_planted_${seq}\taggregate\tpublished\t${bound}\t{}\t{}\t{}\n`,
  );
}

/** What is open at a checkpoint of the planted run, a row each. */
async function plantState(
  seq: number,
  rows: readonly (Planted & { per_ms?: number; measure?: number })[],
): Promise<void> {
  const lane = pipeline.store.run;
  const place = timeField(day.end);
  const lines = rows.map(
    ({ resource = "r1", part = "", type = 1, account_id = "acme", shape = 7, per_ms = 1, measure = 0 }) =>
      `${place}\t${seq}\t${hashes.get(resource)}\t${resource}\t${part}\t${type}\t${measure}\t${account_id}\t${shape}\t${per_ms}\t\t${timeField(day.start)}\t1\n`,
  );
  const columns =
    "at run_seq k resource part usage_type measure account_id shape per_ms epoch opened_at opened_by".split(" ");
  await insertLines(lane, { table: "resource_state", columns }, lines.join(""));
  await insertLines(lane, { table: "checkpoint", columns: ["at", "run_seq"] }, `${place}\t${seq}\n`);
}

const hashes = new Map<string, string>();
beforeAll(async () => {
  for (const name of ["r1", "r2", "r3"]) {
    const result = await pipeline.store.read.query({
      query: `SELECT sipHash64('${name}') AS k`,
      format: "JSONEachRow",
    });
    hashes.set(name, (await result.json<{ k: string }>())[0]?.k ?? "");
  }
});

test("a record of 25 hours in a day of 24, and one that reaches out of its window, are found", async () => {
  await plant(1, [
    { resource: "r1", quantity: 90_000_000, duration_ms: 86_400_000 },
    { resource: "r2", last: "2026-03-11T00:00:00.001Z", quantity: 1, duration_ms: 86_400_000 },
    { resource: "r3", type: 6, quantity: 1, duration_ms: 86_400_001, slices: 1 },
  ]);
  await check(pipeline);
  expect(await told(pipeline)).toEqual([
    "usage-exceeds-window r1 open",
    "usage-outside-window r2 open",
    "usage-outside-window r3 open",
  ]);
  expect((await only(pipeline, "usage-exceeds-window")).detail).toMatchObject({
    quantity: "90000000",
    window_ms: "86400000",
  });
});

test("slices that do not add up to their record, or are not there, are found", async () => {
  await plant(1, [{ slices: 2, quantity: 7_200_000, duration_ms: 7_200_000, last: "2026-03-10T03:00:00Z" }]);
  const slice = (from: string, to: string, quantity: number): string =>
    `1\t1\tacme\t${timeField(day.start)}\t${timeField(day.end)}\t1\tr1\t\t7\t${timeField(at(from))}\t${timeField(at(to))}\t${quantity}\n`;
  const columns =
    "run_seq sign account_id window_start window_end usage_type resource part shape from_at to_at quantity";
  const slices = slice("2026-03-10T00:00:00Z", "2026-03-10T01:00:00Z", 3_600_000);
  await insertLines(pipeline.store.run, { table: "slice", columns: columns.split(" ") }, slices);
  await check(pipeline);
  expect(await told(pipeline)).toEqual(["slices-differ r1 open"]);
  expect((await only(pipeline, "slices-differ")).detail).toMatchObject({
    slices: "2",
    slices_found: "1",
    quantity_of_slices: "3600000",
  });

  // the second hour turns up: 3,600,000 + 3,600,000 = 7,200,000, and the window was written by a later run
  const second = slice("2026-03-10T02:00:00Z", "2026-03-10T03:00:00Z", 3_600_000).replace(/^1/, "2");
  await insertLines(pipeline.store.run, { table: "slice", columns: columns.split(" ") }, second);
  await plant(2, []);
  await check(pipeline);
  expect(await told(pipeline)).toEqual(["slices-differ r1 resolved"]);
});

test("two accounts charged for the same hours are found; hours that only touch are not", async () => {
  await plant(1, [
    { last: "2026-03-10T10:00:00Z" },
    { account_id: "other", first: "2026-03-10T09:00:00Z", last: "2026-03-10T12:00:00Z" },
    { resource: "r2", last: "2026-03-10T10:00:00Z" },
    { resource: "r2", account_id: "other", first: "2026-03-10T10:00:00Z" },
    { resource: "r1", type: 2, first: "2026-03-10T09:00:00Z" },
  ]);
  await check(pipeline);
  expect(await told(pipeline)).toEqual(["usage-overlaps r1 open"]);
  expect(await only(pipeline, "usage-overlaps")).toMatchObject({
    account_id: "other",
    detail: { former_account_id: "acme" },
  });
});

test.each([
  ["vm-usage-after-destroy", 2, "VM.DESTROY", "VM.RECOVER", ""],
  ["volume-usage-after-delete", 6, "VOLUME.DELETE", "VOLUME.CREATE", ""],
  ["image-usage-after-delete", 7, "TEMPLATE.DELETE", "TEMPLATE.COPY", "zone/z1"],
  ["image-usage-after-delete", 8, "ISO.DELETE", "ISO.CREATE", "zone/z1"],
  ["snapshot-usage-after-delete", 9, "SNAPSHOT.DELETE", "SNAPSHOT.CREATE", ""],
])(
  "%s: usage of type %i past its end is found, but not once its life began again",
  async (name, type, end, begin, part) => {
    await pipeline.send([
      event("2026-03-10T06:00:00Z", end),
      event("2026-03-10T06:00:00Z", end, { resource: "r2" }),
      event("2026-03-10T07:00:00Z", begin, { resource: "r2", part, size: "10" }),
      event("2026-03-10T06:00:00Z", end, { resource: "r3", account_id: "other" }),
    ]);
    await plant(1, [
      { type, part },
      { type, part, resource: "r2" },
      { type, part, resource: "r3" },
    ]);
    await check(pipeline);
    expect((await told(pipeline)).filter((line) => line.includes("after"))).toEqual([`${name} r1 open`]);
  },
);

test("what is open twice, runs unallocated or has no size is found in the state, and resolved when it is gone", async () => {
  await plant(1, []);
  await plantState(1, [
    { type: 1 },
    { type: 1, part: "other" },
    { type: 2 },
    { type: 2, account_id: "other" },
    { type: 6, resource: "r2", measure: 1, per_ms: 10 },
    { type: 6, resource: "r2", measure: 1, per_ms: 20 },
    { type: 10, resource: "r2", part: "group/1" },
    { type: 10, resource: "r2", part: "group/2" },
    { type: 1, resource: "r3" },
    { type: 9, resource: "r3", measure: 1, per_ms: 0 },
  ]);
  await check(pipeline);
  const all = await listFindings(pipeline, {}, { after: null, limit: 100 });
  expect(all.map((one) => `${one.check} ${one.resource}`).toSorted()).toEqual([
    "allocated-twice r1",
    "empty-capacity r3",
    "running-not-allocated r3",
    "running-twice r1",
    "volume-open-twice r2",
  ]);
  await pipeline.store.run.command({ query: "TRUNCATE TABLE resource_state" });
  await check(pipeline);
  expect(await listFindings(pipeline, { state: "open" }, { after: null, limit: 100 })).toEqual([]);
});

test("checks that cannot be done stop no other, and what they found before stays", async () => {
  await plant(1, [{ resource: "r1", quantity: 90_000_000, duration_ms: 86_400_000 }]);
  await check(pipeline);
  await plant(2, [{ resource: "r2", last: "2026-03-11T00:00:00.001Z", quantity: 1, duration_ms: 86_400_000 }]);
  await pipeline.store.run.command({ query: "RENAME TABLE event_revision TO event_revision_away" });
  await pipeline.store.run.command({
    query:
      "CREATE TABLE event_revision (original_hash UInt128, revision UInt32, source String, id String, id_hash UInt128, log_partition UInt32, log_offset UInt64) ENGINE = MergeTree ORDER BY original_hash",
  });
  await pipeline.store.run.command({ query: "RENAME TABLE quarantine TO quarantine_away" });
  try {
    const { failed } = await check(pipeline);
    // Both look into quarantine.
    expect(failed).toEqual(["archived-revision", "conflict"]);
    expect(await told(pipeline)).toEqual(["usage-exceeds-window r1 open", "usage-outside-window r2 open"]);
  } finally {
    await pipeline.store.run.command({ query: "DROP TABLE event_revision" });
    await pipeline.store.run.command({ query: "RENAME TABLE event_revision_away TO event_revision" });
    await pipeline.store.run.command({ query: "RENAME TABLE quarantine_away TO quarantine" });
  }
});
