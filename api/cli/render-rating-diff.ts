import type { RatedAccountChange, RatedRecordChange, RatingTotalChange } from "../../rating/index.ts";
import type { RatingDiffByAccount, RatingDiffByRecord } from "../routes/rating-diff.ts";
import { renderTable } from "./output.ts";

type Billed = RatedRecordChange["before"][number];

const figures = ["before", "after", "difference"];

/** What a rating run changed, as tables: the totals, then accounts or records. */
export function renderRatingDiff(diff: RatingDiffByAccount | RatingDiffByRecord): string {
  const { run_id, compared_with, period, totals } = diff;
  const head = `${period}: ${run_id} beside ${compared_with}\n`;
  const changes = diff.by === "account" ? renderAccounts(diff.data) : renderRecords(diff.data);
  return `${head}${renderTotals(totals)}${changes}`;
}

function renderTotals(totals: readonly RatingTotalChange[]): string {
  const rows = totals.map((total) => [total.currency, ...sumsOf(total), total.exact_difference, linesOf(total)]);
  return renderTable(rows, {
    head: ["all accounts", ...figures, "of records", "lines"],
    right: [...figures, "of records"],
  });
}

function renderAccounts(accounts: readonly RatedAccountChange[]): string {
  if (accounts.length === 0) return "No line of an account changed.\n";
  const rows = accounts.map((account) => [
    account.account_id,
    account.payer_account_id,
    account.currency,
    ...sumsOf(account),
    linesOf(account),
  ]);
  return renderTable(rows, { head: ["account", "payer", "currency", ...figures, "lines"], right: figures });
}

function renderRecords(changes: readonly RatedRecordChange[]): string {
  if (changes.length === 0) return "No billing record changed.\n";
  const rows = changes.map(({ account_id, usage_type, resource, window, before, after, difference, changed }) => [
    account_id,
    String(usage_type),
    resource,
    window.start,
    before.map(recordText).join("; ") || "-",
    after.map(recordText).join("; ") || "-",
    difference.map(({ currency, amount }) => `${amount} ${currency}`).join(", "),
    changed.join(" "),
  ]);
  const head = ["account", "type", "resource", "window", ...figures, "changed"];
  return renderTable(rows, { head, right: ["difference"] });
}

/** `vm-hour v2 tier 1 (0-86400000) 1.200000000`, or `unrated` */
function recordText({ tariff_id, tariff_version, tier, from_quantity, to_quantity, amount }: Billed): string {
  if (tariff_id === null) return "unrated";
  return `${tariff_id} v${tariff_version} tier ${tier} (${from_quantity}-${to_quantity}) ${amount}`;
}

function sumsOf({ before, after, difference }: RatingTotalChange): string[] {
  return [before, after, difference];
}

/** `+1 -0 ~2`: added, removed, changed. */
function linesOf({ lines_added, lines_removed, lines_changed }: RatingTotalChange): string {
  return `+${lines_added} -${lines_removed} ~${lines_changed}`;
}
