import Type from "typebox";
import { defineQuery } from "../../core/sql.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";

const askStore = defineQuery("api/answers", Type.Object({}), Type.Object({ answer: Type.Integer() }));

const Health = Type.Object({ status: Type.Literal("alive") }, { $id: "Health", additionalProperties: false });
const Readiness = Type.Object(
  {
    ready: Type.Boolean(),
    checks: Type.Object({
      store: Type.Union([Type.Literal("answers"), Type.Literal("silent"), Type.Literal("failed")]),
    }),
  },
  { $id: "Readiness", additionalProperties: false },
);

/** A store that takes longer to say 1 is of no use to a request. */
const patienceMs = 3000;

/** Whether the process lives, and whether it can work. Both ask for no token. */
export function healthRoutes(app: Api, system: System): void {
  const schema = { tags: ["operation"], security: [] };

  app.get(
    "/healthz",
    {
      schema: {
        ...schema,
        operationId: "getHealth",
        summary: "Whether the process lives",
        response: answer({ status: 200, description: "It does", schema: Health, example: { status: "alive" } }),
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
        summary: "Whether requests can be answered: the store is asked",
        response: {
          ...answer({
            status: 200,
            description: "They can",
            schema: Readiness,
            example: { ready: true, checks: { store: "answers" } },
          }),
          503: {
            description: "They cannot",
            content: {
              "application/json": { schema: Readiness, example: { ready: false, checks: { store: "silent" } } },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const store = await checkStore(system, (error) => request.log.error({ err: error }, "store failed"));
      const ready = store === "answers";
      if (!ready) void reply.code(503);
      return reply.send({ ready, checks: { store } });
    },
  );
}

async function checkStore(
  { store, clock }: System,
  report: (error: unknown) => void,
): Promise<"answers" | "silent" | "failed"> {
  const given = new AbortController();
  const answered = askStore(store.read, {}).then(
    () => "answers" as const,
    (error: unknown) => {
      report(error);
      return "failed" as const;
    },
  );
  const patience = clock.sleep(patienceMs, given.signal).then(
    () => "silent" as const,
    () => "silent" as const,
  );
  const state = await Promise.race([answered, patience]);
  given.abort();
  return state;
}
