import type { Store } from "../core/store.ts";
import { selectHeads } from "./finalize/statement-sql.ts";
import { readStatements } from "./finalize/read-statements.ts";
import type { Profiles } from "./profiles/profiles.ts";
import type { Statement } from "./statement.ts";

/** Statements of the rating run that counts for each period, and those that are final. */
export interface Statements {
  /**
   * By payer, currency and id: drafts, and all that was issued of the period. `after` is the payer of the last statement of the page before,
   * `after_currency` its currency, `after_id` its id: left out, all of that payer's (of that currency) were on it.
   */
  list(options: {
    period: string;
    payer_account_id?: string;
    /** The payers that may be seen, none = all. */
    within?: readonly string[];
    after?: string;
    after_currency?: string;
    after_id?: string;
    limit: number;
  }): Promise<Statement[]>;
  get(id: string): Promise<Statement | null>;
}

/** Above all currencies, and all ids. */
const AFTER_ALL = "~";
const ID = /^(?:st|cn)_(\d{4})(\d{2})_[0-9a-f]{32}$/;

/** Statements on the store. */
export function createStatements(deps: { store: Store; profiles: Profiles }): Statements {
  const { store } = deps;
  return {
    list: async ({
      period,
      payer_account_id = "",
      within = [],
      after = "",
      after_currency = AFTER_ALL,
      after_id = AFTER_ALL,
      limit,
    }) => {
      const place = { after, after_currency, after_id };
      return readStatements(
        deps,
        period,
        await selectHeads(store.read, { period, id: "", payer_account_id, within: [...within], ...place, limit }),
      );
    },
    get: async (id) => {
      const period = readStatementId(id);
      if (period === null) return null;
      const all = { payer_account_id: "", within: [], after: "", after_currency: "", after_id: "" };
      const [found] = await readStatements(
        deps,
        period,
        await selectHeads(store.read, { period, id, ...all, limit: 1 }),
      );
      return found ?? null;
    },
  };
}

/** The period of a statement's id, null where it is none. */
export function readStatementId(id: string): string | null {
  const [, year, month] = ID.exec(id) ?? [];
  return month === undefined ? null : `${year}-${month}`;
}
