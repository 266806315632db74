import { AppError } from "../core/errors.ts";
import { formatInstant } from "../core/instant.ts";
import type { Run } from "../core/runs.ts";
import { readInstant } from "./paging.ts";
import type { System } from "./system.ts";

/** What a run is asked for over the API; which fields may stand beside which `kind` is checked here. */
export interface RunOrder {
  readonly kind: "aggregate" | "rate";
  readonly from?: string;
  readonly to?: string;
  readonly period?: string;
  readonly dry_run?: boolean;
  /** rate: why a period is rated again. */
  readonly reason?: string;
  /** Who asks. */
  readonly asked_by: string;
}

/** A run on its way: resolved when it has its lease, and when it has ended. */
export interface StartedRun {
  readonly began: Promise<Run>;
  readonly ended: Promise<Run>;
}

/** Starts a run. Both promises reject where it does not come to begin. @throws AppError invalid-request at once */
export function startRun(system: System, order: RunOrder): StartedRun {
  let tell: (run: Run) => void = () => undefined;
  const begun = new Promise<Run>((resolve) => (tell = resolve));
  const ended = order.kind === "aggregate" ? aggregation(system, order, tell) : rating(system, order, tell);
  return { began: Promise.race([begun, ended]), ended };
}

function aggregation(
  system: System,
  { from, to, period, reason, dry_run = false, asked_by }: RunOrder,
  began: (run: Run) => void,
) {
  refuseGiven({ period, reason }, "a run of kind aggregate");
  const now = system.clock.now();
  const until = to === undefined ? now : readInstant("to", to);
  if (until > now)
    throw new AppError(
      "invalid-request",
      `to is "${to}", expected no later than ${formatInstant(now)}, the time here`,
      { field: "to" },
    );
  if (from === undefined) return system.aggregate({ until, dry_run, asked_by, began });
  const start = readInstant("from", from);
  if (start >= until)
    throw new AppError("invalid-request", `from is "${from}", expected an instant before ${formatInstant(until)}`, {
      field: "from",
    });
  return system.aggregate({ until, from: start, dry_run, asked_by, began });
}

function rating(
  system: System,
  { from, to, period, dry_run = false, reason = "", asked_by }: RunOrder,
  began: (run: Run) => void,
) {
  refuseGiven({ from, to }, "a run of kind rate");
  if (period === undefined)
    throw new AppError("invalid-request", "period is missing, expected a month such as 2026-10", { field: "period" });
  return system.rate({ period, dry_run, reason, asked_by, began }).then(({ run }) => run);
}

function refuseGiven(fields: Readonly<Record<string, unknown>>, what: string): void {
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined)
      throw new AppError(
        "invalid-request",
        `${field} is ${JSON.stringify(value)}, expected no such field with ${what}`,
        { field },
      );
  }
}
