import type { BillingPeriod, UsageRecord } from "../../aggregate/index.ts";
import type { EventJson, OracleType } from "../oracle/index.ts";
import type { History } from "./history.ts";
import type { ModelWorld } from "./model-world.ts";

/** What a command acts on: the events still to come, and what must hold once they have. */
export interface Life {
  readonly history: History;
  readonly world: ModelWorld;
  readonly sent: EventJson[];
  readonly moved: Set<string>;
  /** Usage types that were added on the way, as the registry has them. */
  readonly added: OracleType[];
  /** Events that have not come, in the order in which they will. */
  coming: readonly EventJson[];
  now_ms: number;
  /** How far the furthest run looked. */
  until_ms: number;
  /** What is published, as it was when it was last compared. */
  truth: readonly string[];
  /** The closed periods, and what they held when they closed. */
  readonly closed: Map<
    string,
    { readonly period: BillingPeriod; readonly records: readonly Omit<UsageRecord, "name">[] }
  >;
  /** What is archived; null = all is there. */
  archived: { readonly horizon_ms: number; readonly months: readonly string[] } | null;
}

/** Which of the things a command may act on, and how many. */
export interface Numbers {
  readonly many: number;
  readonly which: number;
}
