import fc from "fast-check";
import { expect, test } from "vitest";
import { type EventJson, instantOf } from "../oracle/event.ts";
import {
  BUILT_IN_TYPES,
  type OracleRecord,
  oracleRecords,
  oracleStatements,
  type OracleTariff,
  windowsOf,
} from "../oracle/index.ts";
import { ALL_KINDS, OPERATOR_TYPES } from "./history-families.ts";
import { addMixes, type Mix, mixOf } from "./history-mix.ts";
import { type History, historyArbitrary as builtIn, type HistoryOptions, seededHistory } from "./history.ts";

const RUNS = { numRuns: 60 };
const types = [...BUILT_IN_TYPES, ...OPERATOR_TYPES];
const historyArbitrary = (options: HistoryOptions = {}): fc.Arbitrary<History> =>
  builtIn({ kinds: ALL_KINDS, ...options });
const DAY_MS = 86_400_000;

function recordsOf(
  history: History,
  range_minutes: number,
  events: readonly EventJson[] = history.events,
): OracleRecord[] {
  const account_zones = zonesOf(history);
  const { until_ms } = history;
  return oracleRecords({ events, account_zones, default_zone: "UTC", range_minutes, until_ms, types });
}

const zonesOf = ({ accounts }: History): Map<string, string> =>
  new Map(accounts.map(({ id, time_zone }) => [id, time_zone]));

test("every history has at least 20 drafts, a tenth of them ties, and only what ingest lets in", () => {
  fc.assert(
    fc.property(historyArbitrary(), (history) => {
      const { events, accounts, to_ms } = history;
      const mix = mixOf(history);
      expect(mix.accepted).toBeGreaterThanOrEqual(18);
      expect(mix.accepted + mix.duplicates + mix.conflicts).toBe(mix.arrivals);
      for (const event of events) {
        expect(accounts.map(({ id }) => id)).toContain(event.data.account_id);
        expect(event.data.resource).not.toBe("");
        expect(event.sequence ?? "0").toMatch(/^\d+$/);
        if (event.type.startsWith("VOLUME.")) expect(event.data.size).toMatch(/^\d+$/);
        if (event.type === "tally.counter") expect(Object.keys(event.data.readings ?? {})).not.toEqual([]);
        expect(instantOf(event.time) < to_ms).toBe(true);
      }
    }),
    RUNS,
  );
});

test("histories hold every event type, every usage type and every kind of trouble", () => {
  const histories = fc.sample(historyArbitrary({ events: { min: 20, max: 80 } }), { numRuns: 300, seed: 7 });
  const mixes = histories.map((history) => mixOf(history));
  const share = (count: keyof Mix): number => mixes.filter((mix) => mix[count] > 0).length / mixes.length;
  for (const count of ["ties", "disordered", "moves", "revisions"] as const)
    expect(share(count), count).toBeGreaterThan(0.9);
  for (const count of ["duplicates", "conflicts", "partials", "revised_unseen"] as const)
    expect(share(count), count).toBeGreaterThan(0.5);
  expect(share("deletions")).toBeGreaterThan(0.05);
  expect(share("deletions")).toBeLessThan(0.3);

  const all = addMixes(mixes);
  expect(all.ties / all.accepted).toBeGreaterThan(0.1);
  expect(all.disordered / all.accepted).toBeGreaterThan(0.2);
  expect(all.moves / all.accepted).toBeGreaterThan(0.05);
  expect(all.revisions / all.accepted).toBeGreaterThan(0.05);
  expect(all.resets / all.samples).toBeGreaterThan(0.05);

  const sent = new Set(histories.flatMap(({ events }) => events.map(({ type }) => type)));
  const meant = types.flatMap(({ effects }) => Object.keys(effects));
  const others = [
    "tally.event.amended",
    "tally.event.retracted",
    "tally.tags.changed",
    "tally.owner.changed",
    "tally.size",
  ];
  expect([...sent].sort()).toEqual([...new Set([...meant, ...others, "ACCOUNT.DELETE"])].sort());
  const charged = new Set(histories.flatMap((history) => recordsOf(history, 1440).map(({ usage_type }) => usage_type)));
  expect(types.map(({ usage_type }) => usage_type).filter((usage_type) => !charged.has(usage_type))).toEqual([]);
});

test("many histories have events on local midnights and on month edges", () => {
  const histories = fc.sample(historyArbitrary(), { numRuns: 100, seed: 11 });
  const holds = (history: History, isEdge: (zone: string, day_ms: number) => boolean): boolean =>
    history.accounts.some(({ time_zone: zone }) => {
      const { from_ms, to_ms } = history;
      const days = windowsOf({ zone, range_minutes: 1440, from_ms, until_ms: to_ms + DAY_MS });
      const edges = new Set(days.map(({ start_ms }) => start_ms).filter((start_ms) => isEdge(zone, start_ms)));
      return history.events.some(({ time }) => edges.has(instantOf(time)));
    });
  const firstOfMonth = (zone: string, at_ms: number): boolean =>
    new Intl.DateTimeFormat("en-US", { timeZone: zone, day: "numeric" }).format(at_ms) === "1";
  expect(histories.filter((history) => holds(history, () => true)).length).toBeGreaterThan(80);
  expect(histories.filter((history) => holds(history, firstOfMonth)).length).toBeGreaterThan(15);
});

