import type { ChargeInput } from "../../../rating/index.ts";
import { readCases } from "../../read-cases.ts";

/** An amount that an account of the payer used of a usage type, 1 to 3. */
export interface CaseUse {
  readonly account?: string;
  readonly type: string;
  readonly amount: string;
}

/** A golden case of charges: a payer on a card of its own, what was used, and the lines that its charges come to. */
export interface ChargesCase {
  readonly why: string;
  /** Cells of the table of kinds and edges, such as cap/February. */
  readonly covers?: readonly string[];
  readonly worked: string;
  readonly given: {
    readonly period: string;
    readonly currency?: string;
    readonly joined?: string;
    readonly left?: string;
    readonly charges: readonly (Omit<ChargeInput, "prorate" | "usage_types"> & {
      readonly prorate?: string;
      readonly usage_types?: readonly string[];
    })[];
    readonly use: readonly CaseUse[];
    /** What a later run adds when the period has been rated. */
    readonly late?: readonly CaseUse[];
  };
  readonly then: { readonly net?: string; readonly lines: readonly Record<string, string>[] };
}

/** All golden cases of charges. */
export function chargesCases(): ChargesCase[] {
  return readCases<ChargesCase>("rating/charges");
}
