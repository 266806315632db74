import fc from "fast-check";
import { expect, test } from "vitest";
import { type EventJson, instantOf } from "../oracle/event.ts";
import { type OracleRecord, oracleRecords, oracleStatements, type OracleTariff, windowsOf } from "../oracle/index.ts";
import { type History, historyArbitrary, mixOf, seededHistory } from "./history.ts";

const RUNS = { numRuns: 60 };
const DAY_MS = 86_400_000;

function recordsOf(
  history: History,
  range_minutes: number,
  events: readonly EventJson[] = history.events,
): OracleRecord[] {
  const account_zones = zonesOf(history);
  return oracleRecords({ events, account_zones, default_zone: "UTC", range_minutes, until_ms: history.until_ms });
}

const zonesOf = ({ accounts }: History): Map<string, string> =>
  new Map(accounts.map(({ id, time_zone }) => [id, time_zone]));

test("every history has at least 20 events, a tenth of them ties, and only what ingest lets in", () => {
  fc.assert(
    fc.property(historyArbitrary(), ({ events, accounts, from_ms, to_ms }) => {
      const mix = mixOf(events);
      expect(mix.accepted).toBeGreaterThanOrEqual(20);
      expect(mix.accepted + mix.duplicates + mix.conflicts).toBe(mix.arrivals);
      // Conflicts that win may tear a tie apart, so the floor is that of the drafts less those.
      expect(mix.ties + 2 * mix.conflicts).toBeGreaterThanOrEqual(mix.accepted / 10);
      for (const event of events) {
        expect(accounts.map(({ id }) => id)).toContain(event.data.account_id);
        expect(event.data.resource).not.toBe("");
        expect(event.subject?.endsWith(`/${event.data.resource}`)).toBe(true);
        expect(event.sequence ?? "0").toMatch(/^\d+$/);
        if (event.type.startsWith("VOLUME.")) expect(event.data.size).toMatch(/^\d+$/);
        const at_ms = instantOf(event.time);
        expect(at_ms >= from_ms && at_ms < to_ms).toBe(true);
      }
    }),
    RUNS,
  );
});

test("histories hold every event type and every kind of trouble", () => {
  const histories = fc.sample(historyArbitrary(), { numRuns: 200, seed: 7 });
  const mixes = histories.map(({ events }) => mixOf(events));
  const share = (holds: (mix: ReturnType<typeof mixOf>) => boolean): number =>
    mixes.filter(holds).length / mixes.length;
  expect(share(({ ties, accepted }) => ties * 10 >= accepted)).toBeGreaterThan(0.95);
  expect(share(({ duplicates }) => duplicates > 0)).toBeGreaterThan(0.8);
  expect(share(({ conflicts }) => conflicts > 0)).toBeGreaterThan(0.7);
  expect(share(({ late }) => late > 0)).toBeGreaterThan(0.8);
  expect(share(({ moves }) => moves > 0)).toBeGreaterThan(0.8);
  expect([...new Set(histories.flatMap(({ events }) => events.map(({ type }) => type)))].sort()).toEqual([
    "VM.CREATE",
    "VM.DESTROY",
    "VM.DYNAMIC.SCALE",
    "VM.RECOVER",
    "VM.START",
    "VM.STOP",
    "VM.UPGRADE",
    "VOLUME.ATTACH",
    "VOLUME.CREATE",
    "VOLUME.DELETE",
    "VOLUME.DETACH",
    "VOLUME.RESIZE",
  ]);
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
      for (const { usage_type, resource, window_start_ms, window_end_ms, duration_ms } of recordsOf(oneZone, 1440)) {
        const key = [usage_type, resource, window_start_ms].join(" ");
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
  const { accepted, ties, late, duplicates, conflicts, moves } = mixOf(history.events);
  expect(ties / accepted).toBeGreaterThan(0.1);
  for (const count of [late, duplicates, conflicts, moves]) expect(count / accepted).toBeGreaterThan(0.02);
  expect(recordsOf(history, 1440).length).toBeGreaterThan(1000);
});

// Quantity by key without the window, of the windows within whole local days that have ended.
function sumsOf(history: History, range_minutes: number): Map<string, bigint> {
  const ends = new Map(
    history.accounts.map(({ id, time_zone: zone }) => {
      const days = windowsOf({ zone, range_minutes: 1440, from_ms: history.from_ms, until_ms: history.until_ms });
      return [id, days.at(-1)?.end_ms ?? 0];
    }),
  );
  const sums = new Map<string, bigint>();
  for (const { account_id, usage_type, resource, part, shape, window_end_ms, quantity } of recordsOf(
    history,
    range_minutes,
  )) {
    if (window_end_ms > (ends.get(account_id) ?? 0)) continue;
    const key = JSON.stringify([account_id, usage_type, resource, part, shape]);
    sums.set(key, (sums.get(key) ?? 0n) + quantity);
  }
  return sums;
}
