import fc from "fast-check";
import type { ChargeInput, Statement, TariffInput } from "../../../rating/index.ts";
import type { FinalizingStore } from "./finalizing-store.ts";

export const months = ["2026-09", "2026-10", "2026-11"];
const by = { by: "test" };
const countries = ["NL", "DE", "US", ""];

const life = fc.record({
  currency: fc.constantFrom("EUR", "USD", "JPY", "BHD"),
  rate: fc.integer({ min: 1, max: 99_999 }).map((n) => `0.${String(n).padStart(5, "0")}`),
  tiered: fc.boolean(),
  support: fc.boolean(),
  charges: fc.constantFrom<readonly ChargeInput[]>(
    [],
    [{ charge_id: "fee", name: "fee", kind: "flat", amount: "7" }],
    [{ charge_id: "off", name: "off", kind: "discount_percent", percent: "12.5" }],
    [{ charge_id: "floor", name: "floor", kind: "minimum", scope: "payer", amount: "6" }],
  ),
  country: fc.constantFrom(...countries),
  region: fc.constantFrom("", "NY", "CA"),
  rule: fc.constantFrom("standard", "standard", "standard", "exempt", "reverse_charge", "outside"),
  issuer: fc.constantFrom("", "one", "two"),
  uses: fc.array(
    fc.record({
      month: fc.integer({ min: 0, max: 2 }),
      day: fc.integer({ min: 1, max: 27 }),
      /** In which round it is told of; months that were closed before are corrected. */
      told: fc.integer({ min: 0, max: 2 }),
      minutes: fc.integer({ min: 1, max: 1440 }),
      usage_type: fc.integer({ min: 1, max: 2 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  /** Which months are taken back and issued again. */
  voids: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }),
});
/** Random payers: what they use and are told late of, their prices, charges, profiles, and which of their months are taken back. */
export const livesOf = (payers: number, seed: number) => fc.sample(life, { numRuns: payers, seed });
export type Life = ReturnType<typeof livesOf>[number];
export const payerOf = (index: number): string => `p${String(index).padStart(3, "0")}`;

/** Lets three months go by: use is told of, months are closed, rated, made final, and some taken back and issued again. Gives the drafts as they were. */
export async function liveMonths(
  on: FinalizingStore,
  lives: readonly Life[],
  /** What is done once the accounts are there. */
  accountsAreThere: () => Promise<void> = async () => undefined,
): Promise<Map<string, Statement>> {
  const drafts = new Map<string, Statement>();
  await on.writeShapes([{ shape: 7n, offering: "small", zone: "z" }]);
  for (const id of ["default", "one", "two"])
    await on.profiles.issuers.put({ id, legal_name: id, series: `${id}/{year}/{number}` }, by);
  for (const rate of [
    { id: "any", percent: "10" },
    { id: "nl-old", percent: "19", country: "NL", valid_to: "2026-10-01" },
    { id: "nl", percent: "21", country: "NL", valid_from: "2026-10-01" },
    { id: "de", percent: "16.6667", country: "DE" },
    { id: "ny", percent: "8.875", country: "US", region: "NY" },
    { id: "support", percent: "5.5", components: ["support"] },
    { id: "support-nl", percent: "9", country: "NL", components: ["support"] },
    { id: "type-2", percent: "0.0001", usage_types: [2] },
  ])
    await on.profiles.taxRates.put({ name: rate.id, category: "S", ...rate }, by);
  await on.writeAccounts(
    lives.map(({ currency }, index) => ({
      account_id: payerOf(index),
      currency,
      time_zone: "UTC",
      rate_card_id: payerOf(index),
      changed_ms: Date.UTC(2026, 7, 1),
    })),
  );
  await accountsAreThere();
  for (const [index, { currency, rate, tiered, support, charges, ...life }] of lives.entries()) {
    const head = { name: "t", currency, unit: "hour" } as const;
    const tiers = [
      { up_to: "20", rate },
      { up_to: null, rate: "0.07071" },
    ];
    const tariffs: TariffInput[] = [1, 2].map((usage_type) =>
      tiered
        ? { ...head, tariff_id: `t${usage_type}`, usage_type, model: "graduated", tiers }
        : { ...head, tariff_id: `t${usage_type}`, usage_type, model: "per_unit", rate },
    );
    if (support)
      tariffs.push({
        ...head,
        tariff_id: "help",
        usage_type: 1,
        model: "per_unit",
        rate: "0.0313",
        component: "support",
      });
    await on.putCard(tariffs, payerOf(index), currency, charges);
    await on.profiles.billing.put(
      {
        account_id: payerOf(index),
        legal_name: payerOf(index),
        vat_id: "XX12345",
        address: { country: life.country, region: life.region },
        tax: { rule: life.rule, reason: life.rule === "standard" ? "" : "because" },
        issuer_id: life.issuer,
      },
      by,
    );
  }
  for (const [round, period] of months.entries()) {
    const uses = lives.flatMap(({ uses: own }, index) =>
      own
        .filter(({ told }) => told === round)
        .map(({ month, day, minutes, usage_type }) => ({
          account_id: payerOf(index),
          day: `${months[month] ?? ""}-${String(day).padStart(2, "0")}`,
          hours: minutes / 60,
          usage_type,
        })),
    );
    if (uses.length > 0) await on.use(uses);
    await on.closeFor(
      period,
      lives.map((_life, index) => payerOf(index)),
    );
    await on.rate(period);
    for (const draft of await on.statements.list({ period, limit: 1000 })) drafts.set(draft.id, draft);
    await on.finalize(period);
    for (const [index, { voids }] of lives.entries()) {
      if (!voids.includes(round)) continue;
      const [final] = await on.of(period, payerOf(index));
      if (final === undefined) continue;
      await on.voiding(final.id);
      await on.reissue(final.id);
    }
  }
  return drafts;
}
