import { afterAll, beforeAll, expect, test } from "vitest";
import { instant } from "../../../core/instant.ts";
import type { TariffInput } from "../../../rating/index.ts";
import { openRatingStore, type RatingStore } from "../rating-store.ts";

const vm: TariffInput = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.01" };
const other: TariffInput = { ...vm, tariff_id: "other" };
const card = (tariffs: TariffInput[]) => ({ name: "c", currency: "EUR", tariffs });

let on: RatingStore;
beforeAll(async () => void (on = await openRatingStore()));
afterAll(() => on.close());

test("a card comes back as it was put, whatever its texts hold", async () => {
  const odd = 'it\'s a \\ "tab"\t, [or] a\nline';
  const condition = `offering in [${JSON.stringify(odd)}, "a,b"]`;
  const tariffs: TariffInput[] = [
    { ...vm, name: odd, condition, valid_from: "2026-01-01T01:00:00.250+01:00", valid_to: "2299-01-01T00:00:00Z" },
    {
      tariff_id: "disk",
      name: "disk",
      usage_type: 6,
      unit: "gib_month",
      model: "graduated",
      tiers: [
        { up_to: "10", rate: "0.10" },
        { up_to: null, rate: "0" },
      ],
    },
  ];
  const put = await on.rateCards.put(
    "odd",
    { name: odd, currency: "EUR", tariffs, valid_from: "2026-01-01T00:00:00+01:00", valid_to: "2298-01-01T00:00:00Z" },
    "tester",
  );
  const got = await on.rateCards.get("odd");
  expect(got).toEqual(put);
  expect(got).toMatchObject({
    version: 1,
    revision: 1,
    state: "active",
    valid_from: "2025-12-31T23:00:00.000Z",
    valid_to: "2298-01-01T00:00:00.000Z",
  });
  expect(got?.tariffs).toMatchObject([
    {
      tariff_id: "disk",
      currency: "EUR",
      tiers: [
        { up_to: "10", rate: "0.10" },
        { up_to: null, rate: "0" },
      ],
      valid_to: null,
    },
    { name: odd, component: "base", condition, valid_from: "2026-01-01T00:00:00.250Z" },
  ]);
});

test("a put is the next version, whole, and one that knows an older state is refused", async () => {
  const put = (tariffs: TariffInput[], if_revision: number) =>
    on.rateCards.put("c", { ...card(tariffs), if_revision }, "tester");
  await put([vm, { ...other, usage_type: 2 }], 0);
  await expect(put([vm], 0)).rejects.toMatchObject({ key: "precondition-failed", field: "if-match" });
  await put([other], 1);
  expect(await on.rateCards.get("c")).toMatchObject({ version: 2, tariffs: [{ tariff_id: "other" }] });
  expect(await on.rateCards.get("c", 1)).toMatchObject({
    version: 1,
    tariffs: [{ tariff_id: "other" }, { tariff_id: "vm" }],
  });
  expect([await on.rateCards.get("none"), await on.rateCards.get("c", 3)]).toEqual([null, null]);
  expect((await on.rateCards.list()).map(({ rate_card_id }) => rate_card_id)).toEqual(["c", "odd"]);
});

test("two puts that knew the same state: one of them is refused", async () => {
  const put = () => on.rateCards.put("race", { ...card([]), if_revision: 0 }, "tester");
  const outcomes = await Promise.allSettled([put(), put()]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
});

test("a draft is not the present version, becomes it when it is activated, and never changes after that", async () => {
  await on.rateCards.put("states", card([vm]), "tester");
  const draft = await on.rateCards.put("states", { ...card([other]), state: "draft" }, "tester");
  expect(draft).toMatchObject({ version: 2, revision: 2, state: "draft" });
  // the revision is the card's: whoever changes it must have seen the draft
  expect(await on.rateCards.get("states")).toMatchObject({ version: 1, revision: 2 });
  const of = { rate_card_id: "states", version: 2 };
  await expect(on.rateCards.setState(of, { state: "active", if_revision: 1 }, "tester")).rejects.toMatchObject({
    key: "precondition-failed",
  });
  expect(await on.rateCards.setState(of, { state: "active", if_revision: 2 }, "tester")).toMatchObject({
    state: "active",
    revision: 3,
  });
  expect(await on.rateCards.get("states")).toMatchObject({
    version: 2,
    revision: 3,
    tariffs: [{ tariff_id: "other" }],
  });
});

test("what is archived ends at the instant that is named, now when none is, and stays archived", async () => {
  await on.rateCards.put("ends", card([vm]), "tester");
  await on.rateCards.put("ends", card([other]), "tester");
  on.clock.set(instant(Date.UTC(2026, 10, 5)));
  const first = { rate_card_id: "ends", version: 1 };
  expect(
    await on.rateCards.setState(first, { state: "archived", valid_to: "2026-06-01T00:00:00Z" }, "t"),
  ).toMatchObject({
    state: "archived",
    valid_to: "2026-06-01T00:00:00.000Z",
  });
  const second = { rate_card_id: "ends", version: 2 };
  expect(await on.rateCards.setState(second, { state: "archived" }, "t")).toMatchObject({
    valid_to: "2026-11-05T00:00:00.000Z",
  });
  await expect(on.rateCards.setState(second, { state: "active" }, "t")).rejects.toMatchObject({ key: "conflict" });
  await expect(on.rateCards.setState({ ...first, version: 9 }, { state: "active" }, "t")).rejects.toMatchObject({
    key: "not-found",
  });
});

test("an id that would not fit in an address is refused", async () => {
  await expect(on.rateCards.put("a/b", card([]), "tester")).rejects.toMatchObject({ key: "invalid-request" });
});
