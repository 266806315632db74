import Type, { type Static } from "typebox";
import type { Role } from "../core/config.ts";
import { formatInstant, type InstantMs } from "../core/instant.ts";
import { defineQuery } from "../core/sql.ts";
import type { JobState } from "./job-health.ts";
import type { Standing } from "./standing.ts";
import type { System } from "./system.ts";

const askStore = defineQuery("api/answers", Type.Object({}), Type.Object({ answer: Type.Integer() }));

const Moment = Type.Union([Type.String(), Type.Null()]);
/** How a scheduled job stands. */
export const ScheduledJob = Type.Object(
  {
    job: Type.String(),
    state: Type.Union([Type.Literal("on-time"), Type.Literal("overdue"), Type.Literal("failing")]),
    last_tick_at: Moment,
    last_success_at: Moment,
    due_ticks: Type.Integer({ description: "Scheduled runs that are due and not done" }),
    oldest_due_at: Moment,
    failures_in_row: Type.Integer({ description: "Since it was last done, in whichever process" }),
  },
  { $id: "ScheduledJob", additionalProperties: false },
);
const Answers = Type.Union([Type.Literal("answers"), Type.Literal("silent")]);
const Checks = Type.Object({
  store: Type.Union([Type.Literal("answers"), Type.Literal("silent"), Type.Literal("failed")]),
  log: Type.Optional({ ...Answers, description: "Kafka, where the event log is on it" }),
  redis: Type.Optional({ ...Answers, description: "Redis, where there is one" }),
  ingest: Type.Optional(
    Type.Union([Type.Literal("goes-on"), Type.Literal("ended")], {
      description: "Whether this process stores what the topic holds; there where that is its role",
    }),
  ),
  jobs: Type.Union([
    Type.Literal("on-time"),
    Type.Literal("overdue"),
    Type.Literal("failing"),
    Type.Literal("unknown"),
  ]),
});

export type ScheduledJob = Static<typeof ScheduledJob>;

/** What /readyz answers. */
export const Readiness = Type.Object(
  {
    ready: Type.Boolean({
      description:
        "This process can do what its roles are for, and is not stopping; jobs that are behind do not change that",
    }),
    stopping: Type.Optional(Type.Boolean({ description: "There while the process comes to its end" })),
    checks: Checks,
    jobs: Type.Array(ScheduledJob),
    broken_parts: Type.Optional(
      Type.Integer({ description: "Parts of tables the store could not read when it began: rows may be missing" }),
    ),
    log: Type.Optional(
      Type.Array(
        Type.Object({
          partition: Type.Integer(),
          lag: Type.String({ description: "Messages of the topic that are not stored yet" }),
          lost: Type.String({ description: "Messages Kafka deleted before they were stored" }),
        }),
        { description: "The event log on Kafka; absent where it is kept in the store or does not answer" },
      ),
    ),
  },
  { $id: "Readiness", additionalProperties: false },
);
export type Readiness = Static<typeof Readiness>;

/** A store that takes longer to say 1 is of no use to a request. */
const patienceMs = 3000;

/**
 * Whether a process can do what it is for: all need the store; who takes events in or stores them needs Kafka; who aggregates or
 * rates needs Redis. An api process does without Redis: it answers, and refuses changes alone, so nobody should turn away from it.
 */
export async function readReadiness(
  system: System,
  standing: Standing,
  report: (error: unknown) => void,
): Promise<Readiness> {
  const { kafkaLog, askRedis } = system;
  const [store, redis] = await Promise.all([checkStore(system, report), askRedis?.() ?? null]);
  const lags = store !== "answers" || kafkaLog === null ? null : await kafkaLog.lag().catch(() => null);
  const log = kafkaLog === null ? null : lags !== null;
  const jobs = store === "answers" ? (await system.jobHealth.read()).map(toJob) : [];
  const plays = (...some: Role[]): boolean => some.some((role) => standing.roles.includes(role));
  const ready =
    !standing.stopping &&
    store === "answers" &&
    !(log === false && plays("api", "ingest", "core")) &&
    !(redis === false && plays("aggregate", "rating") && !plays("api")) &&
    standing.ingests !== false;
  return {
    ready,
    ...(standing.stopping ? { stopping: true } : {}),
    checks: {
      store,
      ...(log === null || store !== "answers" ? {} : { log: log ? "answers" : "silent" }),
      ...(redis === null ? {} : { redis: redis ? "answers" : "silent" }),
      ...(standing.ingests === null ? {} : { ingest: standing.ingests ? "goes-on" : "ended" }),
      jobs: store === "answers" ? worstOf(jobs) : "unknown",
    },
    jobs,
    ...(system.broken_parts === 0 ? {} : { broken_parts: system.broken_parts }),
    ...(lags === null
      ? {}
      : { log: lags.map(({ partition, messages, lost }) => ({ partition, lag: `${messages}`, lost: `${lost}` })) }),
  };
}

function worstOf(jobs: readonly { state: JobState["state"] }[]): JobState["state"] {
  const states = jobs.map(({ state }) => state);
  return (["failing", "overdue"] as const).find((bad) => states.includes(bad)) ?? "on-time";
}

function toJob({ job, state, due_ticks, failures_in_row, ...times }: JobState): Static<typeof ScheduledJob> {
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
