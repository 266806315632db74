import Type from "typebox";
import { Forecast as CoreForecast } from "../../rating/index.ts";
import { scopeOf, withinScope } from "../access/scope.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import { Texts } from "../paging.ts";
import type { System } from "../system.ts";

const ForecastQuery = Type.Object(
  {
    period: Type.String({ maxLength: 16, description: "a month that has begun, such as 2026-11" }),
    account_id: Type.Optional(Texts),
    payer_account_id: Type.Optional(Texts),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_000, description: "accounts at most; 1000 unless said otherwise" }),
    ),
  },
  { additionalProperties: false },
);
const Forecast = Type.Object(CoreForecast.properties, { $id: "Forecast", additionalProperties: false });

/** What a month will come to. */
export function forecastRoutes(app: Api, system: Pick<System, "forecast" | "store" | "clock">): void {
  app.get(
    "/v1/forecast",
    {
      schema: {
        operationId: "forecastPeriod",
        summary: "What a month comes to at its end, from what was used so far and what runs now",
        tags: ["billing"],
        querystring: ForecastQuery,
        response: answer({
          status: 200,
          description:
            "Per payer, account and line: what a bill would say now, what it is expected to say, and what that rests on. Corrections of closed months are no part of it. Nothing is published",
          schema: Forecast,
          problems: ["not-found", "run-in-progress", "lease-lost"],
        }),
      },
    },
    async ({ query: { period, account_id = [], payer_account_id = [], limit }, caller }) => {
      const scope = await scopeOf(system, caller);
      const payer_account_ids = payer_account_id.length === 0 ? [] : (withinScope(scope, payer_account_id) ?? []);
      // A payer sees what it pays for; of who asks for neither, all accounts it may see.
      const isPaid = payer_account_ids.length > 0 && account_id.length === 0;
      const account_ids = isPaid ? [] : (withinScope(scope, account_id) ?? []);
      return system.forecast({ period, account_ids, payer_account_ids, ...(limit === undefined ? {} : { limit }) });
    },
  );
}
