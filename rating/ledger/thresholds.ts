import Type, { type Static } from "typebox";
import type { Accounts } from "../../core/accounts.ts";
import type { Clock } from "../../core/clock.ts";
import { minorUnit } from "../../core/currencies.ts";
import { dec, formatFixed } from "../../core/decimal.ts";
import { field, timeField } from "../../core/insert-lines.ts";
import { formatMs } from "../../core/instant.ts";
import { isLowThreshold } from "../../core/money-settings.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { createSoleControl, type InControl, nextVersion } from "../../core/versions.ts";
import { refuse } from "../refuse.ts";
import { BalanceNotice } from "./balance-notice.ts";
import { requirePayer } from "./payments.ts";

/** At or below what a prepaid payer's balance is low. */
export const BalanceThreshold = Type.Object(
  {
    account_id: Type.String(),
    low: Type.Union([Type.String(), Type.Null()], {
      description:
        "an amount such as 10.00, or a percentage of what was last put in, such as 20%; null: billing.prepaid.low",
    }),
    changed_at: Type.Union([Type.String(), Type.Null()]),
    changed_by: Type.String(),
  },
  { additionalProperties: false },
);
export type BalanceThreshold = Static<typeof BalanceThreshold>;

/** Thresholds of prepaid balances, and the turns that were noticed. */
export interface Thresholds {
  get(account_id: string): Promise<BalanceThreshold>;
  /** `low` null: what the setting says. @throws AppError invalid-request */
  put(account_id: string, given: { low: string | null; by: string }): Promise<BalanceThreshold>;
  /** Oldest first; `payer_account_id` "" = all, `within`: the payers that may be seen, none = all. */
  notices(asked: {
    payer_account_id: string;
    within?: readonly string[];
    after: ({ noticed_ms: number } & Pick<BalanceNotice, "payer_account_id" | "currency" | "turn">) | null;
    limit: number;
  }): Promise<BalanceNotice[]>;
}

const Text = Type.String();
const selectThreshold = defineQuery(
  "rating/ledger/balance_threshold",
  Type.Object({ account_id: Text }),
  Type.Object({ account_id: Text, low: Text, version: Text, changed_ms: Text, changed_by: Text }),
);
const selectNotices = defineQuery(
  "rating/ledger/balance_notices",
  Type.Object({
    payer_account_id: Text,
    within: Type.Array(Text),
    after_ms: Type.Number(),
    after_payer: Text,
    after_currency: Text,
    after_turn: Type.Integer(),
    limit: Type.Integer(),
  }),
  Type.Object({
    notice_id: Text,
    payer_account_id: Text,
    currency: Text,
    turn: Type.Integer(),
    state: BalanceNotice.properties.state,
    balance: Text,
    low_amount: Text,
    noticed_ms: Text,
  }),
);
const columns = ["account_id", "version", "low", "changed_at", "changed_by"];

/** Thresholds in the store. */
export function createThresholds(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, "get">;
  readonly inControl?: InControl;
}): Thresholds {
  const { store, clock, accounts, inControl = createSoleControl(deps.store) } = deps;
  const last = async (account_id: string) => (await selectThreshold(store.read, { account_id }))[0];
  const get = async (account_id: string): Promise<BalanceThreshold> => {
    const found = await last(account_id);
    if (found === undefined) return { account_id, low: null, changed_at: null, changed_by: "" };
    const { low, changed_ms, changed_by } = found;
    return { account_id, low: low === "" ? null : low, changed_at: formatMs(changed_ms), changed_by };
  };
  return {
    get,
    put: async (account_id, { low, by }) => {
      await requirePayer(accounts, account_id);
      if (low !== null && !isLowThreshold(low))
        refuse("low", low, "an amount such as 10.00, or a percentage up to 100% such as 20%");
      await inControl(async (turn) => {
        const version = nextVersion((await last(account_id))?.version);
        const line = [field(account_id), version, low ?? "", timeField(clock.now()), field(by)].join("\t");
        await turn.write({ table: "balance_threshold", columns }, `${line}\n`);
      });
      return get(account_id);
    },
    notices: async ({ payer_account_id, within = [], after, limit }) => {
      const place = {
        after_ms: after?.noticed_ms ?? -1,
        after_payer: after?.payer_account_id ?? "",
        after_currency: after?.currency ?? "",
        after_turn: after?.turn ?? 0,
      };
      const rows = await selectNotices(store.read, { payer_account_id, within: [...within], ...place, limit });
      return rows.map(({ noticed_ms, balance, low_amount, ...row }) => {
        const shown = (amount: string): string => formatFixed(dec(amount), minorUnit(row.currency));
        return { ...row, balance: shown(balance), low_amount: shown(low_amount), noticed_at: formatMs(noticed_ms) };
      });
    },
  };
}
