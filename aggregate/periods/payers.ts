import Type from "typebox";
import type { Span } from "../../core/calendar.ts";
import { instant } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { accountMonth, parseTimeline, zoneAt } from "../../core/zone-timeline.ts";

/** An account with its zones over time, as `parseTimeline` reads them. */
export interface ZonedAccount {
  readonly account_id: string;
  readonly timeline: string;
}

/** Who pays, and for which accounts; one that pays for others pays for itself. */
export interface Payer {
  readonly payer_account_id: string;
  readonly accounts: readonly ZonedAccount[];
  /** It closed months and pays for nobody any more, not for itself either: `accounts` is its own, in whose zone its months are. */
  readonly former?: boolean;
}

/** An account's billing period: a calendar month in its zone. This is the one place that says where it begins and ends. */
export function accountPeriod({ timeline }: Pick<ZonedAccount, "timeline">, period: string): Span {
  return accountMonth(parseTimeline(timeline), period);
}

/** The zone in which an account's period ends. */
export function periodZone(account: ZonedAccount, period: string): string {
  return zoneAt(parseTimeline(account.timeline), instant(accountPeriod(account, period).end - 1));
}

/** From the first instant of the period in any of the payer's accounts to the last in any. */
export function payerPeriod({ accounts }: Payer, period: string): Span {
  const spans = accounts.map((account) => accountPeriod(account, period));
  return {
    start: instant(Math.min(...spans.map(({ start }) => start))),
    end: instant(Math.max(...spans.map(({ end }) => end))),
  };
}

const Text = Type.String();
const selectPayerAccounts = defineQuery(
  "aggregate/periods/payer_accounts",
  Type.Object({ payer_account_id: Text, after_payer: Text, default_zone: Text, limit: Type.Integer() }),
  Type.Object({ payer_account_id: Text, account_id: Text, timeline: Text, is_former: Type.Integer() }),
);

/** Payers by id, above `after_payer`, each with all its accounts, former ones too; or one alone. The system account is nobody's. */
export async function readPayers(
  { store }: { store: Store },
  page: { payer_account_id?: string; after_payer?: string; default_zone: string; limit: number },
): Promise<Payer[]> {
  const { payer_account_id = "", after_payer = "", default_zone, limit } = page;
  const rows = await selectPayerAccounts(store.read, { payer_account_id, after_payer, default_zone, limit });
  const byPayer = new Map<string, { former: boolean; accounts: ZonedAccount[] }>();
  for (const { payer_account_id: payer, is_former, ...account } of rows) {
    const known = byPayer.get(payer);
    if (known === undefined) byPayer.set(payer, { former: is_former === 1, accounts: [account] });
    else known.accounts.push(account);
  }
  return [...byPayer].map(([payer, { former, accounts }]) => ({
    payer_account_id: payer,
    accounts,
    ...(former ? { former } : {}),
  }));
}
