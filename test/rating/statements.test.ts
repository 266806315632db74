import { afterAll, beforeAll, expect, test } from "vitest";
import type { TariffInput } from "../../rating/index.ts";
import { openRatingStore, type RatingStore } from "./rating-store.ts";
import { readCases } from "../read-cases.ts";

interface Case {
  readonly why: string;
  readonly given: {
    readonly period: string;
    readonly time_zone?: string;
    readonly currency?: string;
    readonly card_currency?: string;
    readonly tariffs: readonly (Omit<TariffInput, "usage_type"> & { readonly usage_type: string })[];
    readonly usage: readonly {
      readonly usage_type: string;
      readonly resource: string;
      readonly from: string;
      readonly to: string;
      readonly size?: string;
      /** Base units of each slice, where they are not time × size. */
      readonly quantity?: string;
      readonly slices?: readonly (readonly [string, string])[];
    }[];
  };
  readonly then: {
    readonly net?: string;
    readonly currency?: string;
    readonly records?: string;
    readonly lines: readonly Record<string, string>[];
  };
}

const cases = readCases<Case>("rating/statements");
const accountOf = (index: number): string => `case-${index}`;
let on: RatingStore;

beforeAll(async () => {
  on = await openRatingStore();
  for (const [index, { given }] of cases.entries()) {
    const account_id = accountOf(index);
    const { currency = "EUR", card_currency = currency, time_zone = "Europe/Amsterdam" } = given;
    await on.writeAccounts([{ account_id, currency, time_zone, rate_card_id: account_id }]);
    const tariffs = given.tariffs.map((tariff) => ({
      ...tariff,
      usage_type: Number(tariff.usage_type),
      ...(tariff.tiers === undefined
        ? {}
        : { tiers: tariff.tiers.map(({ up_to, rate }) => ({ up_to: up_to === "null" ? null : up_to, rate })) }),
    }));
    await on.putCard(tariffs, account_id, card_currency);
    await on.writeUsage(
      given.usage.map(({ usage_type, resource, from, to, size = "1", quantity: counted, slices = [[from, to]] }) => {
        const parts = slices.map(
          ([start, end]) =>
            [
              Date.parse(start),
              Date.parse(end),
              counted === undefined ? BigInt(size) * BigInt(Date.parse(end) - Date.parse(start)) : BigInt(counted),
            ] as const,
        );
        const quantity = parts.reduce((sum, [, , part]) => sum + part, 0n);
        return {
          account_id,
          usage_type: Number(usage_type),
          resource,
          start_ms: Date.parse(from),
          end_ms: Date.parse(to),
          quantity,
          slices: parts,
        };
      }),
    );
  }
  await on.publishUsage(1);
  for (const period of new Set(cases.map(({ given }) => given.period))) await on.rate(period);
});
afterAll(() => on.close());

test.each(cases.map((golden, index) => ({ ...golden, index })))("$why", async ({ given, then, index }) => {
  const { period } = given;
  const account_id = accountOf(index);
  const [statement] = await on.statements.list({ period, payer_account_id: account_id, limit: 1 });
  const asText = (statement?.lines ?? []).map((line) =>
    Object.fromEntries(Object.entries(line).map(([name, value]) => [name, String(value)])),
  );
  expect(asText).toEqual(then.lines.map((line) => expect.objectContaining(line) as unknown));
  if (then.net !== undefined) expect(statement?.net).toBe(then.net);
  if (then.currency !== undefined) expect(statement?.currency).toBe(then.currency);
  const { records } = await on.billingRecords.list({ period, account_id, limit: 100 });
  if (then.records !== undefined) expect(records).toHaveLength(Number(then.records));
});
