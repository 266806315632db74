import { afterAll, beforeAll, expect, test } from "vitest";
import { type ChargeInput, createExplanations, type TariffInput } from "../../../rating/index.ts";
import { at } from "../../at.ts";
import { openRatingStore, type RatingStore, type UsageRow } from "../rating-store.ts";
import { type CaseUse, chargesCases } from "./charges-case.ts";

const cases = chargesCases();
const payerOf = (index: number): string => `case-${index.toString().padStart(3, "0")}`;
const components = ["base", "disk", "net"];

/** An hour at one, so that so many hours are that amount. */
const tariffs: TariffInput[] = components.map((component, index) => ({
  tariff_id: component,
  name: component,
  usage_type: index + 1,
  component,
  unit: "hour",
  model: "per_unit",
  rate: "1",
}));

let on: RatingStore;
beforeAll(async () => {
  on = await openRatingStore();
  await on.writeShapes([{ shape: 1n, offering: "", zone: "z1" }]);
  for (const [index, { given }] of cases.entries()) {
    const payer = payerOf(index);
    const { currency = "EUR", joined, left, use, period } = given;
    const charges = given.charges.map(({ prorate, usage_types, ...charge }) => ({
      ...charge,
      ...(prorate === undefined ? {} : { prorate: prorate === "true" }),
      ...(usage_types === undefined ? {} : { usage_types: usage_types.map(Number) }),
    }));
    await on.putCard(tariffs, payer, currency, charges);
    const accounts = [...new Set(["", ...use.map(({ account = "" }) => account)])];
    const nameOf = (account: string): string => (account === "" ? payer : `${payer}-${account}`);
    const common = { payer, currency, time_zone: "Europe/Amsterdam", rate_card_id: payer };
    await on.writeAccounts(
      accounts.flatMap((account) => {
        const account_id = nameOf(account);
        const first = { account_id, ...common, changed_ms: joined === undefined ? 0 : at(joined) };
        const last = { account_id, ...common, version: 2, state: "deleted" as const };
        return left === undefined ? [first] : [first, { ...last, changed_ms: at(left) }];
      }),
    );
    await on.writeUsage(use.map((used, no) => rowOf(used, { payer, period, no })));
  }
  await on.publishUsage(1);
  for (const period of new Set(cases.map(({ given }) => given.period))) await on.rate(period);
  for (const [index, { given }] of cases.entries()) {
    const { period, late = [], use } = given;
    const rows = late.map((used, no) => rowOf(used, { payer: payerOf(index), period, no: use.length + no }));
    await on.writeUsage(rows.map((row) => ({ ...row, run_seq: 800 })));
  }
  await on.publishUsage(800);
  await on.rate("2026-11");
});
afterAll(() => on.close());

/** So much of a usage type as costs the amount, on the third of the month. */
function rowOf({ account = "", type, amount }: CaseUse, of: { payer: string; period: string; no: number }): UsageRow {
  const start_ms = at(`${of.period}-03T00:00:00+01:00`);
  return {
    account_id: account === "" ? of.payer : `${of.payer}-${account}`,
    usage_type: Number(type),
    resource: `r${of.no}`,
    start_ms,
    end_ms: start_ms + 86_400_000,
    quantity: BigInt(amount.replace(".", "")) * (3_600_000n / 10n ** BigInt(amount.split(".")[1]?.length ?? 0)),
  };
}

async function chargesOf(period: string, payer_account_id: string) {
  const [statement] = await on.statements.list({ period, payer_account_id, limit: 1 });
  const lines = (statement?.lines ?? []).filter(({ charge }) => charge !== null);
  return { net: statement?.net, id: statement?.id ?? "", lines };
}

test.each(cases.map((golden, index) => ({ ...golden, index })))("$why", async ({ given, then, index }) => {
  const { net, lines } = await chargesOf(given.period, payerOf(index));
  const asText = lines.map(({ charge, adjusts: _adjusts, ...line }) =>
    Object.fromEntries(
      Object.entries({ ...charge, charged: charge?.amount, ...line }).map(([name, value]) => [name, String(value)]),
    ),
  );
  expect(asText).toEqual(then.lines.map((line) => expect.objectContaining(line) as unknown));
  if (then.net !== undefined) expect(net).toBe(then.net);
});

test("a late fact changes what charges are worked out from, in the next rating, and an unchanged period is not rated again", async () => {
  const why = "a percentage is of the net of the components it names, and of no other";
  const index = cases.findIndex((golden) => golden.why === why);
  const start_ms = at("2026-11-10T00:00:00+01:00");
  const used = { account_id: payerOf(index), usage_type: 1, resource: "late", start_ms, end_ms: start_ms + 86_400_000 };
  await on.writeUsage([{ ...used, run_seq: 900, quantity: 36_000_000n }]);
  await on.publishUsage(900);
  expect((await on.rate("2026-11")).run.state).toBe("published");
  // Ten more at one each: 10 % of 90.05 is 9.005, rounded 9.01.
  const { net, lines } = await chargesOf("2026-11", payerOf(index));
  expect(lines.map(({ charge, amount }) => [charge?.base, amount])).toEqual([["90.050000000", "9.01"]]);
  expect(net).toBe("149.06");
  expect((await on.rate("2026-11")).run.state).toBe("unchanged");
});

