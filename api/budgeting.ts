import type { Run } from "../core/runs.ts";
import type { InstantMs } from "../core/instant.ts";
import type { InControl } from "../core/versions.ts";
import { type Patience, whenFree } from "../core/when-free.ts";
import {
  type Budgets,
  catchUpBudgets,
  checkBudgets,
  createBudgets,
  createForecasts,
  type Forecast,
  type ForecastRequest,
  type RateOutcome,
  type RatingDefaults,
  type RatingDeps,
} from "../rating/index.ts";
import type { System } from "./system.ts";

/** What months will come to, and what is held against that. */
export interface Budgeting {
  readonly budgets: Budgets;
  /** @throws AppError run-in-progress when a long run goes on, invalid-request, lease-lost */
  forecast(request: ForecastRequest): Promise<Forecast>;
  /** Holds a month against its budgets when a run has published its rating; a failure is in the log, and caught up with. */
  rated(outcome: RateOutcome): Promise<RateOutcome>;
  catchUpBudgets(): Promise<void>;
  /** Waits for what goes on behind forecasts that are answered. */
  closeForecasts(): Promise<void>;
}

interface Deps extends Pick<System, "accounts" | "clock" | "log"> {
  readonly rating: RatingDeps;
  readonly inControl: InControl;
  readonly defaults: () => Promise<RatingDefaults>;
  /** A dry run of aggregation to a month's end. */
  project(request: { until: InstantMs; project: string }): Promise<Run>;
  /** Takes its rows away. */
  clear(run: Run): Promise<void>;
}

/** A run that is going on is waited for so long by a forecast; most take less. */
const patience: Patience = { wait_ms_max: 30_000, step_ms: 200 };

/** Forecasts and budgets on what rating stands on. */
export function createBudgeting({ accounts, clock, log, rating, inControl, defaults, ...runs }: Deps): Budgeting {
  const { store, ledger } = rating;
  let clearing = Promise.resolve();
  const letGo = (run: Run): void => {
    const cleared = runs
      .clear(run)
      .catch((err: unknown) => log.warn({ err, run_id: run.id }, "a forecast's rows are left to the next run"));
    clearing = clearing.then(() => cleared);
  };
  const forecasts = createForecasts(clock, async () => ({
    ...rating,
    defaults: await defaults(),
    project: (period) => runs.project({ until: clock.now(), project: period }),
    letGo,
    whenFree: (begin) => whenFree(clock, begin, patience),
  }));
  const defaultCurrency = async (): Promise<string> => (await defaults()).currency;
  const budgets = createBudgets({ store, clock, accounts, defaultCurrency, inControl });
  const deps = { store, clock, log: rating.log, ledger, budgets, inControl, forecast: forecasts.amounts };
  return {
    budgets,
    forecast: forecasts.forecast,
    rated: async (outcome) => {
      const { period, state } = outcome.run;
      if (state === "published")
        await checkBudgets(deps, period).catch((err: unknown) =>
          log.warn({ err, period }, "the month was not held against its budgets yet"),
        );
      return outcome;
    },
    catchUpBudgets: () => catchUpBudgets(deps),
    closeForecasts: () => clearing,
  };
}
