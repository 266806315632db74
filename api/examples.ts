import { billingRecord, creditNote, explanation, finalStatement, statement } from "./examples/bill.ts";
import {
  account,
  apiKey,
  quarantineEntry,
  rateCard,
  rateCardInput,
  refusal,
  setting,
  tariff,
} from "./examples/control.ts";
import { issuer, issuerEntry, profile, profileEntry, taxRate, taxRateEntry } from "./examples/money.ts";
import { addedUsageType, completeness, event, quantity, run, usageRecord, usageType, window } from "./examples/use.ts";

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
  eventCheck: {
    new: 1,
    duplicates: 0,
    conflicting: [],
    rejected: [{ index: 1, id: "e-8813", ...refusal }],
    windows: [{ account_id: "9b2e41d0", time_zone: "Europe/Amsterdam", ...window, period: "2026-10", closed: false }],
  },
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
  finalStatement,
  creditNote,
  issuer,
  issuerEntry,
  profile,
  profileEntry,
  taxRate,
  taxRateEntry,
  explanation,
};
