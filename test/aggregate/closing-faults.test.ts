import type { ClickHouseClient } from "@clickhouse/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closePeriod, listPeriods } from "../../aggregate/index.ts";
import { AppError, assert } from "../../core/errors.ts";
import type { Run } from "../../core/runs.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { readRecords } from "./closing-month.ts";

// A closing that dies at any of its statements leaves the period as it was, or closed, and nothing in between (P7).

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-07-05T00:00:00Z"));
});
afterAll(() => pipeline.close());

/** How a statement fails: before the store hears of it, or after it is done, when only the answer is lost. */
type Fault = "unheard" | "unanswered";

/** Lets the n-th statement, counted from when `arm` is called, fail; tells what it was. */
function plantFault(lanes: readonly ClickHouseClient[], { nth, fault }: { nth: number; fault: Fault }) {
  let seen = 0;
  let armed = false;
  let hit: string | null = null;
  const former = lanes.map((lane) => ({ lane, query: lane.query, command: lane.command, insert: lane.insert }));
  /** Statements without an answer and those with one are alike in this: they are sent, and then they are done. */
  function through(what: string, act: (params: never) => Promise<unknown>) {
    return async (params: never): Promise<unknown> => {
      if (!armed || (seen += 1) !== nth) return act(params);
      hit = what;
      if (fault === "unanswered") await act(params);
      throw new Error("the store is gone");
    };
  }
  for (const { lane } of former)
    for (const what of ["query", "command", "insert"] as const) {
      const act = lane[what].bind(lane) as (params: never) => Promise<unknown>;
      Object.assign(lane, { [what]: through(what, act) });
    }
  return {
    arm: () => (armed = true),
    hit: () => hit,
    remove: () => {
      for (const { lane, ...own } of former) Object.assign(lane, own);
    },
  };
}

const rows = async (query: string): Promise<unknown[]> =>
  (await pipeline.store.read.query({ query, format: "JSONEachRow" })).json();
const stateOf = async (period: string): Promise<string | undefined> =>
  (await listPeriods(pipeline.system(), { after: null, limit: 1000 })).find((one) => one.period === period)?.state;
const billed = async (): Promise<string> => JSON.stringify(await readRecords(pipeline.system(), { basis: "billing" }));

/** Closes a month with one fault in it. Null = there was no such statement any more, and it is closed. */
async function closeWith(period: string, planted: { nth: number; fault: Fault }): Promise<string | null> {
  const { read, write, run } = pipeline.store;
  const fault = plantFault([read, write, run], planted);
  const system = pipeline.system();
  // Nothing has come since the former run; that one may fail anywhere is held elsewhere (test/e2e/faults).
  const latest = await system.runs.latestPublished("aggregate");
  assert(latest !== null, "usage is published");
  const aggregate = (): Promise<Run> => {
    fault.arm();
    return Promise.resolve(latest);
  };
  const overrides = system.checks
    .filter(({ overridable }) => overridable)
    .map(({ name }) => ({ finding: name, reason: "a test" }));
  try {
    await closePeriod({ ...system, aggregate }, { period, payer_account_id: "acme", overrides, by: "test" });
  } catch (error) {
    expect(error instanceof AppError ? error.key : (error as Error).message).toBe("the store is gone");
  } finally {
    fault.remove();
  }
  return fault.hit();
}

/** More than there are statements whose failing does not keep a closing from counting. */
const months = Array.from({ length: 30 }, (_, index) => {
  const month = String((index % 12) + 1).padStart(2, "0");
  return `${2024 + Math.floor(index / 12)}-${month}`;
});

test(
  "a fault at each statement of a closing leaves the month open or closed, never half, and closing again works",
  { timeout: 600_000 },
  async () => {
    await pipeline.send(
      months.map((month, index) => ({
        specversion: "1.0",
        id: month,
        source: "cloud",
        type: index % 2 === 0 ? "VM.START" : "VM.STOP",
        time: `${month}-10T00:00:00Z`,
        data: { account_id: "acme", resource: "vm-1" },
      })),
    );
    await pipeline.aggregate(at("2026-07-05T00:00:00Z"));
    const before = await billed();
    const open = [...months];
    const failed: string[] = [];
    for (const fault of ["unheard", "unanswered"] as const) {
      for (let nth = 1; ; nth += 1) {
        const [month = ""] = open;
        const hit = await closeWith(month, { nth, fault });
        expect(await billed(), `${fault} ${nth}`).toBe(before);
        const state = await stateOf(month);
        const counted = await rows(`SELECT DISTINCT run_seq FROM closed_period WHERE period = '${month}'`);
        expect([state, counted.length], `${fault} ${nth}: ${hit}`).toEqual(
          state === "closed" ? ["closed", 1] : ["due", 0],
        );
        if (state === "closed") open.shift();
        else failed.push(`${fault} ${nth}`);
        if (hit === null) {
          expect(state).toBe("closed");
          break;
        }
      }
    }
    // Statements of both kinds failed it: reading the checklist, writing what is closed, publishing.
    expect(failed.filter((one) => one.startsWith("unheard")).length).toBeGreaterThan(10);
    expect(failed.filter((one) => one.startsWith("unanswered")).length).toBeGreaterThan(10);
    await pipeline.aggregate(at("2026-07-05T00:00:00Z"));
    expect(await rows("SELECT * FROM period_close WHERE run_seq NOT IN (SELECT run_seq FROM published_run)")).toEqual(
      [],
    );
    await pipeline.restart();
    expect(await billed()).toBe(before);
    expect(await closeWith(open[0] ?? "", { nth: 1_000_000, fault: "unheard" })).toBeNull();
    expect(await stateOf(open[0] ?? "")).toBe("closed");
  },
);
