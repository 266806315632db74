import Type, { type Static } from "typebox";

const Key = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$" });
const AccountId = Type.String({ minLength: 1, maxLength: 256 });
const ThresholdOf = Type.Union([Type.Literal("actual"), Type.Literal("forecast")]);

/** So many percent of a budget's amount, of what is rated (actual), or of what the month is expected to come to. */
const Threshold = Type.Object(
  {
    percent: Type.String({ maxLength: 12, description: "decimal text above 0, up to 10000, two decimals at most" }),
    of: ThresholdOf,
  },
  { additionalProperties: false },
);
export type Threshold = Static<typeof Threshold>;

const facts = {
  name: Type.String({ minLength: 1, maxLength: 200 }),
  payer_account_id: Type.Optional({ ...AccountId, description: "a payer with all it pays for; else account_id" }),
  account_id: Type.Optional({ ...AccountId, description: "one account's own lines" }),
  currency: Type.String({ minLength: 3, maxLength: 3, description: "what is billed in another one is not counted" }),
  amount: Type.String({ maxLength: 22, description: "decimal text above 0, below 10^12, in the currency's coins" }),
  thresholds: Type.Array(Threshold, { minItems: 1, maxItems: 20 }),
  period: Type.Literal("month"),
};

/** A budget as it is put. */
export const BudgetInput = Type.Object(
  { budget_id: Key, ...facts, name: Type.Optional(facts.name), period: Type.Optional(facts.period) },
  { additionalProperties: false },
);
export type BudgetInput = Static<typeof BudgetInput>;

/** A budget as it stands. `version` counts its changes from 1; a new one is noticed anew. */
export const Budget = Type.Object(
  {
    budget_id: Key,
    version: Type.String(),
    ...facts,
    changed_at: Type.String(),
    changed_by: Type.String(),
  },
  { additionalProperties: false },
);
export type Budget = Static<typeof Budget>;

/** A threshold of a budget's version that a month has reached. `no-longer`: a later run says less; it stays noticed. */
export const BudgetNotice = Type.Object({
  notice_id: Type.String({ description: "the same, however often it is worked out" }),
  budget_id: Type.String(),
  budget_version: Type.String(),
  period: Type.String(),
  percent: Type.String(),
  of: ThresholdOf,
  currency: Type.String(),
  threshold: Type.String({ description: "percent of the budget's amount" }),
  amount: Type.String({ description: "what was rated or forecast when it was reached" }),
  run_id: Type.String({ description: "the rating run that reached it" }),
  noticed_at: Type.String(),
  state: Type.Union([Type.Literal("reached"), Type.Literal("no-longer")]),
  state_amount: Type.String({ description: "what was rated or forecast when its state last changed" }),
  state_run_id: Type.String(),
  state_at: Type.String(),
});
export type BudgetNotice = Static<typeof BudgetNotice>;
