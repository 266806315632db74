import Type from "typebox";
import { readRunDiff, RecordKey, UsageDifference } from "../../aggregate/index.ts";
import { AppError } from "../../core/errors.ts";
import type { Run } from "../../core/runs.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import { pageOf, pageQuery, readPage, Texts } from "../paging.ts";
import { findRun } from "../run-answer.ts";
import type { System } from "../system.ts";
import { RatingDiffByAccount, RatingDiffByRecord, readRatingDiff, requireCompared } from "./rating-diff.ts";

const ChangePage = pageOf(UsageDifference, "UsageDifferencePage");
const PageQuery = Type.Object(
  {
    account_id: Type.Optional(Texts),
    by: Type.Optional(
      Type.Union([Type.Literal("account"), Type.Literal("record")], {
        description: "of a rating run: what it changed account by account, unless said otherwise, or record by record",
      }),
    ),
    ...pageQuery,
  },
  { additionalProperties: false },
);

/** What a run changed, record by record. */
export function runDiffRoutes(app: Api, system: System): void {
  app.get(
    "/v1/runs/:id/diff",
    {
      schema: {
        operationId: "getRunDiff",
        summary: "What a run changed, or a dry one would have changed: usage records of aggregation, bills of rating",
        tags: ["runs"],
        params: Type.Object({ id: Type.String() }),
        querystring: PageQuery,
        response: answer({
          status: 200,
          description: "A page of changes, in the order of their keys; of a rating run with its totals",
          schema: Type.Union([ChangePage, RatingDiffByAccount, RatingDiffByRecord]),
          problems: ["not-found", "run-in-progress"],
        }),
      },
    },
    async ({ params: { id }, query: { account_id = [], by, cursor, limit } }) => {
      const run = await findRun(system, id);
      requireEnded(run);
      const account_ids = account_id.toSorted();
      if (run.kind === "rate") {
        const rated = await readRatingDiff(system, run, { by: by ?? "account", account_ids, cursor, limit });
        requireCompared(await findRun(system, id));
        return rated;
      }
      requireDiff(run);
      if (by !== undefined)
        throw new AppError("invalid-request", `by is "${by}", expected no such field with a run of aggregation`, {
          field: "by",
        });
      const page = await readPage({
        question: { list: "run-diff", run_id: id, account_ids: account_ids.join("\n") },
        cursor,
        limit,
        place: RecordKey,
        read: (after, most) => readRunDiff(system, { run_seq: run.seq, account_ids, after, limit: most }),
        placeOf: ({ key }) => key,
      });
      // Here too asked again behind it: rows of a dry run may be cleared at any time.
      requireDiff(await findRun(system, id));
      return { ...page, data: page.data.map(({ change }) => change) };
    },
  );
}

/** @throws AppError run-in-progress */
function requireEnded({ id, state }: Run): void {
  if (state === "running")
    throw new AppError("run-in-progress", `run ${id} has not ended, so nobody knows yet what it changes`);
}

/** @throws AppError not-found where the run's rows are not (or no more) there */
function requireDiff({ id, kind, state, counts }: Run): void {
  const none =
    kind !== "aggregate"
      ? `is of kind ${kind}, and only runs of aggregation and rating have one`
      : state === "failed"
        ? "failed and changed nothing"
        : counts["cleared"] !== undefined
          ? "was a dry run, and a later run has cleared its rows away"
          : null;
  if (none !== null) throw new AppError("not-found", `there is no diff: run ${id} ${none}`, { field: "id" });
}
