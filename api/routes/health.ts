import Type from "typebox";
import { formatInstant, type InstantMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Api } from "../api.ts";
import type { JobState } from "../job-health.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";

const askStore = defineQuery("api/answers", Type.Object({}), Type.Object({ answer: Type.Integer() }));

const Health = Type.Object({ status: Type.Literal("alive") }, { $id: "Health", additionalProperties: false });
const Moment = Type.Union([Type.String(), Type.Null()]);
const Job = Type.Object(
  {
    job: Type.String(),
    state: Type.Union([Type.Literal("on-time"), Type.Literal("overdue"), Type.Literal("failing")]),
    last_tick_at: Moment,
    last_success_at: Moment,
    due_ticks: Type.Integer({ description: "Scheduled runs that are due and not done" }),
    oldest_due_at: Moment,
    failures_in_row: Type.Integer({ description: "In this process" }),
  },
  { $id: "ScheduledJob", additionalProperties: false },
);
const Readiness = Type.Object(
  {
    ready: Type.Boolean({ description: "Requests can be answered; jobs that are behind do not change that" }),
    checks: Type.Object({
      store: Type.Union([Type.Literal("answers"), Type.Literal("silent"), Type.Literal("failed")]),
      jobs: Type.Union([
        Type.Literal("on-time"),
        Type.Literal("overdue"),
        Type.Literal("failing"),
        Type.Literal("unknown"),
      ]),
    }),
    jobs: Type.Array(Job),
  },
  { $id: "Readiness", additionalProperties: false },
);

/** A store that takes longer to say 1 is of no use to a request. */
const patienceMs = 3000;

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
        summary: "Whether requests can be answered, and whether scheduled runs are done: the store is asked",
        response: {
          ...answer({
            status: 200,
            description: "They can",
            schema: Readiness,
            example: { ready: true, checks: { store: "answers", jobs: "on-time" }, jobs: [exampleJob] },
          }),
          503: {
            description: "They cannot",
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
      const store = await checkStore(system, (error) => request.log.error({ err: error }, "store failed"));
      const ready = store === "answers";
      if (!ready) void reply.code(503);
      const jobs = ready ? (await system.jobHealth.read()).map(toJob) : [];
      return reply.send({ ready, checks: { store, jobs: ready ? worstOf(jobs) : "unknown" }, jobs });
    },
  );
}

function worstOf(jobs: readonly { state: JobState["state"] }[]): JobState["state"] {
  const states = jobs.map(({ state }) => state);
  return (["failing", "overdue"] as const).find((bad) => states.includes(bad)) ?? "on-time";
}

function toJob({ job, state, due_ticks, failures_in_row, ...times }: JobState) {
  const text = (at: InstantMs | null): string | null => (at === null ? null : formatInstant(at));
  return {
    job,
    state,
    last_tick_at: text(times.last_tick),
    last_success_at: text(times.last_success),
    due_ticks,
    oldest_due_at: text(times.oldest_due),
    failures_in_row,
  };
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
