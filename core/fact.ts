import Type, { type Static } from "typebox";

/** What is told to those who want to hear of it. */
export const FactType = Type.Union([
  Type.Literal("statement.finalized"),
  Type.Literal("statement.voided"),
  Type.Literal("period.closed"),
  Type.Literal("budget.reached"),
  Type.Literal("balance.low"),
  Type.Literal("balance.empty"),
  Type.Literal("export.completed"),
  Type.Literal("findings.blocking"),
]);
export type FactType = Static<typeof FactType>;

/** Something that is so. `subject` and `type` make it what it is: the same two are the same fact, whoever says it and however often. */
export interface Fact {
  readonly type: FactType;
  /** What it is about, such as a statement's id, and where that can be so more than once, which time. */
  readonly subject: string;
  /** When it came to be, Unix ms UTC. */
  readonly at_ms: number;
  /** Ids and links, decimals as text; no secrets, and of people only whose account it is. */
  readonly data: Readonly<Record<string, string | null>>;
  /** Whose customer hears of it by mail, if mail to customers is on; "" = operators alone. */
  readonly payer_account_id: string;
}

/** Tells a fact to all who want to hear of it. It is stored when this resolves, and sent soon after. @throws AppError control-unavailable */
export type Tell = (facts: readonly Fact[]) => Promise<void>;
