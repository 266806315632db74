// Statements over HTTP from profiles to documents: what is put and refused, readiness, finalizing, taking back, issuing again, explanations and roles.
import { afterAll, beforeAll, expect, test } from "vitest";
import { at } from "../at.ts";
import { refused } from "./asking.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

interface Found {
  readonly id: string;
  readonly number: string | null;
  readonly state: string;
  readonly kind: string;
  readonly total: string;
  readonly payable: string;
  readonly void_by: string | null;
  readonly lines: readonly object[];
}

let api: TestApi;
const period = "2026-10";
const address = { lines: ["1 High Street"], city: "Leeds", postal_code: "LS1", country: "GB" };
const issuer = { legal_name: "Cloud House Ltd", address, vat_id: "GB123456789", iban: "GB33 BUKB 2020 1555 5555 55" };
const issuers = "/v1/issuers";
const profile = "/v1/accounts/acme-id/billing-profile";

/** A VM of acme for twelve hours of October at 0.10 an hour; it is 4 November, the month is closed and rated. */
beforeAll(async () => {
  api = await openTestApi();
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
  await api.call("PUT", "/v1/rate-cards/default", { name: "List", currency: "EUR", tariffs: [vm] });
  await api.call("POST", "/v1/accounts", { account_id: "acme-id" });
  await api.call("POST", "/v1/events", [
    event("e1", "VM.START", "2026-10-01T00:00:00Z"),
    event("e2", "VM.STOP", "2026-10-01T12:00:00Z"),
  ]);
  api.clock.set(at("2026-11-04T12:00:00Z"));
  await api.call("POST", "/v1/runs", { kind: "aggregate" });
  await api.call("POST", "/v1/runs", { kind: "rate", period });
}, 120_000);
afterAll(() => api.close());

const statements = async (): Promise<Found[]> =>
  (await api.call("GET", `/v1/statements?period=${period}`)).json<{ data: Found[] }>().data;

