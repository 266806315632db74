import { createReadStream } from "node:fs";
import type { FastifyReply } from "fastify";
import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { parseInstant } from "../../core/instant.ts";
import { Export as CoreExport, type ExportedFile, ExportInput as CoreInput, ExportPlace } from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { preferred } from "../http/accept.ts";
import { answer, problemAnswers } from "../openapi.ts";
import { pageOf, pageQuery, readPage } from "../paging.ts";
import { FILE_MS } from "../reports/send-report.ts";
import type { System } from "../system.ts";

const tags = ["exports"];
const Export = Type.Object(CoreExport.properties, { $id: "Export", additionalProperties: false });
const ExportInput = Type.Object(CoreInput.properties, { $id: "ExportInput", additionalProperties: false });
const ExportPage = pageOf(Export, "ExportPage");
const ExportName = Type.Object({ id: Type.String() });
const PageQuery = Type.Object(pageQuery, { additionalProperties: false });
const FileQuery = Type.Object(
  { name: Type.Optional(Type.String({ maxLength: 200, description: "one of files; the data file where left out" })) },
  { additionalProperties: false },
);
const mediaTypes = {
  csv: "text/csv; charset=utf-8",
  parquet: "application/vnd.apache.parquet",
  ndjson: "application/x-ndjson",
  json: "application/json",
};

/** How files begin, by media type. */
const files = {
  "text/csv": "posting_id,ledger_account,amount\r\n",
  "application/vnd.apache.parquet": "PAR1",
  "application/x-ndjson": '{"posting_id":"po_1","ledger_account":"unbilled","amount":"4.800000000"}\n',
  "application/json": '{"FocusVersion":"1.4"}\n',
};

/** Exports of usage, bills, the ledger, and bills as FOCUS has them: asked for, looked at, fetched. */
export function exportRoutes(app: Api, { exports }: Pick<System, "exports">): void {
  const find = async (id: string): Promise<CoreExport> => {
    const found = await exports.get(id);
    if (found === null) throw new AppError("not-found", `there is no export "${id}"`, { field: "id" });
    return found;
  };

  app.post(
    "/v1/exports",
    {
      schema: {
        operationId: "createExport",
        summary: "Write a month of usage, bills, ledger entries or FOCUS rows to a file",
        description: "It goes on by itself; ask for it by its id until it is complete, or failed with why.",
        tags,
        body: ExportInput,
        response: answer({
          status: 202,
          description: "The export on its way",
          schema: Export,
          problems: ["unreadable-body", "unsupported-media-type"],
        }),
      },
    },
    async (request, reply) => {
      const { export: started } = await exports.begin(request.body, authorOf(request));
      const { id } = started;
      void reply.code(202).header("location", `/v1/operations/${id}`).header("content-location", `/v1/exports/${id}`);
      return reply.send(started);
    },
  );

  app.get(
    "/v1/exports",
    {
      schema: {
        operationId: "listExports",
        summary: "Exports, those asked for last first",
        tags,
        querystring: PageQuery,
        response: answer({
          status: 200,
          description: "A page of them",
          schema: ExportPage,
        }),
      },
    },
    async ({ query: { cursor, limit } }) =>
      readPage({
        question: { list: "exports" },
        cursor,
        limit,
        place: ExportPlace,
        read: (before, most) => exports.list({ before, limit: most }),
        placeOf: ({ asked_at, id }) => ({ asked_ms: String(parseInstant(asked_at) ?? 0), id }),
      }),
  );

  app.get(
    "/v1/exports/:id",
    {
      schema: {
        operationId: "getExport",
        summary: "An export as it stands",
        tags,
        params: ExportName,
        response: answer({ status: 200, description: "The export", schema: Export, problems: ["not-found"] }),
      },
    },
    async ({ params }) => find(params.id),
  );

  app.delete(
    "/v1/exports/:id",
    {
      schema: {
        operationId: "removeExport",
        summary: "Remove the files of an export; what it was stays told",
        tags,
        params: ExportName,
        response: answer({
          status: 200,
          description: "The export, without its files; of one that is removed already as it is",
          schema: Export,
          problems: ["not-found", "conflict"],
        }),
      },
    },
    async ({ params, caller }) => exports.remove(params.id, authorOf({ caller })),
  );

  app.get(
    "/v1/exports/:id/file",
    {
      handlerTimeout: FILE_MS,
      schema: {
        operationId: "getExportFile",
        summary: "A file of a complete export",
        tags,
        params: ExportName,
        querystring: FileQuery,
        response: {
          200: {
            description: "The file as it was written; its SHA-256 is the ETag",
            content: Object.fromEntries(
              Object.entries(files).map(([type, example]) => [type, { schema: { type: "string" }, example }]),
            ),
          },
          ...problemAnswers([
            "unauthorized",
            "forbidden",
            "invalid-request",
            "internal",
            "store-unavailable",
            "disk-full",
            "not-found",
            "conflict",
          ]),
        },
      },
    },
    async ({ params, query }, reply) => {
      return sendFile(reply, await exports.file(params.id, query.name));
    },
  );
}

/** As it lies on the disk, piece by piece, in the one form it has. @throws AppError not-acceptable */
function sendFile(reply: FastifyReply, { file, path }: { file: ExportedFile; path: string }): FastifyReply {
  const ending = file.name.split(".").at(-1) as keyof typeof mediaTypes;
  const [type = ""] = mediaTypes[ending].split(";");
  return reply
    .header("content-type", preferred(reply.request.headers.accept, [[type, mediaTypes[ending]]]))
    .header("content-length", file.bytes)
    .header("etag", `"${file.sha256}"`)
    .header("content-disposition", `attachment; filename="${file.name}"`)
    .send(createReadStream(path));
}
