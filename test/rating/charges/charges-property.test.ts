// Random charges over random lines: the engine's statements, for all payers at once, and the twin for one payer agree to the last digit.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { minorUnit } from "../../../core/currencies.ts";
import { Dec } from "../../../core/decimal.ts";
import type { ChargeInput, StatementLine, TariffInput } from "../../../rating/index.ts";
import { chargeLines, type ChargedLine, type DueCharge } from "../../../rating/charges/charge-lines.ts";
import { orderTurns, turnsOf } from "../../../rating/charges/steps.ts";
import { at } from "../../at.ts";
import { openRatingStore, type RatingStore } from "../rating-store.ts";

const PAYERS = 120;
const SEED = 20261121;
const period = "2026-11";
const components = ["base", "disk", "net"];
const tariffs: TariffInput[] = components.map((component, index) => ({
  tariff_id: component,
  name: component,
  usage_type: index + 1,
  component,
  unit: "hour",
  model: "per_unit",
  rate: "0.0371",
}));

const coins = (currency: string): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: 400_000 }).map((n) => new Dec(n).div(new Dec(10).pow(minorUnit(currency))).toFixed());
const percents = fc.integer({ min: 0, max: 100_000_000 }).map((n) => new Dec(n).div(1_000_000).toFixed());
const some = fc.uniqueArray(fc.constantFrom(...components, "flat"), { minLength: 1, maxLength: 3 });

function charge(currency: string, charge_id: string): fc.Arbitrary<ChargeInput> {
  const head = {
    charge_id: fc.constant(charge_id),
    name: fc.constant(charge_id),
    scope: fc.constantFrom("account", "payer"),
  };
  const of = { components: fc.option(some, { nil: [] }), amount: coins(currency) };
  const limit = (kind: "minimum" | "cap"): fc.Arbitrary<ChargeInput> =>
    fc.record({ ...head, kind: fc.constant(kind), ...of }) as fc.Arbitrary<ChargeInput>;
  return fc.oneof(
    fc.record({ ...head, kind: fc.constant("flat"), amount: coins(currency) }),
    // Named after itself, so that a later percentage may be of it and none of itself.
    fc.record({
      ...head,
      kind: fc.constant("percentage"),
      percent: percents,
      components: some,
      component: fc.constant(charge_id),
    }),
    fc.record({ ...head, kind: fc.constant("discount_percent"), percent: percents, components: of.components }),
    fc.record({ ...head, kind: fc.constant("discount_amount"), ...of }),
    limit("minimum"),
    limit("cap"),
    fc.record({
      ...head,
      kind: fc.constant("commitment"),
      ...of,
      overage_factor: fc.constantFrom("1", "1.25", "2.123457"),
    }),
  ) as fc.Arbitrary<ChargeInput>;
}

const payers = fc.constantFrom("EUR", "JPY", "BHD").chain((currency) =>
  fc.record({
    currency: fc.constant(currency),
    charges: fc
      .integer({ min: 1, max: 7 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, n) => charge(currency, `c${n}`)))),
    use: fc.array(
      fc.record({
        account: fc.constantFrom("", "-b", "-c"),
        type: fc.integer({ min: 1, max: 3 }),
        quantity: fc.bigInt({ min: 1n, max: 10n ** 12n }),
      }),
      { maxLength: 8 },
    ),
  }),
);
type Payer = ReturnType<typeof fc.sample<typeof payers extends fc.Arbitrary<infer P> ? P : never>>[number];

const all: readonly Payer[] = fc.sample(payers, { numRuns: PAYERS, seed: SEED });
const idOf = (index: number): string => `payer-${index.toString().padStart(4, "0")}`;
const accountsOf = (index: number): string[] => ["", "-b", "-c"].map((suffix) => `${idOf(index)}${suffix}`);

