import Type from "typebox";
import { instant, parseInstant } from "../../core/instant.ts";
import { AuditChange, AuditLine } from "../access/audit.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import { pageOf, pageQuery, readInstant, readPage } from "../paging.ts";
import type { System } from "../system.ts";

const Line = Type.Object(
  { ...AuditLine.properties, changes: Type.Array(AuditChange) },
  { $id: "AuditLine", additionalProperties: false },
);
const Text = Type.Optional(Type.String({ minLength: 1, maxLength: 256 }));
const Query = Type.Object(
  {
    from: Type.Optional(Type.String({ description: "answered from then on" })),
    to: Type.Optional(Type.String({ description: "answered before then" })),
    caller_id: Text,
    operation: Text,
    refused: Type.Optional(
      Type.Boolean({ description: "Those that were refused alone: who is not known, or may not" }),
    ),
    ...pageQuery,
  },
  { additionalProperties: false },
);
const Place = Type.Object({ ended_ms: Type.Integer(), request_id: Type.String() });
/** Above every line: the year 2286, Unix ms UTC. */
const END = instant(9_999_999_999_000);

/** Who changed what, from where, and who was refused. */
export function auditRoutes(app: Api, { audit }: Pick<System, "audit">): void {
  app.get(
    "/v1/audit",
    {
      schema: {
        operationId: "listAudit",
        summary: "Every change, sign-in and refusal, the latest first, with what was there before and after",
        tags: ["operation"],
        querystring: Query,
        response: answer({
          status: 200,
          description: "A page of lines",
          schema: pageOf(Line, "AuditPage"),
        }),
      },
    },
    async ({ query: { from, to, caller_id = "", operation = "", refused = false, cursor, limit } }) => {
      const filter = {
        from: from === undefined ? instant(0) : readInstant("from", from),
        to: to === undefined ? END : readInstant("to", to),
        caller_id,
        operation,
        refused,
      };
      return readPage({
        question: { list: "audit", from: from ?? "", to: to ?? "", caller_id, operation, refused },
        cursor,
        limit,
        place: Place,
        read: (before, most) => audit.list({ filter, before, limit: most }),
        placeOf: ({ at, request_id }) => ({ ended_ms: parseInstant(at) ?? 0, request_id }),
      });
    },
  );
}
