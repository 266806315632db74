// Examples of a bill: what that machine costs, and why.
import { tariff } from "./control.ts";
import { issuer, profile } from "./money.ts";
import { event, run, usageRecord, window } from "./use.ts";

/** 11.8 hours at 0.0125 are 0.1475, on the statement 0.15. */
export const billingRecord = {
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

const line = {
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
  charge: null,
  adjusts: null,
};
const reason = "Reverse charge: the customer accounts for the tax";

export const statement = {
  id: "st_202610_f2c9d1b04a6e8357910d2c3b4a5f6e70",
  number: null,
  kind: "statement",
  payer_account_id: "9b2e41d0",
  period: "2026-10",
  currency: "EUR",
  state: "draft",
  issued_on: null,
  due_on: null,
  reverses: null,
  replaces: null,
  void_by: null,
  written_off: null,
  overrides: [],
  issuer,
  customer: profile,
  lines: [{ ...line, tax_rate_id: "reverse_charge" }],
  net: "0.15",
  taxes: [
    {
      tax_rate_id: "reverse_charge",
      name: "Reverse charge",
      category: "AE",
      rate: "0",
      reason,
      net: "0.15",
      amount: "0.00",
      period: "2026-10",
    },
  ],
  total: "0.15",
  credits_applied: "0.00",
  credits: [],
  payable: "0.15",
  paid: "0.00",
  open: "0.00",
  notes: [reason],
};

/** The same once it is final. */
export const finalStatement = {
  ...statement,
  number: "2026-000017",
  state: "final",
  open: "0.15",
  issued_on: "2026-11-04",
  due_on: "2026-11-18",
};

/** What takes it back. */
export const creditNote = {
  ...finalStatement,
  id: "cn_202610_5e2c9d1b04a6e8357910d2c3b4a5f6e7",
  number: "2026-000018",
  kind: "credit_note",
  due_on: null,
  reverses: statement.id,
  lines: [
    {
      ...line,
      quantity: "-11.800000000",
      base_quantity: "-42480000",
      exact_amount: "-0.147500000",
      amount: "-0.15",
      rounding: "-0.002500000",
      tax_rate_id: "reverse_charge",
    },
  ],
  net: "-0.15",
  taxes: statement.taxes.map((tax) => ({ ...tax, net: "-0.15" })),
  total: "-0.15",
  payable: "-0.15",
};

/** The statement, taken back and given up. */
export const writtenOff = {
  ...finalStatement,
  state: "void",
  void_by: creditNote.id,
  written_off: { at: "2026-11-20T09:00:00.000Z", by: "finance (key_5f0c2a7b)", reason: "customer left, agreed" },
  open: "0.00",
};

/** Why that statement's line is 0.15: its record, the slice of it, and the event that opened it. */
export const explanation = {
  line: {
    statement_id: statement.id,
    payer_account_id: statement.payer_account_id,
    period: "2026-10",
    currency: "EUR",
    ...line,
    tariff_version: 1,
    records: "1",
    decimals: 2,
  },
  account: {
    rate_card_id: "default",
    time_zone: "Europe/Amsterdam",
    month: { start: "2026-09-30T22:00:00.000Z", end: "2026-10-31T23:00:00.000Z" },
  },
  charge: null,
  adjustment: null,
  prices: [
    {
      tariff_no: 1,
      tariff: { ...tariff, rate_card_id: "default", version: 1, except: [] },
      unit_base: "3600000",
      curve: {
        tiers: [{ tier: 0, label: "", from: "0", to: null, rate: "0.0125" }],
        per: "3600000",
        whole_steps: false,
        pooled: false,
      },
      decimals: 9,
    },
  ],
  run: {
    id: "run_93c0aa17e25d4b8f6e01",
    kind: "rate",
    state: "published",
    to: null,
    bound: {},
    versions: { usage_run: "1", registry: "b1946ac92492d234", tzdb: "2026a" },
    at: "2026-10-02T01:00:03.000Z",
  },
  usage_run: {
    id: run.id,
    kind: "aggregate",
    state: "published",
    to: run.to,
    bound: run.bound,
    versions: run.versions,
    at: run.changed_at,
  },
  records: [
    {
      ...billingRecord,
      tariff_no: 1,
      part_priced: {
        ...window,
        quantity: "42480000",
        from_quantity: "0",
        to_quantity: "42480000",
        amount: "0.147500000",
        tiers: "1",
      },
      usage_record: {
        id: usageRecord.id,
        name: "web-1",
        window,
        quantity: "42480000",
        unit: "ms",
        slices: 1,
        attributes: { zone: "z1", offering: "small", template: "debian-12", resource_type: "KVM" },
        details: event.data.details,
        tags: event.data.tags,
        published: [{ run_id: run.id, quantity: "42480000" }],
      },
      slices: {
        count: "1",
        quantity: "42480000",
        shown: [
          {
            from: "2026-10-01T10:12:00.000Z",
            to: "2026-10-01T22:00:00.000Z",
            quantity: "42480000",
            opened: {
              at: event.time,
              source: event.source,
              id: event.id,
              type: event.type,
              position: "0/1",
              amends: null,
              archive: null,
            },
            closed: null,
          },
        ],
        more: "0",
      },
    },
  ],
  more_records: "0",
  next_cursor: null,
};
