import type { EventJson } from "../../oracle/event.ts";
import type { OracleTariff } from "../../oracle/index.ts";
import { type History, seededHistory } from "../../property/history.ts";

/** How much happens in a course. */
export interface CourseSize {
  readonly seed: number;
  readonly drafts: number;
  readonly resources: number;
  readonly accounts: number;
  readonly batch: number;
  /** A run of aggregation comes after so many batches, one of rating after every second run. */
  readonly batches_a_run: number;
}

/** One thing a process does and then acknowledges; doing it again after a crash must be harmless. */
export type Step =
  | { readonly kind: "settle" }
  | { readonly kind: "ingest"; readonly events: readonly EventJson[] }
  | { readonly kind: "aggregate"; readonly until_ms: number }
  | { readonly kind: "rate"; readonly period: string };

/** What one installation lives through, whichever process does which step of it. */
export interface Course {
  readonly history: History;
  readonly steps: readonly Step[];
}

/** Two local months, with the end of summer time in Europe and Newfoundland: a batch can fall into two partitions of the store. */
const span = { from: "2026-10-23T00:00:00Z", to: "2026-11-04T00:00:00Z" };
export const periods = ["2026-10", "2026-11"] as const;

const any = { offering: [], zone: [] };
/** The prices of the one rate card; whatever they do not name stays unrated and is on the bill as such. */
const tariffs: readonly OracleTariff[] = [
  {
    id: "run",
    usage_type: 1,
    component: "base",
    currency: "EUR",
    unit: "hour",
    model: "per_unit",
    rate: "0.013",
    conditions: any,
  },
  {
    id: "disk",
    usage_type: 6,
    component: "base",
    currency: "EUR",
    unit: "gib_month",
    model: "graduated",
    tiers: [
      { up_to: "100", rate: "0.07" },
      { up_to: null, rate: "0.05" },
    ],
    conditions: any,
  },
];

/** The rate card they are on, as it is put in. */
export function cardOf() {
  return { name: "default", currency: "EUR", tariffs: tariffs.map(asInput) };
}

function asInput({ id, tiers, conditions, ...tariff }: (typeof tariffs)[number]) {
  const lists = Object.entries(conditions).filter(([, values]) => values.length > 0);
  const condition = lists.map(([name, values]) => `${name} in ${JSON.stringify(values)}`).join(" && ");
  const copied = tiers === undefined ? {} : { tiers: [...tiers] };
  return { tariff_id: id, name: id, ...tariff, ...copied, condition };
}

/** The course of a size: always the same, so that a process that was killed and one that was not do the same. */
export function courseOf({ seed, drafts, resources, accounts, batch, batches_a_run }: CourseSize): Course {
  const history = seededHistory(seed, { events: drafts, resources, accounts, conflicts: false, span });
  const { events, from_ms, to_ms, until_ms } = history;
  const steps: Step[] = [{ kind: "settle" }];
  for (let first = 0; first < events.length; first += batch) {
    steps.push({ kind: "ingest", events: events.slice(first, first + batch) });
    const batches = first / batch + 1;
    if (batches % batches_a_run === 0) {
      steps.push({ kind: "aggregate", until_ms: Math.floor(from_ms + (to_ms - from_ms) * (first / events.length)) });
      if (batches % (2 * batches_a_run) === 0) steps.push({ kind: "rate", period: periods[0] });
    }
  }
  steps.push({ kind: "aggregate", until_ms }, ...periods.map((period) => ({ kind: "rate", period }) as const));
  return { history, steps };
}
