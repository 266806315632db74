import Type, { type Static } from "typebox";
import { boundArrays } from "../../core/event-log.ts";
import { formatInstant, type InstantMs, instant, parseInstant } from "../../core/instant.ts";
import type { Registry } from "../../core/registry.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { Override } from "./closings.ts";
import { openFindings } from "../sanity/findings.ts";
import { accountPeriod, type Payer, periodZone } from "./payers.ts";
import { readPublishedSpans } from "./period-usage.ts";
import type { BillingPeriod, PeriodDeps } from "./periods.ts";

/** Something that speaks against closing a period. */
export const Finding = Type.Object(
  {
    check: Type.String({ description: "By this name it is overridden" }),
    blocking: Type.Boolean({ description: "Whether it holds up the closing as things stand" }),
    overridable: Type.Boolean(),
    count: Type.Integer(),
    detail: Type.String(),
    ids: Type.Array(Type.String(), { description: "What it is about; some of them where there are many" }),
  },
  { $id: "Finding", additionalProperties: false },
);
export type Finding = Static<typeof Finding>;

/** A payer's period as the checks see it. */
export interface CheckedPeriod {
  readonly payer: Payer;
  readonly period: string;
  readonly start: InstantMs;
  readonly end: InstantMs;
  /** All periods of the payer in which something is booked. */
  readonly periods: readonly BillingPeriod[];
  readonly now: InstantMs;
}

/**
 * One question of the checklist; null = nothing speaks against closing. `cured_by_run`: the closing's own aggregation answers it,
 * so it does not refuse a closing before that. `asked`: who it is asked about at once; left out, each payer alone. `together`: payers with
 * the same bounds, where null for all of them is null for each; `once`: the answer is the same for all. Every stage may bring
 * checks of its own (api puts the list together).
 */
export interface ReadinessCheck {
  readonly name: string;
  readonly overridable: boolean;
  readonly cured_by_run?: boolean;
  readonly asked?: "together" | "once";
  find(asked: CheckedPeriod): Promise<{ count: number; detail: string; ids: string[] } | null>;
}

const Text = Type.String();
const Ids = Type.Array(Text);
const Int = Type.Number();
const selectWaiting = defineQuery(
  "aggregate/periods/waiting_events",
  Type.Object({
    account_ids: Ids,
    before_ms: Int,
    bound_partitions: Type.Array(Type.Integer()),
    bound_offsets: Type.Array(Type.BigInt()),
  }),
  Type.Object({ events: Text, ids: Ids }),
);
const selectQuarantined = defineQuery(
  "aggregate/periods/quarantined",
  Type.Object({ account_ids: Ids, from_ms: Int, to_ms: Int }),
  Type.Object({ messages: Text, ids: Ids }),
);
const selectSilent = defineQuery(
  "aggregate/periods/silent_sources",
  Type.Object({ account_ids: Ids, from_ms: Int, to_ms: Int, now_ms: Int }),
  Type.Object({ source: Text, last_ms: Text }),
);
const selectUnfinished = defineQuery(
  "aggregate/periods/unfinished_runs",
  Type.Object({ period: Text }),
  Type.Object({ run_id: Text, kind: Text, error: Text }),
);

/** A source that was heard of within so long before a period is asked for in it, also where it never spoke again. */
const SOURCES_MS = 31 * 86_400_000;

