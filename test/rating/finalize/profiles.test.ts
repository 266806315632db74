// What is said of money: versions, what contradicts others, what is too much, and who an issuer's numbers are by.
import { afterAll, beforeAll, expect, test } from "vitest";
import { isIban } from "../../../rating/profiles/iban.ts";
import { defaultIssuer } from "../../../rating/profiles/issuer.ts";
import { numberForm } from "../../../rating/profiles/series.ts";
import { openRatingStore, type RatingStore } from "../rating-store.ts";

let on: RatingStore;
const by = { by: "test" };
beforeAll(async () => void (on = await openRatingStore()), 120_000);
afterAll(() => on.close());

test("a change is a version, a former one can be read, and who has not seen the last one is refused", async () => {
  const { issuers } = on.profiles;
  expect(await issuers.put({ id: "house", legal_name: "House" }, by)).toMatchObject({ version: "1" });
  expect(await issuers.put({ id: "house", legal_name: "House" }, by)).toMatchObject({ version: "1" });
  expect(await issuers.put({ id: "house", legal_name: "Home" }, { ...by, if_version: 1 })).toMatchObject({
    version: "2",
  });
  await expect(issuers.put({ id: "house", legal_name: "Hut" }, { ...by, if_version: 1 })).rejects.toMatchObject({
    key: "precondition-failed",
  });
  expect(await issuers.version("house", "1")).toMatchObject({ legal_name: "House" });
  expect(await issuers.get("house")).toMatchObject({ legal_name: "Home", version: "2", changed_by: "test" });
  expect(await issuers.version("house", "3")).toBeNull();
});

test("rates that would hold for the same lines are refused; those that are more special, follow or are for others are not", async () => {
  const { taxRates } = on.profiles;
  const vat = { name: "VAT", category: "S", percent: "20", country: "NL" } as const;
  await taxRates.put({ id: "a", ...vat, valid_to: "2026-10-01" }, by);
  for (const rival of [
    { ...vat },
    { ...vat, valid_to: "2020-01-01" },
    { ...vat, valid_from: "2026-09-30" },
    { ...vat, category: "Z", percent: "0" } as const,
  ])
    await expect(taxRates.put({ id: "b", ...rival }, by)).rejects.toMatchObject({ key: "conflict" });
  await taxRates.put({ id: "b", ...vat, valid_from: "2026-10-01" }, by);
  await taxRates.put({ id: "c", ...vat, components: ["x", "y"] }, by);
  await expect(taxRates.put({ id: "d", ...vat, components: ["y", "z"] }, by)).rejects.toMatchObject({
    key: "conflict",
  });
  await taxRates.put({ id: "d", ...vat, components: ["z"] }, by);
  await taxRates.put({ id: "e", ...vat, components: ["z"], usage_types: [1] }, by);
  await taxRates.put({ id: "f", ...vat, region: "Limburg" }, by);
  await taxRates.put({ id: "g", ...vat, category: "E", percent: "0" }, by);
  // itself it may become whatever it likes
  await taxRates.put({ id: "a", ...vat, percent: "19", valid_to: "2026-10-01" }, by);
  expect((await taxRates.list()).map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
});

test("more than a statement of SQL takes is refused", async () => {
  const notes = "x".repeat(2000);
  const put = async (): Promise<number> => {
    for (let n = 0; ; n += 1) {
      const made = await on.profiles.issuers
        .put({ id: `i${n}`, legal_name: "I", notes }, by)
        .catch((error: unknown) => error);
      if (made instanceof Error) {
        expect(made).toMatchObject({
          key: "invalid-request",
          message: expect.stringContaining("no room for more issuers") as string,
        });
        return n;
      }
    }
  };
  expect(await put()).toBeGreaterThan(30);
}, 60_000);

test.each([
  ["NL91ABNA0417164300", true],
  ["NL91 ABNA 0417 1643 00", true],
  ["GB82WEST12345698765432", true],
  ["NL92ABNA0417164300", false],
  ["nl91abna0417164300", false],
  ["NL91", false],
])("%s is an IBAN: %s", (text, is) => expect(isIban(text)).toBe(is));

test.each([
  ["{year}-{number:6}", { series: "a/2026", prefix: "2026-", suffix: "", width: 6 }],
  ["INV{number}/{year}", { series: "a/2026", prefix: "INV", suffix: "/2026", width: 1 }],
  ["{number:3}", { series: "a", prefix: "", suffix: "", width: 3 }],
])("numbers by %s", (series, form) => expect(numberForm({ issuer_id: "a", series, year: "2026" })).toEqual(form));

test("who sells to whom nobody is named for: the only issuer, or the one called default", () => {
  expect(defaultIssuer([])).toBe("");
  expect(defaultIssuer([{ id: "a" }])).toBe("a");
  expect(defaultIssuer([{ id: "a" }, { id: "b" }])).toBe("");
  expect(defaultIssuer([{ id: "a" }, { id: "default" }])).toBe("default");
});
