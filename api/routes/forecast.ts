import Type, { type Static } from "typebox";
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

const amounts = { currency: "EUR", so_far: "24.00", forecast: "72.00" };
const example: Static<typeof Forecast> = {
  period: "2026-11",
  as_of: "2026-11-11T00:00:00.000Z",
  bound: { "0": "48211" },
  assumptions: {
    running: "runs-on: what is open at as_of stays open as it is until period_to.",
    reported: "at-pace: what is reported goes on at its average of the period so far.",
    kept: "as-it-is: nothing more is expected.",
    charges: "charge: worked out from the lines as they are expected.",
    corrections: "Adjustments of closed months are no part of it.",
    rounding: "down",
    pace_span_ms_min: 3_600_000,
  },
  payers: [{ payer_account_id: "9b2e41d0", ...amounts }],
  accounts: [
    {
      payer_account_id: "9b2e41d0",
      account_id: "9b2e41d0",
      ...amounts,
      period_from: "2026-11-01T00:00:00.000Z",
      period_to: "2026-12-01T00:00:00.000Z",
      lines: [
        {
          kind: "usage",
          usage_type: 1,
          tariff_id: "vm",
          component: "base",
          tier: 0,
          charge_id: null,
          description: "RUNNING_VM · VM",
          unit: "hour",
          basis: "runs-on",
          so_far_quantity: "240.000000000",
          forecast_quantity: "720.000000000",
          so_far: "24.00",
          forecast: "72.00",
        },
      ],
    },
  ],
  truncated: false,
};

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
          example,
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
