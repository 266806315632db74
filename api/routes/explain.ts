import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import {
  ExplainedAdjustment,
  ExplainedLine,
  ExplainedPrice,
  ExplainedRecord,
  Explanation as CoreExplanation,
  RecordPlace,
} from "../../rating/index.ts";
import { maySee } from "../access/scope.ts";
import type { Api } from "../api.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { answer } from "../openapi.ts";
import { pageQuery } from "../paging.ts";
import type { System } from "../system.ts";

const Explanation = Type.Object(
  {
    ...CoreExplanation.properties,
    line: ExplainedLine,
    adjustment: Type.Union([ExplainedAdjustment, Type.Null()]),
    prices: Type.Array(ExplainedPrice),
    records: Type.Array(ExplainedRecord),
    next_cursor: Type.Union([Type.String(), Type.Null()]),
  },
  { $id: "Explanation", additionalProperties: false },
);

const SliceCount = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 1000, description: "Slices shown of each record, 20 unless said otherwise" }),
);
const LineQuery = Type.Object(
  {
    cursor: pageQuery.cursor,
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: "Billing records shown, 20 unless said otherwise" }),
    ),
    slices: SliceCount,
  },
  { additionalProperties: false },
);
const RecordQuery = Type.Object({ slices: SliceCount }, { additionalProperties: false });
const LineName = Type.Object({
  id: Type.String(),
  line: Type.String({ pattern: "^[1-9]\\d{0,8}$", description: "The number of the line" }),
});
const RecordName = Type.Object({ id: Type.String() });
const shownDefault = 20;

const tags = ["billing"];

/** Why an amount is what it is (P11). */
export function explainRoutes(
  app: Api,
  system: Pick<System, "explanations" | "billingRecords" | "store" | "clock">,
): void {
  const { explanations, billingRecords } = system;

  app.get(
    "/v1/statements/:id/lines/:line/explain",
    {
      schema: {
        operationId: "explainStatementLine",
        summary: "What a statement line is made of: billing records, usage records, slices, events, prices and runs",
        tags,
        params: LineName,
        querystring: LineQuery,
        response: answer({
          status: 200,
          description: "The explanation, its records in the order of pricing, page by page",
          schema: Explanation,
          problems: ["not-found", "conflict"],
        }),
      },
    },
    async ({ params: { id, line }, query: { cursor, limit = shownDefault, slices = shownDefault }, caller }) => {
      const question = { explain: id, line };
      const after = cursor === undefined ? {} : { after: readCursor(cursor, question, RecordPlace) };
      const found = await explanations.line(
        { statement_id: id, line: Number(line) },
        { ...after, records: limit, slices },
      );
      if (found === null || !(await maySee(system, caller, found.explanation.line.payer_account_id)))
        throw absent(`line ${line} of a statement`, id);
      const { explanation, next } = found;
      return { ...explanation, next_cursor: next === null ? null : writeCursor(question, next) };
    },
  );

  app.get(
    "/v1/billing-records/:id/explain",
    {
      schema: {
        operationId: "explainBillingRecord",
        summary: "What a billing record is made of, and the statement line it is part of",
        tags,
        params: RecordName,
        querystring: RecordQuery,
        response: answer({
          status: 200,
          description: "The explanation, with this record alone",
          schema: Explanation,
          problems: ["not-found", "conflict"],
        }),
      },
    },
    async ({ params: { id }, query: { slices = shownDefault }, caller }) => {
      const record = await billingRecords.get(id);
      const isSeen = record !== null && (await maySee(system, caller, record.account_id));
      const explanation = isSeen ? await explanations.record(id, { slices }) : null;
      if (explanation === null) throw absent("billing record on a statement", id);
      return { ...explanation, next_cursor: null };
    },
  );
}

function absent(what: string, id: string): AppError {
  return new AppError("not-found", `there is no ${what} "${id}"`, { field: "id" });
}
