import type { FastifyReply, FastifyRequest } from "fastify";
import Type, { type Static } from "typebox";
import { documentFormats, type DocumentFormat, type Statement, StatementLine } from "../../rating/index.ts";
import { preferred } from "../http/accept.ts";
import { columnsOf } from "../reports/report-columns.ts";
import { everyPageOf, reportContents, sendReport } from "../reports/send-report.ts";
import type { System } from "../system.ts";

/** Which form of a statement is asked for; left out, `Accept` says. */
export const FormatQuery = Type.Object(
  {
    format: Type.Optional(
      Type.Union(
        [Type.Literal("json"), Type.Literal("pdf"), Type.Literal("html"), Type.Literal("csv"), Type.Literal("ubl")],
        { description: "left out: what Accept prefers, JSON when it says nothing" },
      ),
    ),
  },
  { additionalProperties: false },
);

/** What an answer may be beside JSON. */
export const documentContents = Object.fromEntries(
  Object.values(documentFormats).map((type) => [type, { schema: Type.Unsafe<string>({ type: "string" }) }]),
);

/** The lines alone, for programs; text/csv has them too. */
export const lineContents = Object.fromEntries(Object.entries(reportContents).filter(([type]) => type !== "text/csv"));
const accepted: readonly (readonly [string, DocumentFormat | "json" | "ndjson" | "parquet"])[] = [
  ["application/json", "json"],
  ...Object.entries(documentFormats).map(([format, type]) => [type, format as DocumentFormat] as const),
  ["application/x-ndjson", "ndjson"],
  ["application/vnd.apache.parquet", "parquet"],
];
const lineColumns = columnsOf(StatementLine, {
  quantity: "decimal",
  base_quantity: "whole",
  unit_price: "rate",
  amount: "decimal",
  exact_amount: "decimal",
  rounding: "decimal",
});

/** Sends a statement as JSON or as the file that was asked for. @throws AppError conflict */
export async function sendStatement(
  { store, makeDocument }: Pick<System, "store" | "makeDocument">,
  { statement, request, reply }: { statement: Statement; request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const query = request.query as Static<typeof FormatQuery>;
  const format = query.format ?? preferred(request.headers.accept, accepted);
  if (format === "ndjson" || format === "parquet") {
    const pages = everyPageOf(async () => ({ rows: statement.lines, next: null }));
    const name = `statement-${statement.number ?? statement.id}`;
    return sendReport({ store }, { reply, form: format, name, columns: lineColumns, pages });
  }
  if (format === "json") return reply.type("application/json").send(statement);
  return sendFile({ makeDocument }, { statement, format, reply });
}

/** Sends a statement as a file; a browser neither guesses what it is nor runs anything in it. @throws AppError conflict */
async function sendFile(
  { makeDocument }: Pick<System, "makeDocument">,
  { statement, format, reply }: { statement: Statement; format: DocumentFormat; reply: FastifyReply },
): Promise<FastifyReply> {
  const { content, media_type, file_name } = await makeDocument(statement, format);
  return reply
    .type(media_type)
    .header("content-disposition", `${format === "html" ? "inline" : "attachment"}; filename="${file_name}"`)
    .header("x-content-type-options", "nosniff")
    .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox")
    .send(typeof content === "string" ? content : Buffer.from(content));
}
