/** Examples of the description of the API: one virtual machine on the first day of October 2026 in Amsterdam, running from 10:12 UTC on. */
const event = {
  specversion: "1.0",
  id: "e-8812",
  source: "cloudstack/zone-1",
  sequence: "8812",
  type: "VM.START",
  time: "2026-10-01T10:12:00.000Z",
  subject: "vm/6f1c0b52",
  data: {
    account_id: "9b2e41d0",
    account: "acme",
    domain: "ROOT/acme",
    zone: "z1",
    resource: "6f1c0b52",
    name: "web-1",
    offering: "small",
    template: "debian-12",
    resource_type: "KVM",
    details: { cpuNumber: "2", memory: "2048" },
    tags: { "cost-center": "42" },
  },
};

/** The window closes at 22:00 UTC, midnight in Amsterdam: 11 h 48 min = 42,480,000 ms. */
const quantity = { quantity: "42480000", unit: "ms", display_quantity: "11.8", display_unit: "hours" };
const window = { start: "2026-09-30T22:00:00.000Z", end: "2026-10-01T22:00:00.000Z" };
const completeness = {
  complete_to: "2026-10-01T22:00:00.000Z",
  bound: { "embedded-1/0": "1" },
  run_id: "run_4d1e8a0c9b7f36251e80",
  provisional: false,
};

const usageRecord = {
  id: "ur_6d3f0a94c2b85e7116f2d0a3b9c84e57",
  account_id: "9b2e41d0",
  account: "acme",
  usage_type: 1,
  usage_type_name: "RUNNING_VM",
  resource: "6f1c0b52",
  part: "",
  name: "web-1",
  project_id: null,
  zone: "z1",
  offering: "small",
  template: "debian-12",
  resource_type: "KVM",
  vm: null,
  size: null,
  virtual_size: null,
  details: event.data.details,
  tags: event.data.tags,
  window: { ...window, time_zone: "Europe/Amsterdam" },
  ...quantity,
  slices: 1,
  adjusts: null,
  booked_at: null,
};

const usageType = {
  usage_type: 1,
  name: "RUNNING_VM",
  description: "Running Vm Usage",
  measure: "duration",
  unit: "ms",
  display_unit: "hours",
  display_divisor: "3600000",
  effects: { "VM.START": "open", "VM.STOP": "close", "VM.DESTROY": "close", "VM.DYNAMIC.SCALE": "change" },
  reading: "",
  shape_by: [],
  parts: false,
  max_gap_ms: 0,
  unsized: [],
  counts_from: null,
  added_at: null,
  added_by: null,
};

const addedUsageType = {
  ...usageType,
  usage_type: 2001,
  name: "GPU_HOURS",
  description: "Hours a GPU is attached",
  effects: { "GPU.ATTACH": "open", "GPU.DETACH": "close" },
  shape_by: ["offering", "zone"],
  counts_from: "2026-10-01T08:00:00.000Z",
  added_at: "2026-10-01T08:00:00.000Z",
  added_by: "admin (key_1)",
};

const run = {
  id: "run_4d1e8a0c9b7f36251e80",
  seq: "1",
  kind: "aggregate",
  state: "published",
  period: null,
  dry_run: false,
  from: null,
  to: "2026-10-02T00:00:00.000Z",
  bound: { "embedded-1/0": "1" },
  former_bound: {},
  versions: { registry: "b1946ac92492d234", tzdb: "2026a" },
  counts: { arrivals: "1", resources_corrected: "0", windows: "1", records: "1" },
  error: null,
  began_at: "2026-10-02T00:15:00.000Z",
  changed_at: "2026-10-02T00:15:02.000Z",
  progress: { what: "computing windows", done: "0", total: "1", unit: "windows" },
  lease: null,
};

const tariff = {
  tariff_id: "vm-hour",
  name: "VM, per hour",
  usage_type: 1,
  component: "base",
  currency: "EUR",
  unit: "hour",
  model: "per_unit",
  rate: "0.0125",
  conditions: { offering: ["small"], zone: [] },
  valid_from: "2026-01-01T00:00:00.000Z",
  valid_to: null,
};
const rateCardInput = { name: "List prices", currency: "EUR", tariffs: [tariff] };
const rateCard = {
  rate_card_id: "default",
  version: 1,
  ...rateCardInput,
  changed_at: "2026-09-01T08:00:00.000Z",
  changed_by: "first start (key_5f0c2a7b)",
};

