import type { TariffInput } from "../../rating/index.ts";
import { readCases } from "../read-cases.ts";

/** What somebody used in a window, as a golden case states it. */
export interface CaseUsage {
  readonly usage_type: string;
  readonly resource: string;
  /** Another account that the case's payer pays for. */
  readonly account?: string;
  readonly offering?: string;
  readonly from: string;
  readonly to: string;
  readonly size?: string;
  /** Base units of each slice, where they are not time × size. */
  readonly quantity?: string;
  readonly slices?: readonly (readonly [string, string])[];
}

/** A golden case of prices: a payer on a card of its own, what was used, and the statement that comes of it. */
export interface PricingCase {
  readonly file: string;
  readonly why: string;
  /** Cells of the table of models and edges, such as volume/DST. */
  readonly covers?: readonly string[];
  readonly worked: string;
  readonly given: {
    readonly period: string;
    readonly time_zone?: string;
    readonly currency?: string;
    readonly card_currency?: string;
    readonly tariffs: readonly (Omit<TariffInput, "usage_type" | "pooled"> & {
      readonly usage_type: string;
      readonly pooled?: string;
    })[];
    readonly usage: readonly CaseUsage[];
    /** What a later run says in place of one of the usage, by its place from 0. */
    readonly late?: readonly (CaseUsage & { readonly replaces: string })[];
  };
  readonly then: {
    readonly net?: string;
    readonly currency?: string;
    readonly records?: string;
    /** Of the billing records, in their order. */
    readonly amounts?: readonly string[];
    readonly lines: readonly Record<string, string>[];
  };
}

/** All golden cases that price usage by a card's tariffs. */
export function pricingCases(): PricingCase[] {
  return ["statements", "models", "edges"].flatMap((file) =>
    readCases<Omit<PricingCase, "file">>(`rating/${file}`).map((golden) => ({ file, ...golden })),
  );
}
