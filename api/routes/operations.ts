import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { parseInstant } from "../../core/instant.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import { Operation, OperationPlace } from "../operations/operation.ts";
import { pageOf, pageQuery, readPage } from "../paging.ts";
import type { System } from "../system.ts";

const tags = ["operation"];
const Query = Type.Object(
  { state: Type.Optional(Operation.properties.state), ...pageQuery },
  { additionalProperties: false },
);
const Name = Type.Object({ id: Type.String() });

/** What goes on, and what became of it. Closing the application waits for what this process follows. */
export function operationRoutes(app: Api, { operations }: Pick<System, "operations">): void {
  app.addHook("onClose", () => operations.settled());

  app.get(
    "/v1/operations",
    {
      schema: {
        operationId: "listOperations",
        summary: "Runs, exports and other long work, those begun last first",
        tags,
        querystring: Query,
        response: answer({
          status: 200,
          description: "A page of them",
          schema: pageOf(Operation, "OperationPage"),
        }),
      },
    },
    async ({ query: { cursor, limit, state = "" } }) =>
      readPage({
        question: { list: "operations", state },
        cursor,
        limit,
        place: OperationPlace,
        read: (before, most) => operations.list({ before, state, limit: most }),
        placeOf: ({ began_at, id }) => ({ began_ms: String(parseInstant(began_at) ?? 0), id }),
      }),
  );

  app.get(
    "/v1/operations/:id",
    {
      schema: {
        operationId: "getOperation",
        summary: "How far long work is, and what it came to",
        tags,
        params: Name,
        response: answer({
          status: 200,
          description: "The operation; of a run or an export, its id is theirs",
          schema: Operation,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params: { id } }, reply) => {
      const found = await operations.get(id);
      if (found === null) throw new AppError("not-found", `there is no operation "${id}"`, { field: "id" });
      if (found.state === "running") void reply.header("retry-after", "1");
      return found;
    },
  );
}