const account = {
  account_id: "9b2e41d0",
  name: "acme",
  kind: "account",
  domain: "ROOT/acme",
  payer_account_id: "9b2e41d0",
  currency: "EUR",
  time_zone: "Europe/Amsterdam",
  payment: "postpaid",
  rate_card_id: "default",
  state: "active",
  version: "1",
  time_zone_from: null,
};

const setting = {
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

const refusal = { field: "data.account_id", reason: "data.account_id is missing, expected a value" };
const quarantineEntry = {
  quarantine_id: "q_0c6e5f3b1a2d4978860b1c2d3e4f5a6b",
  origin: "http",
  source: "cloudstack/zone-1",
  id: "e-8813",
  ...refusal,
  raw: '{"specversion":"1.0","id":"e-8813","source":"cloudstack/zone-1","type":"VM.STOP","time":"2026-10-01T11:00:00Z","data":{"resource":"6f1c0b52"}}',
  times_seen: "1",
  first_seen_at: "2026-10-01T11:00:01.000Z",
  last_seen_at: "2026-10-01T11:00:01.000Z",
  replayed_at: null,
};

const apiKey = {
  key_id: "key_5f0c2a7b",
  name: "zone-1 events",
  role: "producer",
  state: "active",
  changed_at: "2026-09-01T08:00:00.000Z",
};

/** 11.8 hours at 0.0125 are 0.1475, on the statement 0.15. */
const billingRecord = {
  id: "br_202610_6d3f0a94c2b85e7116f2d0a3b9c84e57_mmyzcao0_0_base",
  period: "2026-10",
  payer_account_id: "9b2e41d0",
  account_id: "9b2e41d0",
  usage_record_id: usageRecord.id,
  usage_type: 1,
  resource: "6f1c0b52",
  part: "",
  window,
  part_start: window.start,
  tariff_id: "vm-hour",
  tariff_version: 1,
  component: "base",
  tier: 0,
  currency: "EUR",
  unit: "hour",
  quantity: "42480000",
  from_quantity: "0",
  to_quantity: "42480000",
  price_from: "0.000000000",
  price_to: "0.147500000",
  amount: "0.147500000",
  state: "rated",
};
const statement = {
  id: "st_202610_f2c9d1b04a6e8357910d2c3b4a5f6e70",
  number: null,
  payer_account_id: "9b2e41d0",
  period: "2026-10",
  currency: "EUR",
  state: "draft",
  lines: [
    {
      line: 1,
      kind: "usage",
      account_id: "9b2e41d0",
      usage_type: 1,
      tariff_id: "vm-hour",
      component: "base",
      tier: 0,
      description: "VM, per hour",
      quantity: "11.800000000",
      unit: "hour",
      base_quantity: "42480000",
      unit_price: "0.0125",
      exact_amount: "0.147500000",
      amount: "0.15",
      rounding: "0.002500000",
    },
  ],
  net: "0.15",
  taxes: [],
  total: "0.15",
  credits_applied: "0.00",
  payable: "0.15",
};

/** What the routes show as examples; a test holds each to its schema. */
export const examples = {
  event,
  keptEvent: {
    event,
    position: "0/1",
    recorded_at: "2026-10-01T10:12:00.480Z",
    outcome: "accepted",
    revised_by: [],
  },
  ingestOutcome: { accepted: 1, duplicates: 0, rejected: [{ index: 1, id: "e-8813", ...refusal }] },
  usageRecordPage: { data: [usageRecord], next_cursor: null, ...completeness },
  usageSummary: {
    data: [{ group: { usage_type: 1, account: "9b2e41d0" }, ...quantity, records: 1 }],
    truncated: false,
    ...completeness,
  },
  usageType,
  addedUsageType,
  run,
  tariff,
  rateCardInput,
  rateCard,
  account,
  setting,
  quarantineEntry,
  apiKey,
  billingRecord,
  statement,
};
