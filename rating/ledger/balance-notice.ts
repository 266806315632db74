import Type, { type Static } from "typebox";
import type { Log } from "../../core/log.ts";

/** A turn of a prepaid balance. */
export const BalanceNotice = Type.Object(
  {
    notice_id: Type.String({ description: "the same, however often it is worked out" }),
    payer_account_id: Type.String(),
    currency: Type.String(),
    turn: Type.Integer(),
    state: Type.Union([Type.Literal("low"), Type.Literal("empty"), Type.Literal("enough")], {
      description: "enough: it is above its threshold again",
    }),
    balance: Type.String(),
    low_amount: Type.String({ description: "at or below which it is low" }),
    noticed_at: Type.String(),
  },
  { additionalProperties: false },
);
export type BalanceNotice = Static<typeof BalanceNotice>;

/** Hears of a balance that has become low or empty, once for each time it did. */
export type TellBalance = (told: BalanceNotice) => void | Promise<void>;

/** Gives notice of a balance that has become low or empty: it is stored already; whoever is to hear of it is told here. */
export function tellLog(log: Log): TellBalance {
  return (told) => log.warn({ ...told }, "prepaid balance is low or empty");
}
