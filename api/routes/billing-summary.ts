import Type from "typebox";
import { MONTH_PATTERN } from "../../core/calendar.ts";
import { minorUnit } from "../../core/currencies.ts";
import { dec, formatFixed } from "../../core/decimal.ts";
import { AppError } from "../../core/errors.ts";
import { defineQuery } from "../../core/sql.ts";
import { seenBy } from "../access/scope.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import { Texts } from "../paging.ts";
import type { System } from "../system.ts";

const selectSums = defineQuery(
  "api/billing_summary",
  Type.Object({
    from_period: Type.String(),
    to_period: Type.String(),
    within: Type.Array(Type.String()),
    payer_account_ids: Type.Array(Type.String()),
    account_ids: Type.Array(Type.String()),
    kinds: Type.Array(Type.String()),
    group_by: Type.Array(Type.String()),
    limit: Type.Integer(),
  }),
  Type.Object({
    period: Type.String(),
    payer_account_id: Type.String(),
    account_id: Type.String(),
    usage_type: Type.Integer(),
    kind: Type.String(),
    adjusts_period: Type.String(),
    statement_id: Type.String(),
    currency: Type.String(),
    amount: Type.String(),
    exact_amount: Type.String(),
    lines: Type.String(),
    records: Type.String(),
    payers: Type.String(),
  }),
);

const groupings = [
  "period",
  "payer_account_id",
  "account_id",
  "usage_type",
  "kind",
  "adjusts_period",
  "statement_id",
] as const;
type Grouping = (typeof groupings)[number];

const Month = Type.String({ pattern: MONTH_PATTERN });
const Query = Type.Object(
  {
    from_period: Type.Optional(Month),
    to_period: Month,
    payer_account_id: Type.Optional(Texts),
    account_id: Type.Optional(Texts),
    kind: Type.Optional(Texts),
    group_by: Type.Optional(
      Type.Array(Type.String({ description: `any of ${groupings.join(", ")}; a comma list, or repeated` })),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: "1000 unless said otherwise" })),
  },
  { additionalProperties: false },
);

const BillingSum = Type.Object(
  {
    group: Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer(), Type.Null()])),
    currency: Type.String(),
    amount: Type.String({ description: "of the lines as they stand on statements, before tax" }),
    exact_amount: Type.String({ description: "of the same lines before rounding" }),
    lines: Type.Integer(),
    records: Type.String({ description: "billing records in them" }),
    payers: Type.Integer(),
  },
  { $id: "BillingSum", additionalProperties: false },
);
const Summary = Type.Object(
  { data: Type.Array(BillingSum), truncated: Type.Boolean() },
  { $id: "BillingSummary", additionalProperties: false },
);

/** Months that one question spans at most. */
const MONTHS_MAX = 36;

/** What statements come to, over months and payers, without reading them one by one. */
export function billingSummaryRoutes(app: Api, system: Pick<System, "store" | "clock">): void {
  app.get(
    "/v1/billing-summary",
    {
      schema: {
        operationId: "summarizeBilling",
        summary: "What the lines of statements come to, by month, payer, account, usage type or kind",
        tags: ["billing"],
        querystring: Query,
        response: answer({
          status: 200,
          description:
            "Sums of each group and currency, months in their order, the highest amount of a month first; drafts count as they were rated last. A customer gets those of lines that are for its accounts or that they pay",
          schema: Summary,
        }),
      },
    },
    async ({ query, caller }) => {
      const { to_period, from_period = to_period, limit = 1000 } = query;
      if (monthNo(to_period) - monthNo(from_period) >= MONTHS_MAX || from_period > to_period) {
        throw new AppError(
          "invalid-request",
          `from_period is ${from_period}, expected one to ${MONTHS_MAX} months up to ${to_period}`,
          { field: "from_period" },
        );
      }
      const group_by = readGroupings(query.group_by ?? []);
      const rows = await selectSums(system.store.read, {
        from_period,
        to_period,
        within: await seenBy(system, caller),
        payer_account_ids: query.payer_account_id ?? [],
        account_ids: query.account_id ?? [],
        kinds: query.kind ?? [],
        group_by,
        limit: limit + 1,
      });
      const data = rows.slice(0, limit).map((row) => ({
        group: Object.fromEntries(group_by.map((name) => [name, keyOf(name, row)])),
        currency: row.currency,
        amount: formatFixed(dec(row.amount), minorUnit(row.currency)),
        exact_amount: row.exact_amount,
        lines: Number(row.lines),
        records: row.records,
        payers: Number(row.payers),
      }));
      return { data, truncated: rows.length > limit };
    },
  );
}

/** A month as a number, so that two of them can be subtracted. */
function monthNo(period: string): number {
  const [year, month] = period.split("-").map(Number);
  return (year ?? 0) * 12 + (month ?? 0);
}

/** Groups as asked for, in the order of `groupings`. @throws AppError invalid-request */
function readGroupings(given: readonly string[]): Grouping[] {
  const names = new Set(given.flatMap((list) => list.split(",")).map((name) => name.trim()));
  const stranger = [...names].find((name) => name !== "" && !groupings.some((grouping) => grouping === name));
  if (stranger !== undefined) {
    throw new AppError(
      "invalid-request",
      `group_by is ${JSON.stringify(stranger.slice(0, 200))}, expected any of ${groupings.join(", ")}`,
      { field: "group_by" },
    );
  }
  return groupings.filter((grouping) => names.has(grouping));
}

/** A group's key over the wire: no usage type and no corrected month are null. */
function keyOf(name: Grouping, row: Readonly<Record<Grouping, string | number>>): string | number | null {
  if (name === "usage_type" && row.usage_type === 0) return null;
  return name === "adjusts_period" && row.adjusts_period === "" ? null : row[name];
}
