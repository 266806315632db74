import { monthOf, monthWindow } from "../oracle/calendar.ts";
import type { RangeFrom, ZoneFrom } from "../oracle/index.ts";
import type { HistoryAccount } from "./history-cast.ts";

/** What a model knows of the world besides its events: which account is in which zone from when on, and how windows are cut there. */
export interface ModelWorld {
  /** Someone names another zone for an account. */
  move(change: { readonly account_id: string; readonly time_zone: string; readonly at_ms: number }): void;
  /** Someone sets another range. */
  setRange(change: { readonly range_minutes: number; readonly at_ms: number }): void;
  /** A run comes: what was changed before it is settled now. */
  settle(): void;
  zones(): Map<string, readonly ZoneFrom[]>;
  ranges(): Record<string, readonly RangeFrom[]>;
}

/**
 * The world before its first run, which sees all accounts: they are known before their events. Until then an account is in
 * its zone since the beginning; later a change counts from its next month start on, in its former zone. So it is with the
 * range, zone by zone. Nothing here is published further than the clock, so the time of a change alone decides.
 */
export function createModelWorld(accounts: readonly HistoryAccount[], range_minutes: number): ModelWorld {
  const zones = new Map<string, readonly ZoneFrom[]>(
    accounts.map(({ id, time_zone }) => [id, [{ time_zone, from_ms: 0 }]]),
  );
  const ranges: Record<string, readonly RangeFrom[]> = {};
  let isSeen = false;
  const moves = new Map<string, { readonly time_zone: string; readonly at_ms: number }>();
  let range = { range_minutes, at_ms: 0 };

  function settleMoves(): void {
    for (const [account_id, { time_zone, at_ms }] of moves) {
      const timeline = zones.get(account_id) ?? [];
      const last = timeline.at(-1);
      if (!isSeen || last === undefined) zones.set(account_id, [{ time_zone, from_ms: 0 }]);
      else zones.set(account_id, [...timeline, { time_zone, from_ms: nextMonthStart(last.time_zone, at_ms) }]);
    }
    moves.clear();
  }

  function settleRanges(): void {
    for (const timeline of zones.values()) {
      for (const { time_zone } of timeline) {
        const known = ranges[time_zone] ?? [];
        if (known.at(-1)?.range_minutes === range.range_minutes) continue;
        const from_ms = known.length === 0 ? 0 : nextMonthStart(time_zone, range.at_ms);
        ranges[time_zone] = [...known, { range_minutes: range.range_minutes, from_ms }];
      }
    }
  }

  return {
    move: ({ account_id, ...change }) => void moves.set(account_id, change),
    setRange: (change) => {
      range = change;
    },
    settle() {
      settleMoves();
      settleRanges();
      isSeen = true;
    },
    zones: () => zones,
    ranges: () => ranges,
  };
}

/** The first start of a local month at or after an instant. */
function nextMonthStart(zone: string, at_ms: number): number {
  const { start_ms, end_ms } = monthWindow(zone, monthOf(zone, at_ms));
  return start_ms === at_ms ? start_ms : end_ms;
}
