import Type from "typebox";
import { assert } from "../../core/errors.ts";
import { type InstantMs, instant } from "../../core/instant.ts";
import { defineCommand } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { RatingPlans } from "../plans.ts";

/** Rows of a dry run of aggregation that are rated as if they were published. `before`: of windows that start before then alone. */
export interface RatedProjection {
  readonly run_seq: string;
  readonly before?: InstantMs;
}

const clearProjection = defineCommand("rating/forecast/clear_projection", Type.Object({}));
const writeProjection = defineCommand("rating/forecast/write_projection", Type.Object({ run_seq: Type.String() }));

/** Lays out which rows a rating run rates on top of what is published: none, unless it is dry. */
export async function layProjection(
  store: Store,
  projection: RatedProjection | undefined,
  { dry_run }: { dry_run: boolean },
): Promise<void> {
  await clearProjection(store.run, {});
  if (projection === undefined) return;
  assert(dry_run, "what nobody has published is never billed");
  await writeProjection(store.run, { run_seq: projection.run_seq });
}

/** The plans of a period as far as an instant: what starts later is not rated. */
export function endingBefore(plans: RatingPlans, before: InstantMs | null): RatingPlans {
  if (before === null || before >= plans.to_ms) return plans;
  return { ...plans, to_ms: instant(Math.max(plans.from_ms, before)) };
}