test("who leaves after a month changes nothing of its charges, though it is rated again", async () => {
  const index = cases.findIndex(({ why }) => why === "a fee is due for a period in which nothing was used");
  const before = await chargesOf("2026-11", payerOf(index));
  const gone = { account_id: payerOf(index), rate_card_id: payerOf(index), version: 2, state: "deleted" as const };
  await on.writeAccounts([{ ...gone, time_zone: "Europe/Amsterdam", changed_ms: at("2026-12-20T00:00:00Z") }]);
  expect((await on.rate("2026-11")).run.state).toBe("published");
  expect(await chargesOf("2026-11", payerOf(index))).toEqual(before);
});

test("a new account is a new bill, though nothing was used since", async () => {
  expect((await on.rate("2026-12")).run.state).toBe("published");
  await on.putCard([], "late-card", "EUR", [{ charge_id: "fee", name: "Fee", kind: "flat", amount: "7" }]);
  const made = { account_id: "newcomer", rate_card_id: "late-card", time_zone: "Europe/Amsterdam" };
  await on.writeAccounts([{ ...made, changed_ms: at("2026-12-30T00:00:00Z") }]);
  expect((await on.rate("2026-12")).run.state).toBe("published");
  expect((await chargesOf("2026-12", "newcomer")).net).toBe("7.00");
  expect((await chargesOf("2026-11", "newcomer")).lines, "not there in November").toEqual([]);
});

test("a line of a charge is explained by the charge as its card says it, and what it was worked out from (P11)", async () => {
  const index = cases.findIndex(({ why }) => why === "a minimum looks at what is left after discounts");
  const { id, lines } = await chargesOf("2026-11", payerOf(index));
  const explanations = createExplanations({ store: on.store, usageTypes: on.usageTypes });
  // the tax on it is the statement's matter, not the rating's
  const { tax_rate_id: _tax, ...minimum } = lines.at(-1) ?? { line: 0, tax_rate_id: null };
  const found = await explanations.line({ statement_id: id, line: minimum.line }, { records: 3, slices: 3 });
  expect(found?.explanation).toMatchObject({
    line: minimum,
    charge: { charge_id: "m", kind: "minimum", amount: "50", prorate: false },
    account: null,
    records: [],
    more_records: "0",
    run: { kind: "rate" },
    usage_run: { kind: "aggregate" },
  });
});

test("a bill of a version that kept no prices says so instead of guessing", async () => {
  const { id } = await chargesOf("2026-11", payerOf(10));
  const explanations = createExplanations({ store: on.store, usageTypes: on.usageTypes });
  await on.command("TRUNCATE TABLE rating_account");
  const asked = explanations.line({ statement_id: id, line: 1 }, { records: 1, slices: 1 });
  await expect(asked).rejects.toThrow("rate it again");
  await on.rate("2026-11", { force: true });
  expect(await explanations.line({ statement_id: id, line: 1 }, { records: 1, slices: 1 })).not.toBeNull();
});

const fee = { charge_id: "a", name: "a", kind: "flat", amount: "1" } as const;
const share: ChargeInput = { charge_id: "p", name: "p", kind: "percentage", percent: "1", components: ["base"] };
test.each<[string, ChargeInput[], string]>([
  ["a kind without its amount", [{ charge_id: "a", name: "a", kind: "flat" }], "charges/0/amount is missing"],
  ["a field of another kind", [{ ...fee, percent: "5" }], 'charges/0/percent is "5"'],
  ["an id twice", [fee, fee], "charges/1/charge_id"],
  [
    "a discount above all",
    [{ charge_id: "d", name: "d", kind: "discount_percent", percent: "100.1" }],
    "from 0 to 100",
  ],
  ["a discount finer than a coin", [{ ...fee, kind: "discount_amount", amount: "0.001" }], "with 2 decimals at most"],
  ["an amount without bounds", [{ ...fee, amount: "1000000000000" }], "below 10^12"],
  ["a negative fee", [{ ...fee, amount: "-1" }], "from 0"],
  ["an unknown usage type", [{ ...fee, kind: "discount_amount", usage_types: [999] }], "charges/0/usage_types"],
  ["a percentage of nothing", [{ ...share, components: [] }], "one component at least"],
  ["a percentage of itself", [{ ...share, component: "base" }], "does not hang on this one"],
  [
    "percentages in a circle",
    [
      { ...share, component: "x", components: ["y"] },
      { ...share, charge_id: "q", component: "y", components: ["x"] },
    ],
    "does not hang on this one",
  ],
  ["a factor below one", [{ ...fee, kind: "commitment", overage_factor: "0.9" }], "from 1 to 1000"],
  ["no such currency", [{ ...fee, currency: "XXX" }], "charges/0/currency"],
  [
    "an end before its begin",
    [{ ...fee, valid_from: "2026-02-01T00:00:00Z", valid_to: "2026-01-01T00:00:00Z" }],
    "valid_to",
  ],
])("%s is refused, by the name of the field", async (_what, charges, words) => {
  await expect(on.putCard([], "faulty", "EUR", charges)).rejects.toThrow(words);
  expect(await on.rateCards.get("faulty")).toBeNull();
});
