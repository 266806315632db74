import Type from "typebox";
import { nextMonth } from "../../core/calendar.ts";
import { type InstantMs, instant } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { accountMonthOf, parseTimeline } from "../../core/zone-timeline.ts";
import { accountPeriod, type ZonedAccount } from "./payers.ts";
import { findLateWindows, lateParams } from "../reports/usage-basis.ts";

/** What is booked in an account's period, and how many adjustments to it are booked elsewhere. */
export interface Booked {
  readonly period: string;
  readonly records: number;
  readonly adjustments: number;
  readonly adjusted_after: number;
}

const Text = Type.String();
const Edges = Type.Array(Type.Number());
const selectSpans = defineQuery(
  "aggregate/periods/published_spans",
  Type.Object({}),
  Type.Object({ time_zone: Text, first_ms: Text, last_ms: Text }),
);
const selectRecords = defineQuery(
  "aggregate/periods/period_records",
  Type.Object({ as_of: Text, account_ids: Type.Array(Text), edges: Edges }),
  Type.Object({ account_id: Text, start_ms: Text, records: Text }),
);
const selectAdjusted = defineQuery(
  "aggregate/periods/period_adjusted",
  Type.Object({ account_ids: Type.Array(Text), edges: Edges, ...lateParams }),
  Type.Object({ account_id: Text, used_ms: Text, booked_ms: Text, records: Text, adjustments: Text }),
);

/** From when to when usage is published, per zone. */
export async function readPublishedSpans({
  store,
}: {
  store: Store;
}): Promise<Map<string, { first: InstantMs; last: InstantMs }>> {
  const rows = await selectSpans(store.read, {});
  return new Map(
    rows.map(({ time_zone, first_ms, last_ms }) => [
      time_zone,
      { first: instant(Number(first_ms)), last: instant(Number(last_ms)) },
    ]),
  );
}

/** Accounts named in one statement. */
const accountsMax = 2_000;

/** By account, the periods in which something is booked or to which something was adjusted, as published up to `as_of`. */
export async function readBooked(
  { store }: { store: Store },
  { accounts, as_of }: { accounts: readonly ZonedAccount[]; as_of: bigint },
): Promise<Map<string, Booked[]>> {
  const found = new Map<string, Map<string, Booked>>();
  const spans = [...(await readPublishedSpans({ store })).values()];
  if (spans.length === 0) return new Map();
  const from = instant(Math.min(...spans.map(({ first }) => first)));
  const to = instant(Math.max(...spans.map(({ last }) => last)));
  const late = await findLateWindows({ store }, { basis: "billing", as_of, from, to });
  for (const { timeline, account_ids } of byTimeline(accounts)) {
    const { edges, months } = monthEdges({ timeline, from, to });
    const add = (account_id: string, start_ms: string, more: Partial<Omit<Booked, "period">>): void => {
      const period = months[edges.indexOf(instant(Number(start_ms)))] ?? "";
      const own = found.get(account_id) ?? new Map<string, Booked>();
      found.set(account_id, own);
      const known = own.get(period) ?? { period, records: 0, adjustments: 0, adjusted_after: 0 };
      own.set(period, {
        period,
        records: known.records + (more.records ?? 0),
        adjustments: known.adjustments + (more.adjustments ?? 0),
        adjusted_after: known.adjusted_after + (more.adjusted_after ?? 0),
      });
    };
    const asked = { account_ids, edges: [...edges] };
    const published = { ...asked, as_of: as_of.toString() };
    for (const { account_id, start_ms, records } of await selectRecords(store.read, published))
      add(account_id, start_ms, { records: Number(records) });
    if (late === null) continue;
    for (const { account_id, used_ms, booked_ms, ...row } of await selectAdjusted(store.read, { ...asked, ...late })) {
      add(account_id, used_ms, { records: -Number(row.records), adjusted_after: Number(row.adjustments) });
      add(account_id, booked_ms, { adjustments: Number(row.adjustments) });
    }
  }
  return new Map([...found].map(([account_id, periods]) => [account_id, [...periods.values()]]));
}

/** Whether something is booked in a month: one that only adjustments booked elsewhere correct is no period to close. */
export function isBooked({ records, adjustments }: Booked): boolean {
  return records !== 0 || adjustments !== 0;
}

function byTimeline(accounts: readonly ZonedAccount[]): { timeline: string; account_ids: string[] }[] {
  const timelines = new Map<string, string[]>();
  for (const { timeline, account_id } of accounts) {
    const known = timelines.get(timeline);
    if (known === undefined) timelines.set(timeline, [account_id]);
    else known.push(account_id);
  }
  return [...timelines].flatMap(([timeline, ids]) =>
    Array.from({ length: Math.ceil(ids.length / accountsMax) }, (_, index) => ({
      timeline,
      account_ids: ids.slice(index * accountsMax, (index + 1) * accountsMax),
    })),
  );
}

/** The edges of all months of a timeline from the one that holds `from` to the one that holds `to`; one more than months. */
function monthEdges({ timeline, from, to }: { timeline: string; from: InstantMs; to: InstantMs }): {
  edges: InstantMs[];
  months: string[];
} {
  const edges: InstantMs[] = [];
  const months: string[] = [];
  const zones = parseTimeline(timeline);
  const last = accountMonthOf(zones, to);
  for (let month = accountMonthOf(zones, from); ; month = nextMonth(month)) {
    edges.push(accountPeriod({ timeline }, month).start);
    if (month > last) return { edges, months };
    months.push(month);
  }
}
