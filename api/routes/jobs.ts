import Type from "typebox";
import { formatInstant, type InstantMs } from "../../core/instant.ts";
import type { Api } from "../api.ts";
import type { JobFailure } from "../job-health.ts";
import { answer } from "../openapi.ts";
import { ScheduledJob } from "../readiness.ts";
import type { System } from "../system.ts";

const Failure = Type.Object(
  {
    tick_at: Type.Union([Type.String(), Type.Null()], { description: "Which run failed; null = it came to none" }),
    failed_at: Type.String(),
    holder: Type.String({ description: "Host and process" }),
    error: Type.String(),
  },
  { $id: "JobFailure", additionalProperties: false },
);
const Queue = Type.Object(
  { waiting: Type.Integer(), active: Type.Integer(), delayed: Type.Integer(), failed: Type.Integer() },
  { $id: "JobQueue", additionalProperties: false },
);
const JobList = Type.Object(
  {
    data: Type.Array(
      Type.Object(
        {
          ...ScheduledJob.properties,
          queue: Type.Union([Queue, Type.Null()], {
            description: "Bells in Redis; null without TALLY_REDIS_URL, and while Redis is away",
          }),
          failures: Type.Array(Failure, { description: "The latest ones, latest first" }),
        },
        { $id: "JobReport", additionalProperties: false },
      ),
    ),
  },
  { $id: "JobList", additionalProperties: false },
);

const FAILURES_SHOWN = 20;

const example = {
  data: [
    {
      job: "aggregate",
      state: "on-time",
      last_tick_at: "2026-10-02T00:15:00.000Z",
      last_success_at: "2026-10-02T00:15:09.000Z",
      due_ticks: 0,
      oldest_due_at: null,
      failures_in_row: 0,
      queue: { waiting: 0, active: 0, delayed: 1, failed: 0 },
      failures: [
        {
          tick_at: "2026-10-02T00:15:00.000Z",
          failed_at: "2026-10-02T00:15:01.000Z",
          holder: "meter-1/4711",
          error: "the store does not answer",
        },
      ],
    },
  ],
};

/** What runs on a schedule: how each job stands, and why it failed where it did. */
export function jobRoutes(app: Api, { jobHealth, jobQueues }: System): void {
  app.get(
    "/v1/jobs",
    {
      schema: {
        operationId: "listJobs",
        summary: "Scheduled jobs: what is due, what waits, and what failed with its error",
        tags: ["operation"],
        response: answer({ status: 200, description: "All of them", schema: JobList, example }),
      },
    },
    async () => {
      const data = [];
      for (const { job, state, due_ticks, failures_in_row, ...times } of await jobHealth.read())
        data.push({
          job,
          state,
          last_tick_at: text(times.last_tick),
          last_success_at: text(times.last_success),
          due_ticks,
          oldest_due_at: text(times.oldest_due),
          failures_in_row,
          queue: (await jobQueues?.counts(job)) ?? null,
          failures: (await jobHealth.failures(job, FAILURES_SHOWN)).map(toFailure),
        });
      return { data };
    },
  );
}

function toFailure({ tick, failed, holder, error }: JobFailure) {
  return { tick_at: text(tick), failed_at: formatInstant(failed), holder, error };
}

function text(at: InstantMs | null): string | null {
  return at === null ? null : formatInstant(at);
}
