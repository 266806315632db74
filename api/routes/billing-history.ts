import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { BillingHistory } from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";

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
