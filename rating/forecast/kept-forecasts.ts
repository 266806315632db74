import type { Clock } from "../../core/clock.ts";
import type { InstantMs } from "../../core/instant.ts";
import { createInTurn } from "../../core/in-turn.ts";
import { type MonthAmounts, sumAmounts } from "../budgets/judge.ts";
import { readVersions } from "../rate.ts";
import type { Forecast } from "./forecast.ts";
import {
  answerForecast,
  type ForecastDeps,
  type ForecastLines,
  forecastLines,
  type ForecastRequest,
  requireBegun,
} from "./forecast-period.ts";

/** Forecasts, one made at a time: each is three short runs. What one came to is kept for a while, for all who ask about that month. */
export interface Forecasts {
  /** @throws AppError run-in-progress when a long run goes on, invalid-request, lease-lost */
  forecast(request: ForecastRequest): Promise<Forecast>;
  /** What each payer and account will come to, and nothing else, for as many as there are. @throws as forecast */
  amounts(period: string): Promise<MonthAmounts>;
}

/** A forecast is kept for so many times as long as it took to make, so that making them is a small part of what goes on. */
const KEPT_TIMES = 20;
const KEPT_MS_MAX = 300_000;
/** Of how many months; and how many lines of each: some hundred bytes a line. */
const KEPT_MONTHS = 3;
const KEPT_LINES_MAX = 200_000;

interface Kept {
  readonly lines: ForecastLines;
  /** What it came from: publications, prices, accounts, closings and settings. */
  readonly state: string;
  readonly until_ms: number;
}

/** Forecasts as `deps` stand when they are asked for. */
export function createForecasts(clock: Pick<Clock, "now">, ready: () => Promise<ForecastDeps>): Forecasts {
  const inTurn = createInTurn();
  const kept = new Map<string, Kept>();

  async function linesOf(deps: ForecastDeps, period: string, now: InstantMs): Promise<ForecastLines> {
    const state = await stateOf(deps, period);
    const former = kept.get(period);
    if (former !== undefined && former.state === state && now < former.until_ms) return former.lines;
    kept.delete(period);
    const lines = await forecastLines(deps, period);
    const made = clock.now();
    if (lines.so_far.length + lines.forecast.length > KEPT_LINES_MAX) return lines;
    kept.set(period, { lines, state, until_ms: made + Math.min(KEPT_TIMES * (made - now), KEPT_MS_MAX) });
    const [eldest = ""] = kept.keys();
    if (kept.size > KEPT_MONTHS) kept.delete(eldest);
    return lines;
  }

  const inLine = <T>(period: string, use: (deps: ForecastDeps, lines: ForecastLines) => T | Promise<T>): Promise<T> =>
    inTurn(async () => {
      const now = clock.now();
      requireBegun(period, now);
      const deps = await ready();
      return use(deps, await linesOf(deps, period, now));
    });
  return {
    forecast: (request) => inLine(request.period, (deps, lines) => answerForecast(deps, request, lines)),
    amounts: (period) => inLine(period, (_deps, { forecast }) => sumAmounts(forecast)),
  };
}

async function stateOf({ store, rateCards, usageTypes, defaults }: ForecastDeps, period: string): Promise<string> {
  const pricing = await rateCards.pricing();
  return JSON.stringify(await readVersions(store.read, { period, pricing, defaults, registry: usageTypes.version() }));
}