test("issuers, profiles and tax rates are put whole, versioned, and refused where they cannot be right", async () => {
  const put = (url: string, body: object) => ({ url, body });
  for (const [{ url, body }, field, words] of [
    [put(`${issuers}/house`, { ...issuer, iban: "GB34 BUKB 2020 1555 5555 55" }), "iban", "check digits"],
    [put(`${issuers}/house`, { ...issuer, address: { country: "UK" } }), "address.country", "ISO 3166-1"],
    [put(`${issuers}/house`, { ...issuer, bic: "short" }), "bic", "8 or 11"],
    [put(`${issuers}/house`, { ...issuer, vat_id: "?" }), "vat_id", "letters"],
    [put(`${issuers}/house`, { ...issuer, email: "nobody" }), "email", "billing@example.com"],
    [put(`${issuers}/house`, { ...issuer, logo: "https://example.com/logo.png" }), "logo", "data URI"],
    [put(`${issuers}/house`, { ...issuer, series: "{year}" }), "series", "{number}"],
    [put(`${issuers}/house`, { ...issuer, series: "{number}-{month}" }), "series", "{number}"],
    [put(`${issuers}/house`, { ...issuer, id: "other" }), "id", "as in the address"],
    [put(profile, { tax: { rule: "reverse_charge" } }), "vat_id", "VAT id"],
    [put(profile, { tax: { rule: "exempt" } }), "tax.reason", "exempt"],
    [put(profile, { tax: { reason: "none" } }), "tax.reason", "standard"],
    [put(profile, { issuer_id: "nobody" }), "issuer_id", "exists"],
    [put("/v1/tax-rates/vat", { name: "VAT", category: "S", percent: "0" }), "percent", "above 0"],
    [put("/v1/tax-rates/vat", { name: "VAT", category: "Z", percent: "5" }), "percent", "0 for category Z"],
    [put("/v1/tax-rates/vat", { name: "VAT", category: "S", percent: "100.1" }), "percent", "0 to 100"],
    [put("/v1/tax-rates/vat", { name: "VAT", category: "S", percent: "1.23456" }), "percent", "four decimals"],
    [put("/v1/tax-rates/vat", { name: "VAT", category: "S", percent: "5", region: "NY" }), "country", "region"],
    [
      put("/v1/tax-rates/vat", { name: "VAT", category: "S", percent: "5", valid_from: "2026-02-30" }),
      "valid_from",
      "a day",
    ],
    [
      put("/v1/tax-rates/vat", {
        name: "VAT",
        category: "S",
        percent: "5",
        valid_from: "2026-02-01",
        valid_to: "2026-02-01",
      }),
      "valid_to",
      "after",
    ],
    [put("/v1/tax-rates/exempt", { name: "VAT", category: "E", percent: "0" }), "id", "another one"],
  ] as const)
    await refused(api, "PUT", url, body, { status: 400, field, words });
  await refused(api, "PUT", "/v1/accounts/nobody/billing-profile", {}, { status: 404, words: "no account" });
  await refused(api, "GET", `${issuers}/nobody`, undefined, { status: 404, words: "no issuer" });

  const made = await api.call("PUT", `${issuers}/house`, issuer);
  expect([made.statusCode, made.headers["etag"]], made.body).toEqual([200, '"1"']);
  expect(made.json()).toMatchObject({ iban: "GB33BUKB20201555555555", series: "{year}-{number:6}", terms_days: 30 });
  await refused(api, "PUT", `${issuers}/house`, issuer, { status: 428, words: "if-match" });
  const bearer = { authorization: `Bearer ${api.admin}` };
  const same = await api.call("PUT", `${issuers}/house`, issuer, { ...bearer, "if-match": '"1"' });
  expect(same.headers["etag"]).toBe('"1"');
  const vat = { name: "VAT", category: "S", percent: "20", country: "GB" };
  expect((await api.call("PUT", "/v1/tax-rates/gb", vat)).statusCode).toBe(200);
  await refused(api, "PUT", "/v1/tax-rates/gb-2", vat, { status: 409, field: "id", words: "just as specific" });
  expect((await api.call("PUT", "/v1/tax-rates/gb-3", { ...vat, components: ["support"] })).statusCode).toBe(200);
  expect((await api.call("GET", "/v1/tax-rates")).json<{ data: object[] }>().data).toHaveLength(2);
  expect((await api.call("GET", "/v1/tax-rates/gb")).json()).toMatchObject({ percent: "20", version: "1" });
  expect((await api.call("GET", issuers)).json<{ data: object[] }>().data).toHaveLength(1);
});

test("readiness says what speaks against it, finalizing refuses by it, and does it when it is settled", async () => {
  const readiness = async (): Promise<[string, boolean, string[]][]> =>
    (await api.call("GET", `/v1/periods/${period}/statement-readiness`))
      .json<{ data: { state: string; ready: boolean; findings: { check: string }[] }[] }>()
      .data.map(({ state, ready, findings }) => [state, ready, findings.map(({ check }) => check)]);
  expect(await readiness()).toEqual([["draft", false, ["not-closed", "no-profile", "no-tax-rate"]]]);
  const [draft] = await statements();
  const one = `/v1/statements/${draft?.id}/finalize`;
  await refused(api, "POST", one, {}, { status: 409, words: "tally close" });
  const overrides = [{ finding: "silent-sources", reason: "a test" }];
  expect((await api.call("POST", `/v1/periods/${period}/close`, { overrides })).statusCode).toBe(200);
  expect(await readiness()).toEqual([["draft", false, ["not-rated", "no-profile", "no-tax-rate"]]]);
  await api.call("POST", "/v1/runs", { kind: "rate", period });
  const legal = { legal_name: "Acme plc", address, terms_days: 10 };
  expect((await api.call("PUT", profile, legal)).statusCode).toBe(200);
  expect((await api.call("GET", profile)).json()).toMatchObject({ language: "en", tax: { rule: "standard" } });
  expect(await readiness()).toEqual([["draft", true, []]]);

  await refused(
    api,
    "POST",
    `/v1/periods/${period}/finalize`,
    { account_id: "nobody" },
    { status: 404, words: "nobody" },
  );
  const done = await api.call("POST", `/v1/periods/${period}/finalize`, {});
  expect(done.json()).toMatchObject({ documents: 1, refused: [], made: [{ number: "2026-000001", total: "1.44" }] });
  expect(await readiness()).toEqual([["final", false, []]]);
  const final = (await api.call("GET", `/v1/statements/${draft?.id}`)).json<Found>();
  expect(final).toMatchObject({ state: "final", issued_on: "2026-11-04", due_on: "2026-11-14", total: "1.44" });
  // once more changes nothing, by whichever way
  expect((await api.call("POST", one, {})).json()).toEqual(final);
  expect((await api.call("POST", `/v1/periods/${period}/finalize`, {})).json()).toMatchObject({
    run_id: null,
    documents: 0,
  });
});

