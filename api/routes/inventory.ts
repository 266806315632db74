import Type, { type Static } from "typebox";
import {
  acceptProposals,
  InventoryItem,
  InventoryReport,
  listProposals,
  readInventory,
  rejectProposals,
} from "../../aggregate/index.ts";
import { AppError } from "../../core/errors.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { requireSource } from "../access/sources.ts";
import { answer } from "../openapi.ts";
import { pageQuery, readInstant, readPage } from "../paging.ts";
import type { System } from "../system.ts";

/** 100,000 resources with long names and tags. */
const bytesMax = 128 * 1024 * 1024;
const resourcesMax = 100_000;
const pageDefault = 500;

const head = {
  source: Type.String({ minLength: 1, maxLength: 256, description: "The source of events whose things these are" }),
  at: Type.String({ maxLength: 64, description: "When this was so" }),
  account_id: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: "The list is of this account alone" }),
  ),
  complete_for: Type.Array(Type.Union([Type.String({ maxLength: 64 }), Type.Integer()]), {
    maxItems: 64,
    description: "Kinds or usage types of which nothing exists but what is listed",
  }),
};
const InventoryRequest = Type.Object(
  { ...head, resources: Type.Array(InventoryItem, { maxItems: resourcesMax }) },
  { $id: "InventoryRequest", additionalProperties: false },
);
const Chosen = { proposals: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { maxItems: resourcesMax })) };
const Acceptance = Type.Object(Chosen, { $id: "InventoryAcceptance", additionalProperties: false });
const Rejection = Type.Object(
  { ...Chosen, reason: Type.String({ minLength: 1, maxLength: 1024 }) },
  { $id: "InventoryRejection", additionalProperties: false },
);
const InventoryName = Type.Object({ id: Type.String() });
const PageQuery = Type.Object(pageQuery, { additionalProperties: false });
const Place = Type.Object({ after_n: Type.Integer() });

const tags = ["operation"];

/** What exists, set against what is metered: report before, act after. */
export function inventoryRoutes(app: Api, system: System): void {
  app.addContentTypeParser(
    "application/x-ndjson",
    { parseAs: "string", bodyLimit: bytesMax },
    async (_request: unknown, text: string | Buffer) => readLines(text.toString()),
  );
  const reportOf = async (id: string, page: Static<typeof PageQuery> = {}): Promise<InventoryReport> => ({
    ...(await readInventory(system, id)),
    ...(await readPage({
      question: { list: "inventory", id },
      cursor: page.cursor,
      limit: page.limit ?? pageDefault,
      place: Place,
      read: (after, limit) => listProposals(system, id, { after_n: after?.after_n ?? -1, limit }),
      placeOf: ({ n }) => ({ after_n: n }),
    })),
  });
  const known = async (id: string): Promise<void> => void (await readInventory(system, id));

  app.post(
    "/v1/inventory",
    {
      bodyLimit: bytesMax,
      schema: {
        operationId: "takeInventory",
        summary: "Say what exists, and hear what would have to be corrected; nothing is, before it is accepted",
        description:
          "As JSON, or as NDJSON: a first line with everything but the resources, then one resource a line. Up to 100,000 of them.",
        tags,
        body: {
          content: {
            "application/json": { schema: InventoryRequest },
            "application/x-ndjson": { schema: InventoryRequest },
          },
        },
        response: answer({
          status: 201,
          description: "The report, with the first of its proposals",
          schema: InventoryReport,
          problems: [
            "archived",
            "run-in-progress",
            "lease-lost",
            "unreadable-body",
            "body-too-large",
            "unsupported-media-type",
          ],
        }),
      },
    },
    async ({ body, caller }, reply) => {
      const { source, at, account_id = "", complete_for, resources } = body as Static<typeof InventoryRequest>;
      requireSource(caller, source);
      const asked = { source, at: readInstant("at", at), account_id, complete_for, resources };
      const id = await system.takeInventory(asked, authorOf({ caller }));
      return reply
        .code(201)
        .header("location", `/v1/inventory/${id}`)
        .send(await reportOf(id));
    },
  );

  app.get(
    "/v1/inventory/:id",
    {
      schema: {
        operationId: "getInventory",
        summary: "The report of an inventory",
        tags,
        params: InventoryName,
        querystring: PageQuery,
        response: answer({
          status: 200,
          description: "Counts, and a page of its proposals as they stand",
          schema: InventoryReport,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params: { id }, query }) => reportOf(id, query),
  );

  app.post(
    "/v1/inventory/:id/accept",
    {
      schema: {
        operationId: "acceptInventory",
        summary: "Send the proposed events in, all or those named; twice changes nothing",
        tags,
        params: InventoryName,
        body: Acceptance,
        response: answer({
          status: 200,
          description: "The report as it stands",
          schema: InventoryReport,
          problems: ["not-found", "unreadable-body", "unsupported-media-type"],
        }),
      },
    },
    async ({ params: { id }, body: { proposals = [] }, caller }) => {
      await known(id);
      await acceptProposals(system, id, { chosen: proposals, by: authorOf({ caller }) });
      return reportOf(id);
    },
  );

  app.post(
    "/v1/inventory/:id/reject",
    {
      schema: {
        operationId: "rejectInventory",
        summary: "Let the differences be, all or those named",
        tags,
        params: InventoryName,
        body: Rejection,
        response: answer({
          status: 200,
          description: "The report as it stands",
          schema: InventoryReport,
          problems: ["not-found", "unreadable-body", "unsupported-media-type"],
        }),
      },
    },
    async ({ params: { id }, body: { proposals = [], reason }, caller }) => {
      await known(id);
      await rejectProposals(system, id, { chosen: proposals, by: authorOf({ caller }), reason });
      return reportOf(id);
    },
  );
}

/** A first line with the head of the list, then a resource a line. */
function readLines(text: string): unknown {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const [first, ...resources] = lines.map((line, index): unknown => {
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw new AppError("unreadable-body", `line ${index + 1} is not JSON`, { field: "body", cause });
    }
  });
  return { ...(first as object | undefined), resources };
}
