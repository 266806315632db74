// Examples of a bill: what that machine costs.
import { usageRecord, window } from "./use.ts";

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
