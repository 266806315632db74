import { billingRecord } from "./examples/bill.ts";
import { apiKey, auditLine, rateCard, setting, signedIn, user } from "./examples/control.ts";
import { addedUsageType, event, run, usageRecord, usageType } from "./examples/use.ts";

/** What routes show as examples where no golden case gives one (examples/golden.ts); a test holds each to its schema. */
export const examples = {
  event,
  usageRecord,
  usageType,
  addedUsageType,
  run,
  rateCard,
  setting,
  apiKey,
  user,
  auditLine,
  signedIn,
  billingRecord,
};
