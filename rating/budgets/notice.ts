import type { Log } from "../../core/log.ts";
import type { Threshold } from "./budget.ts";

/** What a notice says. */
export interface Notice extends Threshold {
  readonly notice_id: string;
  readonly budget_id: string;
  readonly period: string;
  readonly currency: string;
  /** What the threshold comes to, and what reached it. */
  readonly limit_amount: string;
  readonly amount: string;
  readonly run_id: string;
}

/** Gives notice of a threshold that was reached for the first time: it is stored already; whoever is to hear of it is told here. */
export function notice(log: Log, told: Notice): void {
  log.warn({ ...told }, "budget threshold reached");
}
