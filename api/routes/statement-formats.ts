import type { FastifyReply, FastifyRequest } from "fastify";
import Type, { type Static } from "typebox";
import { AppError } from "../../core/errors.ts";
import { documentFormats, type DocumentFormat, type Statement } from "../../rating/index.ts";
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

/** Sends a statement as JSON or as the file that was asked for. @throws AppError conflict */
export async function sendStatement(
  { makeDocument }: Pick<System, "makeDocument">,
  { statement, request, reply }: { statement: Statement; request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const query = request.query as Static<typeof FormatQuery>;
  void reply.header("vary", "accept");
  const format = query.format ?? acceptedFormat(request.headers.accept);
  if (format === "json") return reply.type("application/json").send(statement);
  return sendFile({ makeDocument }, { statement, format, reply });
}

/** Whether a text names a form a statement can be had in as a file. */
export function isDocumentFormat(format: string): format is DocumentFormat {
  return Object.hasOwn(documentFormats, format);
}

/** Sends a statement as a file; a browser neither guesses what it is nor runs anything in it. @throws AppError conflict */
export async function sendFile(
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

/** The form an Accept header prefers, by its weights and then its order (RFC 9110, 12.5.1). @throws AppError invalid-request */
function acceptedFormat(accept = "*/*"): DocumentFormat | "json" {
  const known: readonly (readonly [string, DocumentFormat | "json"])[] = [
    ["application/json", "json"],
    ...Object.entries(documentFormats).map(([format, type]) => [type, format as DocumentFormat] as const),
  ];
  const wanted = accept
    .split(",")
    .map((range) => {
      const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
      return { type, weight: Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  for (const { type } of wanted) {
    const prefix = type.endsWith("/*") ? type.slice(0, type === "*/*" ? 0 : -1) : null;
    const found = known.find(([own]) => (prefix === null ? own === type : own.startsWith(prefix)));
    if (found !== undefined) return found[1];
  }
  const types = known.map(([type]) => type).join(", ");
  throw new AppError("invalid-request", `accept is ${JSON.stringify(accept.slice(0, 200))}, expected one of ${types}`, {
    field: "accept",
  });
}
