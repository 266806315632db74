import Type, { type Static } from "typebox";
import type { Store } from "../core/store.ts";
import { selectHeads } from "./finalize/statement-sql.ts";
import { readStatements } from "./finalize/read-statements.ts";
import { Issuer } from "./profiles/issuer.ts";
import { Profile } from "./profiles/profile.ts";
import type { Profiles } from "./profiles/profiles.ts";
import { StatementLine } from "./statement-line.ts";
import { TaxCategory } from "./taxes/tax-rate.ts";

const Label = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

/** Tax by one rate on the lines of one month, rounded once. */
const StatementTax = Type.Object({
  tax_rate_id: Type.String(),
  name: Type.String(),
  category: TaxCategory,
  rate: Type.String({ description: "percent" }),
  reason: Type.String({ description: "why there is none" }),
  net: Type.String(),
  amount: Type.String(),
  period: Type.String({ description: "the month of the lines it is on; corrections have their own" }),
});

/** What a payer owes for a period, or is given back. Neither run nor clock shows in a draft: the same bill is the same bytes (P1); a final one stays. */
export const Statement = Type.Object({
  id: Type.String(),
  number: Label("given once it is final; in its issuer's series without gaps"),
  kind: Type.Union([Type.Literal("statement"), Type.Literal("credit_note")]),
  payer_account_id: Type.String(),
  period: Type.String(),
  currency: Type.String(),
  state: Type.Union([Type.Literal("draft"), Type.Literal("final"), Type.Literal("void")]),
  issued_on: Label("a day, such as 2026-11-02, in the zone of the setting usage.aggregation.timezone"),
  due_on: Label("null = nothing is to be paid for it, or it is a draft"),
  reverses: Label("the statement that a credit note takes back"),
  replaces: Label("the void statement in whose place it was issued"),
  void_by: Label("the credit note that took it back"),
  written_off: Type.Union(
    [
      Type.Object({ at: Type.String(), by: Type.String(), reason: Type.String() }, { additionalProperties: false }),
      Type.Null(),
    ],
    { description: "of a void one: that nothing is issued in its place, and what it billed is given up" },
  ),
  overrides: Type.Array(
    Type.Object({ finding: Type.String(), reason: Type.String() }, { additionalProperties: false }),
    { description: "findings in spite of which it was made final" },
  ),
  issuer: Type.Union([Issuer, Type.Null()]),
  customer: Type.Union([Profile, Type.Null()]),
  lines: Type.Array(StatementLine),
  net: Type.String(),
  taxes: Type.Array(StatementTax),
  total: Type.String({ description: "net and taxes; below zero it is owed to the payer" }),
  credits_applied: Type.String(),
  credits: Type.Array(Type.Object({ credit_id: Type.String(), amount: Type.String() })),
  payable: Type.String({ description: "total less credits" }),
  paid: Type.String({ description: "money that was put to it; nothing of a draft" }),
  open: Type.String({
    description: "still to be paid; nothing of a draft, and of a credit note, which lessens what it takes back",
  }),
  notes: Type.Array(Type.String()),
});
export type Statement = Static<typeof Statement>;

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