let on: RatingStore;
beforeAll(async () => {
  on = await openRatingStore();
  const start_ms = at("2026-11-03T00:00:00+01:00");
  for (const [index, { currency, charges, use }] of all.entries()) {
    const payer = idOf(index);
    await on.putCard(tariffs, payer, currency, charges);
    await on.writeAccounts(
      accountsOf(index).map((account_id) => ({ account_id, payer, currency, rate_card_id: payer })),
    );
    await on.writeUsage(
      use.map(({ account, type, quantity }, no) => ({
        account_id: `${payer}${account}`,
        usage_type: type,
        resource: `r${no}`,
        start_ms,
        end_ms: start_ms + 86_400_000,
        quantity,
      })),
    );
  }
  await on.publishUsage(1);
  await on.rate(period);
}, 180_000);
afterAll(() => on.close());

const nano = (amount: string): bigint => BigInt(new Dec(amount).times(1_000_000_000).toFixed(0));
const micro = (value = "0"): bigint => BigInt(new Dec(value).times(1_000_000).toFixed(0));

function asCharged(line: StatementLine): ChargedLine {
  const { account_id, kind, component, usage_type, charge, exact_amount, amount } = line;
  if (kind === "adjustment") throw new Error("nothing is closed here, so nothing is corrected");
  return {
    line: line.line,
    account_id,
    kind,
    component: component ?? "",
    usage_type: usage_type ?? 0,
    // Lines of discounts are of the scope of the line that they reduce, which statements do not show.
    scope: "account",
    of_line: charge?.of_line ?? 0,
    exact: nano(exact_amount),
    amount: nano(amount),
  };
}

/** What is due from whom, step by step, as the card says it. */
async function stepsOf(index: number): Promise<DueCharge[][]> {
  const card = await on.rateCards.get(idOf(index));
  const charges = (card?.charges ?? []).map((of) => ({ ...of, rate_card_id: idOf(index), version: 1 }));
  const turns = turnsOf(charges);
  const keyOf = (charge_id: string): string => (turns.get(charge_id) ?? []).join("/");
  return orderTurns([...turns.values()]).map((key) =>
    charges
      .filter(({ charge_id }) => keyOf(charge_id) === key)
      .flatMap(
        ({ kind, scope, component = "", components: of = [], usage_types = [], amount, percent, overage_factor }) =>
          (scope === "payer" ? [idOf(index)] : accountsOf(index)).map((owner_id) => ({
            kind,
            scope,
            owner_id,
            component,
            components: of,
            usage_types,
            threshold: nano(amount ?? "0"),
            percent: micro(percent),
            factor: micro(overage_factor),
          })),
      ),
  );
}

test("the engine's charges for all payers at once are the twin's for each, line by line", async () => {
  const statements = await on.statements.list({ period, limit: 1000 });
  const kinds = new Set<string>();
  for (const [index, { currency }] of all.entries()) {
    const found = statements.find(({ payer_account_id }) => payer_account_id === idOf(index));
    const lines = found?.lines ?? [];
    const used = lines.filter(({ charge }) => charge === null).map(asCharged);
    const minor = 10n ** BigInt(9 - minorUnit(currency));
    const expected = chargeLines(used, { steps: await stepsOf(index), minor });
    const scopeless = expected.map((line) => ({ ...line, scope: "account" }));
    expect(lines.map(asCharged), `${idOf(index)} ${JSON.stringify(all[index]?.charges)}`).toEqual(scopeless);
    const sum = expected.reduce((total, { amount }) => total + amount, 0n);
    expect(nano(found?.net ?? "0"), "Σ lines = net (P10)").toBe(sum);
    expect(sum, "no bill is below nothing").toBeGreaterThanOrEqual(0n);
    for (const { kind } of lines) kinds.add(kind);
  }
  expect([...kinds].toSorted()).toEqual(
    ["cap", "commitment", "discount_amount", "discount_percent", "flat", "minimum", "percentage", "usage"].toSorted(),
  );
});

test("a preview by sums comes to the same charges as rating by records", async () => {
  const { by_records, by_sums } = await on.bothLines(period);
  expect(by_sums).toEqual(by_records);
  expect(by_sums.length).toBeGreaterThan(PAYERS);
});

test("run again the bills are the same, to the byte (P12)", async () => {
  const before = await on.statements.list({ period, limit: 1000 });
  await on.rate(period, { force: true });
  expect(await on.statements.list({ period, limit: 1000 })).toEqual(before);
});