test("a statement is taken back and issued again; the page shows what is what", async () => {
  const [final] = await statements();
  const path = `/v1/statements/${final?.id}`;
  await refused(api, "POST", `${path}/reissue`, {}, { status: 409, words: "not void" });
  await refused(api, "POST", `${path}/void`, {}, { status: 400, words: "reason" });
  const note = (await api.call("POST", `${path}/void`, { reason: "wrong name" })).json<Found>();
  expect(note).toMatchObject({ kind: "credit_note", number: "2026-000002", reverses: final?.id, payable: "-1.44" });
  expect((await api.call("GET", path)).json()).toEqual({ ...final, state: "void", void_by: note.id, open: "0.00" });
  expect((await api.call("POST", `${path}/void`, { reason: "again" })).json<Found>()).toEqual(note);
  const again = (await api.call("POST", `${path}/reissue`, {})).json<Found>();
  expect(again).toMatchObject({ number: "2026-000003", replaces: final?.id, total: "1.44" });
  expect((await statements()).map(({ kind, state }) => `${kind} ${state}`).toSorted()).toEqual([
    "credit_note final",
    "statement final",
    "statement void",
  ]);
  for (const { id, lines } of [note, again]) {
    const why = (await api.call("GET", `/v1/statements/${id}/lines/1/explain`)).json<{
      line: object;
      records: object[];
    }>();
    const { tax_rate_id: _tax, ...line } = lines[0] as Record<string, unknown>;
    expect(why.line).toMatchObject({ statement_id: id, ...line });
    expect(why.records).toHaveLength(1);
  }
  for (const url of ["/v1/statements/st_202610_00000000000000000000000000000000", "/v1/statements/none"])
    for (const what of ["finalize", "void", "reissue", "write-off"])
      await refused(api, "POST", `${url}/${what}`, { reason: "none" }, { status: 404, words: "no" });
});

test("auditors read documents and make none; finance does", async () => {
  const as = async (role: "auditor" | "finance") => ({ authorization: `Bearer ${await api.tokenOf(role)}` });
  expect((await api.call("GET", issuers, undefined, await as("auditor"))).statusCode).toBe(200);
  expect((await api.call("POST", `/v1/periods/${period}/finalize`, {}, await as("auditor"))).statusCode).toBe(403);
  expect((await api.call("POST", `/v1/periods/${period}/finalize`, {}, await as("finance"))).statusCode).toBe(200);
});

test("of two that make the same issuer at once the later is refused, not the earlier lost", async () => {
  const both = ["One", "Two"].map((legal_name) => api.call("PUT", `${issuers}/twin`, { legal_name }));
  const [one, two] = await Promise.all(both);
  expect([one, two].map((answer) => `${answer?.statusCode}`).toSorted()).toEqual(["200", "412"]);
  const kept = (one?.statusCode === 200 ? one : two)?.json<{ legal_name: string }>();
  expect((await api.call("GET", `${issuers}/twin`)).json()).toEqual(kept);
});
