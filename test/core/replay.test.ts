import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Check } from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CloudEvent } from "../../core/events.ts";
import { readTrace, traceProfiles, type TraceRow } from "../../core/replay.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

let opened: TestStore;
const directory = mkdtempSync(join(tmpdir(), "tally-trace-"));
const standIn = join(directory, "trace.parquet");
const real = new URL("../../../shared/data/surf-2022-10.parquet", import.meta.url).pathname;

beforeAll(async () => {
  opened = await openTestStore();
  // A trace of the same shape, in no order: 25 machines from 2022-10-01T00:00Z on, one a minute, machine n for n seconds.
  await opened.store.write.command({
    query: `INSERT INTO FUNCTION file('${standIn}', 'Parquet') SELECT toInt32(number + 1) AS id, 1664582400000 + number * 60000 AS submission_time,
      toInt64(id) * 1000 AS duration, toInt32(16) AS cpu_count, 41600.0 AS cpu_capacity, toInt64(100000) AS mem_capacity FROM numbers(25) ORDER BY sipHash64(number)`,
  });
});
afterAll(async () => {
  await opened.close();
  rmSync(directory, { recursive: true, force: true });
});

async function pagesOf(path: string, page_rows?: number): Promise<TraceRow[][]> {
  const pages: TraceRow[][] = [];
  for await (const page of readTrace(opened.store.read, path, page_rows)) pages.push(page);
  return pages;
}

test("pages hold every row once, in the order of the ids", async () => {
  const pages = await pagesOf(standIn, 10);
  expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
  expect(pages.flat().map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
});

test("a row of the SURF trace is the four events of a machine that ran once", () => {
  const row = {
    id: 47,
    submission_time: "1664582400000",
    duration: "90500",
    cpu_count: 16,
    cpu_capacity: 41_600,
    mem_capacity: "100000",
  };
  const events = traceProfiles["surf"]?.([row]) ?? [];
  // 00:00:00 + 90.5 s = 00:01:30.5; 47 mod 40 = 7
  expect(events.map(({ id, type, time }) => [id, type, time])).toEqual([
    ["47/create", "VM.CREATE", "2022-10-01T00:00:00.000Z"],
    ["47/start", "VM.START", "2022-10-01T00:00:00.000Z"],
    ["47/stop", "VM.STOP", "2022-10-01T00:01:30.500Z"],
    ["47/destroy", "VM.DESTROY", "2022-10-01T00:01:30.500Z"],
  ]);
  for (const event of events) {
    expect(Check(CloudEvent, event)).toBe(true);
    expect(event.source).toBe("surf");
    expect(event.data).toMatchObject({
      account_id: "group-07",
      domain: "surf",
      zone: "lisa",
      resource: "surf-47",
      offering: "c16m100",
      template: "linux",
    });
  }
});

// What the publisher's table adds up to; without it the stand-in: 1 + 2 + … + 25 seconds.
const trace = existsSync(real)
  ? { path: real, rows: 68_648, ran_ms: 310_586_735_000 }
  : { path: standIn, rows: 25, ran_ms: 325_000 };

test("the machine hours of a whole trace survive the way through pages and events", async () => {
  let ran_ms = 0;
  let rows = 0;
  for await (const page of readTrace(opened.store.read, trace.path)) {
    rows += page.length;
    for (const { type, time } of traceProfiles["surf"]?.(page) ?? []) {
      if (type === "VM.START") ran_ms -= Date.parse(time);
      if (type === "VM.STOP") ran_ms += Date.parse(time);
    }
  }
  expect({ rows, ran_ms }).toEqual({ rows: trace.rows, ran_ms: trace.ran_ms });
});
