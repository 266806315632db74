import { afterAll, beforeAll, expect, test } from "vitest";
import { createAssignments, type TariffInput } from "../../../rating/index.ts";
import { readCases } from "../../read-cases.ts";
import { openRatingStore, type RatingStore } from "../rating-store.ts";

type CaseTariff = { tariff_id: string } & Partial<Omit<TariffInput, "usage_type" | "tiers">> & {
    tiers?: { up_to: string; rate: string }[];
  };
interface Case {
  readonly why: string;
  readonly given: {
    readonly period: string;
    readonly cards: readonly {
      readonly card: string;
      readonly state?: "draft";
      readonly valid_from?: string;
      readonly archived?: string;
      readonly tariffs: readonly CaseTariff[];
    }[];
    readonly assigned: readonly {
      readonly account?: string;
      readonly domain?: string;
      readonly from: string;
      readonly card: string;
      readonly override?: string;
    }[];
    readonly usage: readonly {
      readonly resource: string;
      readonly offering?: string;
      readonly window: readonly [string, string];
      readonly slices?: readonly (readonly [string, string])[];
    }[];
  };
  readonly then: readonly { tariff_id?: string; kind?: string; quantity: string; amount: string }[];
}

const cases = readCases<Case>("rating/cards");
const offerings = ["", "small", "large"];
let on: RatingStore;

const nameIn = (index: number, id: string): string => (id === "" ? "" : `case-${index}-${id}`);
const toTariff = ({ tiers, ...tariff }: CaseTariff): TariffInput => ({
  name: tariff.tariff_id,
  usage_type: 1,
  unit: "hour",
  model: "per_unit",
  ...tariff,
  ...(tiers === undefined
    ? {}
    : { tiers: tiers.map(({ up_to, rate }) => ({ rate, up_to: up_to === "null" ? null : up_to })) }),
});

beforeAll(async () => {
  on = await openRatingStore();
  const { rateCards } = on;
  const assignments = createAssignments(on);
  await on.writeShapes(offerings.map((offering, index) => ({ shape: BigInt(index + 1), offering, zone: "z1" })));
  await on.putCard([toTariff({ tariff_id: "standard", rate: "0.07" })]);
  for (const [index, { given }] of cases.entries()) {
    const account_id = `case-${index}`;
    const domain = `ROOT/case-${index}`;
    await on.writeAccounts([{ account_id, time_zone: "UTC", domain: `${domain}/acme/dev` }]);
    for (const { card, archived, tariffs, ...rest } of given.cards) {
      const rate_card_id = nameIn(index, card);
      const input = { name: card, currency: "EUR", ...rest, tariffs: tariffs.map(toTariff) };
      const { version } = await rateCards.put(rate_card_id, input, "test");
      if (archived !== undefined)
        await rateCards.setState({ rate_card_id, version }, { state: "archived", valid_to: archived }, "test");
    }
    for (const { domain: path, from, card, override = "" } of given.assigned) {
      const target =
        path === undefined
          ? { kind: "account" as const, id: account_id }
          : { kind: "domain" as const, id: `${domain}/${path}` };
      const cards = { rate_card_id: nameIn(index, card), override_card_id: nameIn(index, override) };
      await assignments.put(target, { valid_from: from, ...cards }, "test");
    }
    await on.writeUsage(
      given.usage.map(({ resource, offering = "", window, slices = [window] }) => {
        const parts = slices.map(
          ([from, to]) => [Date.parse(from), Date.parse(to), BigInt(Date.parse(to) - Date.parse(from))] as const,
        );
        const quantity = parts.reduce((sum, [, , part]) => sum + part, 0n);
        const [start_ms, end_ms] = [Date.parse(window[0]), Date.parse(window[1])];
        const shape = BigInt(offerings.indexOf(offering) + 1);
        return { account_id, usage_type: 1, resource, shape, start_ms, end_ms, quantity, slices: parts };
      }),
    );
  }
  await on.publishUsage(1);
  for (const period of new Set(cases.map(({ given }) => given.period))) await on.rate(period);
}, 180_000);
afterAll(() => on.close());

test.each(cases.map((one, index) => ({ ...one, index })))("$why", async ({ given, then, index }) => {
  const payer_account_id = `case-${index}`;
  const [statement] = await on.statements.list({ period: given.period, payer_account_id, limit: 1 });
  const lines = statement?.lines.map(({ tariff_id, kind, quantity, amount }) => ({
    ...(tariff_id === null ? { kind } : { tariff_id }),
    quantity,
    amount,
  }));
  expect(lines).toEqual(then.map((line) => ({ ...line, quantity: `${line.quantity}.000000000` })));
});

test("P12: the same cards and assignments are nothing to do, and a change of either is", async () => {
  const state = async (): Promise<string> => (await on.rate("2026-10")).run.state;
  expect(await state()).toBe("unchanged");
  await on.rateCards.put("default", { name: "d", currency: "EUR", tariffs: [], state: "draft" }, "test");
  expect(await state(), "a draft changes no price").toBe("unchanged");
  await createAssignments(on).put(
    { kind: "account", id: "case-0" },
    { valid_from: "2026-10", rate_card_id: "" },
    "test",
  );
  expect(await state()).toBe("published");
  await on.rateCards.setState({ rate_card_id: "default", version: 2 }, { state: "active" }, "test");
  expect(await state()).toBe("published");
});
