import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventJson } from "../oracle/index.ts";
import { BUILT_IN_TYPES, oracleRecords } from "../oracle/index.ts";
import { mixOf } from "./history-mix.ts";
import { type History, historyArbitrary } from "./history.ts";
import { makeSmall } from "./make-small.ts";

const histories = historyArbitrary({ events: { min: 20, max: 80 } });

function metered({ accounts, until_ms }: History, events: readonly EventJson[]): string[] {
  const account_zones = new Map(accounts.map(({ id, time_zone }) => [id, time_zone]));
  const asked = { events, account_zones, default_zone: "UTC", range_minutes: 1440, until_ms, types: BUILT_IN_TYPES };
  return oracleRecords(asked).map((record) =>
    JSON.stringify(record, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value)),
  );
}

/** The fault that is planted: a meter that never hears of a deleted volume. */
const isWrong = (history: History): boolean =>
  metered(history, history.events).join() !==
  metered(
    history,
    history.events.filter(({ type }) => type !== "VOLUME.DELETE"),
  ).join();

test("a history in which a planted fault shows comes again by its seed, and is made small until little but the fault is left", async () => {
  const draw = (seed: number): History | undefined => fc.sample(histories, { seed, numRuns: 1 })[0];
  const seeds = Array.from({ length: 50 }, (_, seed) => seed);
  const seed = seeds.find((one) => {
    const drawn = draw(one);
    return drawn !== undefined && drawn.events.length > 60 && isWrong(drawn);
  });
  expect(seed, "a history of many events in which the fault shows").toBeDefined();
  const first = draw(seed ?? 0);

  const lived: History[] = [];
  const outcome = await makeSmall(histories, seed ?? 0, async (history) => {
    lived.push(history);
    expect(isWrong(history)).toBe(false);
  }).then(
    () => "it holds",
    (error: unknown) => String(error),
  );
  expect(lived[0]).toEqual(first);
  expect(outcome).toContain(`seed: ${String(seed)}`);
  const small = lived.findLast(isWrong);
  if (small === undefined) throw new Error("none was wrong");
  // As many drafts as a history has at least, none of them sent twice or revised; the deletion and what it ends are among them.
  const { accepted, duplicates, conflicts, revisions } = mixOf(small);
  expect({ duplicates, conflicts, revisions }).toEqual({ duplicates: 0, conflicts: 0, revisions: 0 });
  expect(accepted).toBeLessThanOrEqual(20);
  expect(small.accounts.length).toBe(2);
  expect(small.events.filter(({ type }) => type === "VOLUME.DELETE").length).toBe(1);
});