/** The questions this stage can answer, in the order in which they are asked. */
export function usageChecks({
  store,
  runs,
  usageTypes,
}: Pick<PeriodDeps, "store" | "runs"> & { usageTypes: Pick<Registry, "version"> }): ReadinessCheck[] {
  return [
    {
      name: "ended",
      overridable: false,
      find: async ({ end, now }) =>
        now >= end ? null : { count: 1, detail: `the period ends at ${formatInstant(end)}`, ids: [] },
    },
    {
      name: "grace",
      overridable: true,
      find: async ({ periods, period, end, now }) => {
        const due_at = periods.find((one) => one.period === period)?.due_at;
        if (due_at === undefined || now < end || now >= (parseInstant(due_at) ?? 0)) return null;
        return { count: 1, detail: `late facts are waited for until ${due_at}`, ids: [] };
      },
    },
    {
      name: "order",
      overridable: false,
      find: async ({ periods, period }) => {
        const earlier = periods.filter((one) => one.state !== "closed" && one.period < period).map((one) => one.period);
        if (earlier.length === 0) return null;
        return { count: earlier.length, detail: "earlier periods with usage are open", ids: earlier };
      },
    },
    {
      name: "published",
      overridable: false,
      asked: "together",
      cured_by_run: true,
      find: async ({ payer, period }) => {
        const spans = await readPublishedSpans({ store });
        const lacking = payer.accounts.filter((account) => {
          const last = spans.get(periodZone(account, period))?.last;
          return last !== undefined && last < accountPeriod(account, period).end;
        });
        if (lacking.length === 0) return null;
        const ids = lacking.slice(0, 10).map(({ account_id }) => account_id);
        return { count: lacking.length, detail: "accounts whose usage is not published to the period's end", ids };
      },
    },
    {
      name: "admitted",
      overridable: false,
      asked: "together",
      cured_by_run: true,
      find: async ({ payer, end }) => {
        const bound = (await runs.latestPublished("aggregate"))?.bound ?? {};
        const { bound_partitions, bound_offsets } = boundArrays(bound);
        const account_ids = idsOf(payer);
        const asked = {
          account_ids,
          before_ms: end,
          bound_partitions: [...bound_partitions],
          bound_offsets: [...bound_offsets],
        };
        const [row] = await selectWaiting(store.read, asked);
        if (row === undefined || row.events === "0") return null;
        return { count: Number(row.events), detail: "events of the period that no run has read yet", ids: row.ids };
      },
    },
    {
      name: "registry",
      overridable: false,
      asked: "once",
      cured_by_run: true,
      find: async () => {
        const counted = (await runs.latestPublished("aggregate"))?.versions["registry"];
        if (counted === undefined || counted === usageTypes.version()) return null;
        const detail = "usage types were added since the latest run, and what they count is not in it: aggregate again";
        return { count: 1, detail, ids: [] };
      },
    },
    {
      name: "quarantine",
      overridable: true,
      asked: "together",
      find: async ({ payer, start, end }) => {
        const [row] = await selectQuarantined(store.read, { account_ids: idsOf(payer), from_ms: start, to_ms: end });
        if (row === undefined || row.messages === "0") return null;
        return {
          count: Number(row.messages),
          detail: "messages in quarantine that may belong to the period",
          ids: row.ids,
        };
      },
    },
    {
      name: "silent-sources",
      overridable: true,
      asked: "together",
      find: async ({ payer, start, end, now }) => {
        const rows = await selectSilent(store.read, {
          account_ids: idsOf(payer),
          from_ms: start - SOURCES_MS,
          to_ms: end,
          now_ms: now,
        });
        if (rows.length === 0) return null;
        const since = formatInstant(instant(Math.min(...rows.map(({ last_ms }) => Number(last_ms)))));
        return {
          count: rows.length,
          detail: `sources silent since before the period's end, the first since ${since}`,
          ids: rows.map(({ source }) => source),
        };
      },
    },
    {
      name: "conflicts",
      overridable: true,
      asked: "together",
      find: (asked) => openOf({ store }, asked, (check) => check === "conflict"),
    },
    {
      name: "sanity",
      overridable: true,
      asked: "together",
      find: (asked) => openOf({ store }, asked, (check) => check !== "conflict"),
    },
    {
      name: "failed-runs",
      overridable: true,
      asked: "once",
      find: async ({ period }) => {
        const rows = await selectUnfinished(store.read, { period });
        if (rows.length === 0) return null;
        return {
          count: rows.length,
          detail: `runs that failed and were not done again: ${rows.map(({ kind, error }) => `${kind}: ${error}`).join("; ")}`,
          ids: rows.map(({ run_id }) => run_id),
        };
      },
    },
  ];
}

/** Open sanity findings of a period that are more than information. */
async function openOf(
  deps: { store: Store },
  { payer, start, end }: CheckedPeriod,
  wanted: (check: string) => boolean,
): Promise<{ count: number; detail: string; ids: string[] } | null> {
  const open = await openFindings(deps, { account_ids: idsOf(payer), from: start, to: end });
  const found = open.filter(({ check, severity }) => severity !== "info" && wanted(check));
  if (found.length === 0) return null;
  const count = found.reduce((sum, one) => sum + one.count, 0);
  const told = found.map((one) => `${one.check} (${one.severity}): ${one.count}`).join(", ");
  return { count, detail: `open findings of the sanity checks: ${told}`, ids: found.flatMap(({ ids }) => ids) };
}

/** Which findings hold up a closing that overrides some of them by name. */
export function blockingFindings(findings: readonly Finding[], overrides: readonly Override[]): Finding[] {
  const named = new Set(overrides.map(({ finding }) => finding));
  return findings.filter(({ check, blocking, overridable }) => blocking && !(overridable && named.has(check)));
}

function idsOf({ accounts }: Payer): string[] {
  return accounts.map(({ account_id }) => account_id);
}
