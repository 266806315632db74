// A month from use to paper: closed, final, had in every form, told to those who asked, taken back.
import { afterAll, beforeAll, expect, test } from "vitest";
import { at } from "../at.ts";
import { brokenRules } from "../rating/documents/check-ubl.ts";
import { pdfPages } from "../rating/documents/pdf-text.ts";
import { openTestSmtp, type TestSmtp } from "../services/smtp.ts";
import { refused } from "./asking.ts";
import { openReceiver, type Receiver } from "./notify/receiver.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
let smtp: TestSmtp;
let receiver: Receiver;
interface Statement {
  readonly id: string;
  readonly number: string | null;
  readonly state: string;
  readonly payable: string;
}
const statementsOf = async (): Promise<Statement[]> =>
  (await api.call("GET", "/v1/statements?period=2026-10")).json<{ data: Statement[] }>().data;
const only = async (): Promise<Statement> => (await statementsOf())[0] as Statement;
const told = () =>
  receiver.received.map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, string> });
const ok = async (method: "POST" | "PUT", url: string, body: unknown): Promise<void> => {
  const answer = await api.call(method, url, body);
  expect(answer.statusCode, answer.body).toBeLessThan(300);
};
const address = { lines: ["Keizersgracht 1"], city: "Amsterdam", postal_code: "1015 CS", country: "NL" };

/** Acme runs a machine for 80 hours of October at 0.25: 20.00, with 21 % of tax (4.20) 24.20. */
beforeAll(async () => {
  smtp = await openTestSmtp();
  receiver = await openReceiver();
  api = await openTestApi({ smtp_url: smtp.url });
  const { settings } = api.system;
  await settings.set("notifications.private.addresses", "true", "test");
  await settings.set("notifications.mail.customers", "true", "test");
  await ok("POST", "/v1/webhooks", { url: receiver.url });
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.25" };
  await ok("PUT", "/v1/rate-cards/default", { name: "List", currency: "EUR", tariffs: [vm] });
  await ok("POST", "/v1/accounts", { account_id: "acme-id", name: "Acme" });
  await ok("PUT", "/v1/issuers/house", {
    legal_name: "Tally Cloud B.V.",
    address,
    vat_id: "NL123456789B01",
    registration: "12345678",
    iban: "NL91ABNA0417164300",
  });
  await ok("PUT", "/v1/accounts/acme-id/billing-profile", {
    legal_name: "Acme <GmbH>",
    address: { ...address, city: "Haarlem" },
    email: "ap@acme.example",
    language: "nl",
  });
  await ok("PUT", "/v1/tax-rates/nl-high", { name: "BTW", category: "S", percent: "21", country: "NL" });
  await ok("POST", "/v1/events", [event("e1", "VM.START", "2026-10-01T00:00:00Z")]);
  api.clock.set(at("2026-11-05T12:00:00Z"));
  await ok("POST", "/v1/events", [event("e2", "VM.STOP", "2026-10-04T08:00:00Z")]);
  await ok("POST", "/v1/runs", { kind: "aggregate" });
  await ok("POST", "/v1/runs", { kind: "rate", period: "2026-10" });
});
afterAll(async () => {
  await api.close();
  await receiver.close();
  await smtp.close();
});

test("a draft has every document but the e-invoice, which says what it lacks", async () => {
  const { id, state } = await only();
  expect(state).toBe("draft");
  const pdf = await api.call("GET", `/v1/statements/${id}?format=pdf`);
  expect(pdf.headers).toMatchObject({
    "content-type": "application/pdf",
    "content-disposition": `attachment; filename="${id}.pdf"`,
  });
  expect(pdfPages(pdf.rawPayload).join(" ")).toContain("Concept");
  await refused(api, "GET", `/v1/statements/${id}?format=ubl`, undefined, {
    status: 409,
    field: undefined as never,
    words: "not final",
  });
  await refused(api, "GET", `/v1/statements/${id}?format=doc`, undefined, {
    status: 400,
    field: "format",
    words: "pdf",
  });
});

