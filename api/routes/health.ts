import Type from "typebox";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import { Readiness, readReadiness } from "../readiness.ts";
import type { Standing } from "../standing.ts";
import type { System } from "../system.ts";

const Health = Type.Object({ status: Type.Literal("alive") }, { $id: "Health", additionalProperties: false });

const exampleJob = {
  job: "aggregate",
  state: "on-time",
  last_tick_at: "2026-10-02T00:15:00.000Z",
  last_success_at: "2026-10-02T00:15:02.000Z",
  due_ticks: 0,
  oldest_due_at: null,
  failures_in_row: 0,
};

/** Whether the process lives, and whether it can work. Both ask for no token. */
export function healthRoutes(app: Api, { system, standing }: { system: System; standing: Standing }): void {
  const schema = { tags: ["operation"], security: [] };

  app.get(
    "/healthz",
    {
      schema: {
        ...schema,
        operationId: "getHealth",
        summary: "Whether the process lives",
        response: answer({ status: 200, description: "It does", schema: Health }),
      },
    },
    async () => ({ status: "alive" as const }),
  );

  app.get(
    "/readyz",
    {
      schema: {
        ...schema,
        operationId: "getReadiness",
        summary:
          "Whether this process can do what it is for: store, Kafka and Redis are asked; and whether scheduled runs are done",
        response: {
          ...answer({
            status: 200,
            description: "It can",
            schema: Readiness,
            example: { ready: true, checks: { store: "answers", jobs: "on-time" }, jobs: [exampleJob] },
          }),
          503: {
            description: "It cannot",
            content: {
              "application/json": {
                schema: Readiness,
                example: { ready: false, checks: { store: "silent", jobs: "unknown" }, jobs: [] },
              },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const readiness = await readReadiness(system, standing, (error) =>
        request.log.error({ err: error }, "store failed"),
      );
      if (!readiness.ready) void reply.code(503);
      return reply.send(readiness);
    },
  );
}
