import Type from "typebox";
import { MONTH_PATTERN } from "../../core/calendar.ts";
import { AppError } from "../../core/errors.ts";
import {
  BillingKey,
  type BillingFilter,
  BillingRecord as CoreRecord,
  Statement as CoreStatement,
  StatementLine as CoreLine,
} from "../../rating/index.ts";
import { maySee, seenBy } from "../access/scope.ts";
import type { Api } from "../api.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { answer } from "../openapi.ts";
import { limitDefault, pageOf, pageQuery, readPage } from "../paging.ts";
import { columnsOf } from "../reports/report-columns.ts";
import { everyPageOf, FILE_MS, REPORT_PAGE, reportContents, reportForm, sendReport } from "../reports/send-report.ts";
import type { System } from "../system.ts";
import { documentContents, FormatQuery, lineContents, sendStatement } from "./statement-formats.ts";

const BillingRecord = Type.Object(CoreRecord.properties, { $id: "BillingRecord", additionalProperties: false });
const StatementLine = Type.Object(CoreLine.properties, { $id: "StatementLine", additionalProperties: false });
/** A statement over the wire. */
export const Statement = Type.Object(
  { ...CoreStatement.properties, lines: Type.Array(StatementLine) },
  { $id: "Statement", additionalProperties: false },
);
const RecordPage = pageOf(BillingRecord, "BillingRecordPage");
const StatementPage = pageOf(Statement, "StatementPage");

const Text = Type.String({ minLength: 1, maxLength: 256 });
const Period = Type.String({
  pattern: MONTH_PATTERN,
  description: "The month, such as 2026-10, in each account's own zone",
});
const RecordQuery = Type.Object(
  {
    period: Period,
    account_id: Type.Optional(Text),
    payer_account_id: Type.Optional(Text),
    usage_type: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    tariff_id: Type.Optional(Text),
    state: Type.Optional(CoreRecord.properties.state),
    usage_record_id: Type.Optional(Text),
    ...pageQuery,
  },
  { additionalProperties: false },
);
const StatementQuery = Type.Object(
  {
    period: Period,
    account_id: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: "The payer" })),
    lines: Type.Optional(
      Type.Boolean({
        description: "false: without their lines, for a list of what is owed; true unless said otherwise",
      }),
    ),
    ...pageQuery,
  },
  { additionalProperties: false },
);
const Name = Type.Object({ id: Type.String() });
const StatementPlace = Type.Object({ after: Type.String(), after_currency: Type.String(), after_id: Type.String() });

const recordColumns = columnsOf(CoreRecord, {
  window_start: "time",
  window_end: "time",
  part_start: "time",
  quantity: "whole",
  from_quantity: "whole",
  to_quantity: "whole",
  price_from: "decimal",
  price_to: "decimal",
  amount: "decimal",
});

const tags = ["billing"];

/** What it comes to. */
export function billingRoutes(
  app: Api,
  system: Pick<System, "billingRecords" | "statements" | "makeDocument" | "store" | "clock">,
): void {
  const { billingRecords, statements } = system;

  app.get(
    "/v1/billing-records",
    {
      handlerTimeout: FILE_MS,
      schema: {
        operationId: "listBillingRecords",
        summary: "Billing records of a period, in the order in which they were priced",
        tags,
        querystring: RecordQuery,
        response: answer({
          status: 200,
          description: "A page of records",
          schema: RecordPage,
          problems: ["not-found"],
          also: reportContents,
        }),
      },
    },
    async (request, reply) => {
      const { cursor, limit = limitDefault, ...filter } = request.query;
      const within = await seenBy(system, request.caller, filter.account_id);
      const form = reportForm(request);
      if (form !== null) {
        const pages = everyPageOf(async (after: BillingKey | undefined) => {
          const from = after === undefined ? {} : { after };
          const { records: rows, next } = await billingRecords.list({ ...filter, within, ...from, limit: REPORT_PAGE });
          return { rows, next };
        });
        return sendReport(system, { reply, form, name: "billing-records", columns: recordColumns, pages });
      }
      const question = { list: "billing-records", ...sorted(filter) };
      const after = cursor === undefined ? {} : { after: readCursor(cursor, question, BillingKey) };
      const { records, next } = await billingRecords.list({ ...filter, within, ...after, limit });
      return { data: records, next_cursor: next === null ? null : writeCursor(question, next) };
    },
  );

  app.get(
    "/v1/billing-records/:id",
    {
      schema: {
        operationId: "getBillingRecord",
        summary: "A billing record",
        tags,
        params: Name,
        response: answer({
          status: 200,
          description: "The record",
          schema: BillingRecord,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params: { id }, caller }) => {
      const record = await billingRecords.get(id);
      if (record === null || !(await maySee(system, caller, record.account_id))) return absent("billing record", id);
      return record;
    },
  );

  app.get(
    "/v1/statements",
    {
      schema: {
        operationId: "listStatements",
        summary: "Statements of a period, drafts and issued ones, by payer",
        tags,
        querystring: StatementQuery,
        response: answer({
          status: 200,
          description: "A page of statements",
          schema: StatementPage,
          problems: ["not-found"],
        }),
      },
    },
    async ({ query: { cursor, limit, period, account_id, lines = true }, caller }) => {
      const within = await seenBy(system, caller, account_id);
      const payer = account_id === undefined ? {} : { payer_account_id: account_id };
      const page = await readPage({
        question: { list: "statements", period, account_id: account_id ?? null },
        cursor,
        limit,
        place: StatementPlace,
        read: (after, most) => statements.list({ period, ...payer, within, ...after, limit: most }),
        placeOf: ({ payer_account_id, currency, id }) => ({
          after: payer_account_id,
          after_currency: currency,
          after_id: id,
        }),
      });
      return lines ? page : { ...page, data: page.data.map((statement) => ({ ...statement, lines: [] })) };
    },
  );

  app.get(
    "/v1/statements/:id",
    {
      handlerTimeout: FILE_MS,
      schema: {
        operationId: "getStatement",
        summary: "A statement with its lines, as JSON or as a document",
        tags,
        params: Name,
        querystring: FormatQuery,
        response: answer({
          status: 200,
          description: "The statement",
          schema: Statement,
          problems: ["not-found", "conflict"],
          also: { ...documentContents, ...lineContents },
        }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const statement = await statements.get(id);
      if (statement === null || !(await maySee(system, request.caller, statement.payer_account_id)))
        return absent("statement", id);
      return sendStatement(system, { statement, request, reply });
    },
  );
}

function sorted(filter: BillingFilter): Record<string, unknown> {
  return Object.fromEntries(Object.entries(filter).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function absent(what: string, id: string): never {
  throw new AppError("not-found", `there is no ${what} "${id}"`, { field: "id" });
}
