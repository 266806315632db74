import Type from "typebox";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { UsageSum } from "./usage-summary.ts";

const Text = Type.String();
const select = defineQuery(
  "aggregate/reports/last_names",
  Type.Object({ resources: Type.Array(Text), account_ids: Type.Array(Text) }),
  Type.Object({ resource: Text, name: Text }),
);

/** Resources of one question: what a store takes as parameters is bounded. */
const AT_ONCE = 1000;

/** Sums by resource of some accounts (none = all), with what each resource was called last; null = nobody said. */
export async function withResourceNames(
  { store }: { store: Store },
  { sums, account_ids }: { sums: readonly UsageSum[]; account_ids: readonly string[] },
): Promise<UsageSum[]> {
  const resourceOf = ({ group }: UsageSum): string => String(group["resource"]);
  const resources = [...new Set(sums.map(resourceOf))];
  const names = new Map<string, string>();
  for (let from = 0; from < resources.length; from += AT_ONCE) {
    const asked = { resources: resources.slice(from, from + AT_ONCE), account_ids: [...account_ids] };
    for (const { resource, name } of await select(store.read, asked)) names.set(resource, name);
  }
  return sums.map((sum) => ({ ...sum, name: names.get(resourceOf(sum)) ?? null }));
}
