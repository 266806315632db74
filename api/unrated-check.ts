import Type from "typebox";
import { accountPeriod, type ReadinessCheck } from "../aggregate/index.ts";
import type { RunLedger } from "../core/runs.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";

const Text = Type.String();
const Instants = Type.Array(Type.Number());
const select = defineQuery(
  "api/unrated_usage",
  Type.Object({ period: Text, rated_to: Text, account_ids: Type.Array(Text), froms: Instants, tos: Instants }),
  Type.Object({ unrated: Text, unseen: Text, ids: Type.Array(Text) }),
);

/** Whether all usage of a period has its price; stands here since aggregation knows nothing of rating. */
export function createUnratedCheck({ store, runs }: { store: Store; runs: RunLedger }): ReadinessCheck {
  return {
    name: "unrated",
    overridable: true,
    asked: "together",
    find: async ({ payer: { accounts }, period }) => {
      const rating = await runs.latestPublished("rate", period);
      const spans = accounts.map((account) => accountPeriod(account, period));
      const [row] = await select(store.read, {
        period,
        rated_to: rating?.versions["usage_run"] ?? "0",
        account_ids: accounts.map(({ account_id }) => account_id),
        froms: spans.map(({ start }) => start),
        tos: spans.map(({ end }) => end),
      });
      const [unrated, unseen] = [Number(row?.unrated ?? 0), Number(row?.unseen ?? 0)];
      if (unrated === 0 && unseen === 0) return null;
      const told = [
        ...(unrated === 0 ? [] : [`${unrated} usage records that no tariff prices`]),
        ...(unseen === 0 ? [] : [`${unseen} rows of usage published since the period was last rated`]),
      ];
      return { count: unrated + unseen, detail: told.join(", "), ids: row?.ids ?? [] };
    },
  };
}
