// Examples of what is set: prices, settings, keys, users.

const tariff = {
  tariff_id: "vm-hour",
  name: "VM, per hour",
  usage_type: 1,
  component: "base",
  currency: "EUR",
  unit: "hour",
  model: "per_unit",
  rate: "0.0125",
  condition: 'offering == "small"',
  included: "0",
  pooled: false,
  valid_from: "2026-01-01T00:00:00.000Z",
  valid_to: null,
};

const rateCardInput = { name: "List prices", currency: "EUR", tariffs: [tariff] };

export const rateCard = {
  rate_card_id: "default",
  version: 1,
  revision: 1,
  state: "active",
  ...rateCardInput,
  valid_from: "1970-01-01T00:00:00.000Z",
  valid_to: null,
  charges: [],
  changed_at: "2026-09-01T08:00:00.000Z",
  changed_by: "first start (key_5f0c2a7b)",
};

export const setting = {
  name: "usage.aggregation.timezone",
  value: "Europe/Amsterdam",
  default: "UTC",
  unit: "time zone",
  meaning:
    "Zone of the windows and billing months of accounts that name none themselves. A change counts from each account's next month start on.",
  expected: "a zone of the tz database, such as Europe/Amsterdam",
  applies: "live",
  fixed_by_usage: false,
  version: "1",
  changed_at: "2026-09-01T08:00:00.000Z",
  changed_by: "first start (key_5f0c2a7b)",
};

export const apiKey = {
  key_id: "key_5f0c2a7b",
  name: "zone-1 events",
  role: "producer",
  account_id: null,
  domain: null,
  user_id: null,
  sources: ["cloudstack/zone-1"],
  expires_at: "2027-09-01T08:00:00.000Z",
  cidrs: ["10.1.0.0/16", "2001:db8::/32"],
  state: "active",
  changed_at: "2026-09-01T08:00:00.000Z",
  changed_by: "first start (key_5f0c2a7b)",
};

export const user = {
  user_id: "3c2f8a51",
  account_id: "9b2e41d0",
  username: "jan",
  email: "jan@acme.example",
  first_name: "Jan",
  last_name: "Jansen",
  role: "account",
  time_zone: "",
  state: "active",
  domain: "ROOT/acme",
  version: "1",
};

export const auditLine = {
  request_id: "req_5f0c2a7be1d94c60a3f1",
  at: "2026-10-02T08:00:00.012Z",
  caller_id: "key_5f0c2a7b",
  caller_name: "first start",
  role: "admin",
  address: "192.0.2.7",
  method: "PUT",
  operation: "putSetting",
  target: "/v1/settings/billing.currency",
  status: 200,
  changes: [
    {
      kind: "setting",
      id: "billing.currency",
      version: "2",
      before: { value: "EUR" },
      after: { value: "USD" },
    },
  ],
};

export const signedIn = {
  id: "3c2f8a51",
  name: "jan",
  role: "account",
  domain: null,
  account_id: "9b2e41d0",
  user_id: "3c2f8a51",
  time_zone: "UTC",
  ends_at: "2026-10-02T20:00:00.000Z",
};