test("the order of arrival and exact repeats do not matter", () => {
  const shuffled = historyArbitrary({ conflicts: false }).chain((history) =>
    fc.tuple(
      fc.constant(history),
      fc.shuffledSubarray([...history.events], { minLength: history.events.length, maxLength: history.events.length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([history, events]) => {
      expect(recordsOf(history, 1440, [...events, ...history.events])).toEqual(recordsOf(history, 1440));
    }),
    RUNS,
  );
});

test("hours and quarters of a day add up to the day, key by key", () => {
  fc.assert(
    fc.property(historyArbitrary(), fc.constantFrom(60, 15, 720), (history, range_minutes) => {
      expect(sumsOf(history, range_minutes)).toEqual(sumsOf(history, 1440));
    }),
    RUNS,
  );
});

test("a resource is never in two states at once", () => {
  fc.assert(
    fc.property(historyArbitrary(), (history) => {
      const held = new Map<string, bigint>();
      const oneZone = { ...history, accounts: [] };
      for (const record of recordsOf(oneZone, 1440)) {
        const { usage_type, resource, part, window_start_ms, window_end_ms, duration_ms } = record;
        const key = [usage_type, resource, part, window_start_ms].join(" ");
        const sum = (held.get(key) ?? 0n) + duration_ms;
        expect(sum <= BigInt(window_end_ms - window_start_ms)).toBe(true);
        held.set(key, sum);
      }
    }),
    RUNS,
  );
});

test("a linear price of the hours is the price of their sum, to the nano unit of each line", () => {
  const conditions = { offering: [], zone: [] };
  const hourly = { component: "base", currency: "EUR", model: "per_unit", rate: "0.036", conditions } as const;
  const tariffs: OracleTariff[] = [
    { id: "runs", usage_type: 1, unit: "hour", ...hourly },
    { id: "kept", usage_type: 2, unit: "hour", ...hourly },
  ];
  fc.assert(
    fc.property(historyArbitrary(), (history) => {
      const records = recordsOf(history, 1440);
      const currency_of = new Map(history.accounts.map(({ id }) => [id, "EUR"]));
      const bill = {
        records,
        tariffs,
        account_zones: zonesOf(history),
        default_zone: "UTC",
        payer_of: {},
        currency_of,
      };
      const lines = oracleStatements(bill).flatMap((statement) => statement.lines);
      const total = lines.reduce((sum, { quantity }) => sum + quantity, 0n);
      expect(total).toBe(records.reduce((sum, { quantity }) => sum + quantity, 0n));
      for (const { kind, quantity, amount9 } of lines) {
        // 0.036 an hour is 10 nano units a millisecond, so there is nothing to round.
        expect(BigInt(amount9.replace(".", ""))).toBe(kind === "usage" ? quantity * 10n : 0n);
      }
    }),
    RUNS,
  );
});

test("a seed gives the same history again, at any size, with all its trouble", () => {
  const size = { events: 5000, resources: 500, accounts: 20 };
  const history = seededHistory(42, size);
  expect(seededHistory(42, size)).toEqual(history);
  expect(seededHistory(43, size).events).not.toEqual(history.events);
  const { accepted, ties, disordered, duplicates, conflicts, moves, revisions } = mixOf(history);
  expect(ties / accepted).toBeGreaterThan(0.1);
  for (const count of [disordered, duplicates, conflicts, moves, revisions])
    expect(count / accepted).toBeGreaterThan(0.02);
  expect(recordsOf(history, 1440).length).toBeGreaterThan(1000);
});

const told: ReadonlySet<string> = new Set(["max", "unique", "latest"]);

// Quantity by key without the window, of the windows within whole local days that have ended.
function sumsOf(history: History, range_minutes: number): Map<string, bigint> {
  const ends = new Map(
    history.accounts.map(({ id, time_zone: zone }) => {
      const days = windowsOf({ zone, range_minutes: 1440, from_ms: history.from_ms, until_ms: history.until_ms });
      return [id, days.at(-1)?.end_ms ?? 0];
    }),
  );
  const sums = new Map<string, bigint>();
  // What is told per window does not add up over windows.
  const perWindow = new Set(types.filter(({ measure }) => told.has(measure)).map(({ usage_type }) => usage_type));
  for (const record of recordsOf(history, range_minutes)) {
    const { account_id, usage_type, resource, part, shape, window_end_ms, quantity } = record;
    if (perWindow.has(usage_type)) continue;
    if (window_end_ms > (ends.get(account_id) ?? 0)) continue;
    const key = JSON.stringify([account_id, usage_type, resource, part, shape]);
    sums.set(key, (sums.get(key) ?? 0n) + quantity);
  }
  return sums;
}
