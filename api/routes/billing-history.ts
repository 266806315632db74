import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { BillingHistory } from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";
import { ratingDiffExample } from "./rating-diff.ts";

const { compared_with, run_id, data } = ratingDiffExample;
const [change] = data;
const [before] = change?.before ?? [];
const reversal_id = "rv_3_6d3f0a94c2b85e7116f2d0a3b9c84e57_1790805600000_0_base";

const historyExample = {
  usage_record_id: change?.usage_record_id,
  period: before?.period,
  now: change?.after,
  reratings: [
    {
      run_id,
      asked_by: "Ada (key_5f0c2a7b)",
      asked_at: "2026-10-20T09:12:00.000Z",
      reason: "the list price of October was wrong",
      reversed_run_id: compared_with,
      reversals: [{ id: reversal_id, record: { ...before, quantity: "-42480000", amount: "-0.147500000" } }],
      records: change?.after.map((record) => ({ replaces: reversal_id, record })),
    },
  ],
};

/** What became of a billing record across re-ratings. */
export function billingHistoryRoutes(app: Api, { readBillingHistory }: Pick<System, "readBillingHistory">): void {
  app.get(
    "/v1/billing-records/:id/history",
    {
      schema: {
        operationId: "getBillingRecordHistory",
        summary: "What re-ratings reversed and set anew of a billing record and the others of its usage record",
        tags: ["billing"],
        params: Type.Object({ id: Type.String() }),
        response: answer({
          status: 200,
          description: "What is billed now, and each re-rating that changed it, oldest first",
          schema: BillingHistory,
          example: historyExample,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params: { id } }) => {
      const history = await readBillingHistory(id);
      if (history === null)
        throw new AppError("not-found", `there is no billing record "${id}", and there was none`, { field: "id" });
      return history;
    },
  );
}
