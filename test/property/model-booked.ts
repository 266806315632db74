import { expect } from "vitest";
import type { System } from "../../api/system.ts";
import { readRecords } from "../aggregate/closing-month.ts";
import type { Deeds } from "./model-deeds.ts";

/** Holds both bases to the same sums (P8, P10): what is booked in a later period is booked once. */
export async function expectBooked(system: System, account_ids: readonly string[], { did }: Deeds): Promise<void> {
  const sumsOf = async (basis: "billing" | "usage"): Promise<[string, bigint][]> => {
    const sums = new Map<string, bigint>();
    for (const record of await readRecords(system, { basis, account_ids })) {
      const { account_id, usage_type, resource, part, quantity, adjusts } = record;
      if (adjusts !== null) did("adjustment");
      const key = JSON.stringify([account_id, usage_type, resource, part]);
      sums.set(key, (sums.get(key) ?? 0n) + BigInt(quantity));
    }
    return [...sums].filter(([, sum]) => sum !== 0n).toSorted(([a], [b]) => (a < b ? -1 : 1));
  };
  expect(await sumsOf("billing")).toEqual(await sumsOf("usage"));
}
