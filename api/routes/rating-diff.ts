import Type, { type Static } from "typebox";
import { AppError } from "../../core/errors.ts";
import type { Run } from "../../core/runs.ts";
import {
  AccountPlace,
  RatedAccountChange,
  RatedRecordChange,
  RatingTotalChange,
  RecordChangePlace,
} from "../../rating/index.ts";
import { readPage } from "../paging.ts";
import type { System } from "../system.ts";

const head = {
  run_id: Type.String(),
  compared_with: Type.String({ description: "the run whose bills it changed, or would have changed" }),
  period: Type.String(),
  totals: Type.Array(RatingTotalChange, { description: "all accounts together, per currency" }),
};
const next_cursor = Type.Union([Type.String(), Type.Null()]);

/** What a rating run changed, account by account. */
export const RatingDiffByAccount = Type.Object(
  { by: Type.Literal("account"), ...head, data: Type.Array(RatedAccountChange), next_cursor },
  { $id: "RatingDiffByAccount", additionalProperties: false },
);
export type RatingDiffByAccount = Static<typeof RatingDiffByAccount>;

/** What a rating run changed, usage record by usage record. */
export const RatingDiffByRecord = Type.Object(
  { by: Type.Literal("record"), ...head, data: Type.Array(RatedRecordChange), next_cursor },
  { $id: "RatingDiffByRecord", additionalProperties: false },
);
export type RatingDiffByRecord = Static<typeof RatingDiffByRecord>;

interface Asked {
  readonly by: "account" | "record";
  readonly account_ids: readonly string[];
  readonly cursor: string | undefined;
  readonly limit: number | undefined;
}

/**
 * A page of what a rating run changed. @throws AppError run-in-progress; not-found where nothing is kept of it; invalid-request for a
 * cursor of another question
 */
export async function readRatingDiff(
  { ratingDifferences }: Pick<System, "ratingDifferences">,
  run: Run,
  { by, account_ids, cursor, limit }: Asked,
): Promise<RatingDiffByAccount | RatingDiffByRecord> {
  const compared_with = requireCompared(run);
  const told = {
    run_id: run.id,
    compared_with,
    period: run.period,
    totals: await ratingDifferences.totals(run),
  };
  const question = { list: "rating-diff", by, run_id: run.id, account_ids: account_ids.join("\n") };
  if (by === "account") {
    const page = await readPage({
      question,
      cursor,
      limit,
      place: AccountPlace,
      read: (after, most) => ratingDifferences.accounts(run, { account_ids, after, limit: most }),
      placeOf: ({ account_id, payer_account_id, currency }) => ({ account_id, payer_account_id, currency }),
    });
    return { by, ...told, ...page };
  }
  const page = await readPage({
    question,
    cursor,
    limit,
    place: RecordChangePlace,
    read: (after, most) => ratingDifferences.records(run, { account_ids, after, limit: most }),
    placeOf: ({ place }) => place,
  });
  return { by, ...told, ...page, data: page.data.map(({ change }) => change) };
}

/** The run that this one was held against, as long as what differs is kept. @throws AppError not-found */
export function requireCompared({ id, state, dry_run, reason, counts }: Run): string {
  const { compared_with } = counts;
  if (compared_with !== undefined && counts["cleared"] !== "1") return compared_with;
  const why =
    counts["cleared"] === "1"
      ? "was a dry run, and later ones have taken its place"
      : state === "failed"
        ? "failed and changed nothing"
        : state === "unchanged"
          ? "found nothing to rate anew and changed nothing"
          : dry_run || reason !== ""
            ? "rated a period that had not been rated before"
            : "replaced a draft: what dry runs and runs with a reason change is kept, of others it is not";
  throw new AppError("not-found", `there is no diff: run ${id} ${why}`, { field: "id" });
}
