import Type from "typebox";
import type { Log } from "./log.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";

const selectBroken = defineQuery(
  "core/broken_parts",
  Type.Object({}),
  Type.Object({ table: Type.String(), parts: Type.String() }),
);

/**
 * Says which tables the engine has set parts of aside, as it could not read them when it began: after a full disk or a power cut. What
 * a merge made and could not finish is there a second time, in the parts it was made of; other rows are missing. Gives how many parts.
 */
export async function tellBrokenParts(store: Store, log: Log): Promise<number> {
  const broken = await selectBroken(store.read, {});
  for (const { table, parts } of broken)
    log.error({ table, parts }, "the store set broken parts of a table aside: rows may be missing");
  return broken.reduce((sum, { parts }) => sum + Number(parts), 0);
}