test("a month is closed and made final; its statement in each form says the same, by format and by Accept", async () => {
  await ok("POST", "/v1/periods/2026-10/close", { account_id: "acme-id" });
  await ok("POST", "/v1/runs", { kind: "rate", period: "2026-10" });
  await ok("POST", "/v1/periods/2026-10/finalize", {});
  const { id, number, payable } = await only();
  expect(payable).toBe("24.20");
  expect(number).not.toBeNull();
  const get = async (format: string, accept: string) => {
    const asked = await api.call("GET", `/v1/statements/${id}?format=${format}`);
    const headers = { authorization: `Bearer ${api.admin}`, accept };
    const accepted = await api.call("GET", `/v1/statements/${id}`, undefined, headers);
    expect(accepted.rawPayload.equals(asked.rawPayload), accept).toBe(true);
    expect(accepted.headers["vary"]).toContain("accept");
    return asked;
  };
  const html = await get("html", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1");
  expect(html.body).toContain("24,20 EUR");
  expect(html.body).toContain("Acme &lt;GmbH&gt;");
  expect(html.headers["content-security-policy"]).toContain("default-src 'none'");
  const csv = await get("csv", "text/csv");
  expect(csv.body.split("\r\n")[1]).toMatch(
    new RegExp(
      `^${id},${number},statement,final,acme-id,2026-10,1,usage,acme-id,Acme,1,vm,base,.*,20\\.00,20\\.000000000,0\\.000000000,nl-high`,
    ),
  );
  const pdf = await get("pdf", "application/*;q=0.2, application/pdf");
  expect(pdfPages(pdf.rawPayload).join(" ")).toContain("24,20 EUR");
  const ubl = await get("ubl", "application/xml");
  expect(brokenRules(ubl.body)).toEqual([]);
  expect(ubl.body).toContain('<cbc:PayableAmount currencyID="EUR">24.20<');
  expect((await get("json", "*/*")).json()).toMatchObject({ id, payable: "24.20" });
  const headers = { authorization: `Bearer ${api.admin}`, accept: "image/png" };
  await refused(
    api,
    "GET",
    `/v1/statements/${id}`,
    undefined,
    { status: 406, field: "accept", words: "application/pdf" },
    headers,
  );
});

test("what has become so is told from the store, once: to programs signed, to the payer by mail in his language", async () => {
  for (let time = 0; time < 3; time += 1) await api.system.notifyAll();
  const { id, number } = await only();
  expect(told().toSorted((a, b) => (a.type < b.type ? -1 : 1))).toMatchObject([
    { type: "period.closed", data: { payer_account_id: "acme-id", period: "2026-10" } },
    { type: "statement.finalized", data: { statement_id: id, number, total: "24.20", currency: "EUR" } },
  ]);
  expect(receiver.received[0]?.headers["webhook-signature"]).toMatch(/^v1,/);
  expect(smtp.mails.map(({ to }) => to)).toEqual([["ap@acme.example"]]);
  expect(smtp.mails[0]?.source).toContain("Content-Language: nl");
  expect(smtp.mails[0]?.source).toContain(`Afrekening ${number}`);
  expect(smtp.mails[0]?.source).toContain("24.20 EUR");
});

test("a statement taken back is told, and its credit note is an e-invoice of its own that names it", async () => {
  const { id, number } = await only();
  await ok("POST", `/v1/statements/${id}/void`, { reason: "wrong address" });
  await api.system.notifyAll();
  expect(told().at(-1)).toMatchObject({ type: "statement.voided", data: { voids_statement_id: id, voids: number } });
  const note = (await statementsOf()).find((one) => one.id !== id) as Statement;
  const ubl = await api.call("GET", `/v1/statements/${note.id}?format=ubl`);
  expect(brokenRules(ubl.body)).toEqual([]);
  expect(ubl.body).toContain(`<cac:InvoiceDocumentReference><cbc:ID>${number}</cbc:ID>`);
  const pdf = await api.call("GET", `/v1/statements/${note.id}?format=pdf`);
  expect(pdfPages(pdf.rawPayload).join(" ")).toContain("Creditnota");
  const page = await api.call("GET", `/v1/statements/${id}?format=html`);
  expect(page.body).toContain("Vervallen");
});
