// Examples of who sells, who pays and which tax.

const changed = { version: "1", changed_at: "2026-10-01T08:00:00.000Z", changed_by: "first start (key_5f0c2a7b)" };

export const issuer = {
  id: "default",
  legal_name: "Cloud House B.V.",
  address: { lines: ["Keizersgracht 1"], city: "Amsterdam", postal_code: "1015 AA", region: "", country: "NL" },
  vat_id: "NL123456789B01",
  registration: "KvK 12345678",
  email: "billing@cloud.example",
  phone: "",
  iban: "NL91ABNA0417164300",
  bic: "ABNANL2A",
  bank: "ABN AMRO",
  logo: "",
  e_address: { scheme: "0106", endpoint: "12345678" },
  series: "{year}-{number:6}",
  terms_days: 30,
  notes: "",
};
export const issuerEntry = { ...issuer, ...changed };

export const profile = {
  account_id: "9b2e41d0",
  legal_name: "Acme GmbH",
  address: { lines: ["Hauptstraße 5"], city: "Berlin", postal_code: "10827", region: "", country: "DE" },
  vat_id: "DE123456789",
  email: "accounts@acme.example",
  purchase_order: "PO-7",
  terms_days: 14,
  language: "de",
  issuer_id: "",
  tax: { rule: "reverse_charge", reason: "" },
  e_address: null,
};
export const profileEntry = { ...profile, ...changed };

export const taxRate = {
  id: "nl-standard",
  name: "BTW",
  category: "S",
  percent: "21",
  country: "NL",
  region: "",
  usage_types: [],
  components: [],
  valid_from: "2012-10-01",
  valid_to: "",
};
export const taxRateEntry = { ...taxRate, ...changed };
