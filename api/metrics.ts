import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import Type from "typebox";
import { openFindings, readCompleteness } from "../aggregate/index.ts";
import { RunKind, RunState } from "../core/runs.ts";
import { instant, parseInstant } from "../core/instant.ts";
import { defineQuery } from "../core/sql.ts";
import type { Outcome } from "../ingest/index.ts";
import type { System } from "./system.ts";

const countRuns = defineQuery(
  "api/run_states",
  Type.Object({}),
  Type.Object({ kind: RunKind, state: RunState, runs: Type.String() }),
);

const countNotices = defineQuery(
  "api/budget_notice_states",
  Type.Object({}),
  Type.Object({ of: Type.String(), state: Type.String(), notices: Type.String() }),
);

const countNotifications = defineQuery(
  "api/notify/notification_states",
  Type.Object({}),
  Type.Object({ channel: Type.String(), state: Type.String(), notifications: Type.String() }),
);

/** What an operator watches. No label holds an account or a resource: their number has no bound. */
export interface Metrics {
  /** Counts what became of a batch: in = accepted + duplicate + quarantined. */
  countEvents(outcome: Outcome): void;
  /** Times every request of the application. */
  observe(app: FastifyInstance | { addHook: FastifyInstance["addHook"] }): void;
  /** The text of GET /metrics. */
  read(): Promise<{ content_type: string; text: string }>;
}

/** The metrics of one application, in a registry of its own. Each part of them is read when it is asked for. */
export function createMetrics(system: System): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const events = new Counter({
    name: "tally_events_total",
    help: "Messages taken in over HTTP, by what became of them",
    labelNames: ["outcome"],
    registers,
  });
  for (const outcome of ["accepted", "duplicate", "quarantined"]) events.inc({ outcome }, 0);
  const seconds = new Histogram({
    name: "tally_http_request_duration_seconds",
    help: "Time from the first byte of a request to the end of its answer",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers,
  });
  const runs = new Gauge({
    name: "tally_runs",
    help: "Runs by kind and state",
    labelNames: ["kind", "state"],
    registers,
    collect: async () => {
      for (const { kind, state, runs: count } of await countRuns(system.store.read, {}))
        runs.set({ kind, state }, Number(count));
    },
  });
  const lag: Gauge = new Gauge({
    name: "tally_windows_lag_seconds",
    help: "Time since the end of the last window that every zone has published; absent until something is published",
    registers,
    collect: async () => {
      const { complete_to } = (await readCompleteness(system)).completeness;
      const end = complete_to === null ? null : parseInstant(complete_to);
      if (end === null) lag.remove();
      else lag.set((system.clock.now() - end) / 1000);
    },
  });
  const readJobs = measureJobs(system, registers);
  const readRun = measureRun(system, registers);
  const readLog = measureLog(system, registers);
  const quarantined: Gauge = new Gauge({
    name: "tally_quarantine_open",
    help: "Quarantined messages that were never replayed",
    registers,
    collect: async () => quarantined.set(await system.quarantine.count()),
  });
  const findings: Gauge<"check" | "severity"> = new Gauge({
    name: "tally_findings",
    help: "Open findings of the sanity checks",
    labelNames: ["check", "severity"],
    registers,
    collect: async () => {
      findings.reset();
      const always = { account_ids: [], from: instant(0), to: instant(Date.UTC(2290, 0, 1)) };
      for (const { check, severity, count } of await openFindings(system, always))
        findings.set({ check, severity }, count);
    },
  });
  const notices: Gauge<"of" | "state"> = new Gauge({
    name: "tally_budget_notices",
    help: "Thresholds of budgets that were reached, by what they are of and how they stand",
    labelNames: ["of", "state"],
    registers,
    collect: async () => {
      notices.reset();
      for (const { of, state, notices: count } of await countNotices(system.store.read, {}))
        notices.set({ of, state }, Number(count));
    },
  });
  const notifications: Gauge<"channel" | "state"> = new Gauge({
    name: "tally_notifications",
    help: "Notifications by channel and how they stand; failed and unknown ones want somebody to look",
    labelNames: ["channel", "state"],
    registers,
    collect: async () => {
      notifications.reset();
      for (const { channel, state, notifications: count } of await countNotifications(system.store.read, {}))
        notifications.set({ channel, state }, Number(count));
    },
  });

  return {
    countEvents: ({ accepted, duplicates, rejected }) => {
      events.inc({ outcome: "accepted" }, accepted);
      events.inc({ outcome: "duplicate" }, duplicates);
      events.inc({ outcome: "quarantined" }, rejected.length);
    },
    observe: (app) => {
      app.addHook("onResponse", async (request, reply) => {
        const route = request.routeOptions.url ?? "none";
        seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
      });
    },
    read: async () => {
      // Figures that are read together are read before all: the registry asks each gauge for itself, all at once.
      await readJobs();
      await readRun();
      await readLog();
      return { content_type: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** What is scheduled: when it last went well, what is due and not done, how often it failed in this process. */
function measureJobs({ jobHealth, jobQueues }: System, registers: Registry[]): () => Promise<void> {
  const labelNames = ["job"];
  const last = new Gauge({
    name: "tally_job_last_success_timestamp_seconds",
    help: "When a scheduled run of the job was last done; absent until one is",
    labelNames,
    registers,
  });
  const failures = new Counter({
    name: "tally_job_failures_total",
    help: "Failed tries of scheduled runs since this process started",
    labelNames,
    registers,
  });
  const overdue = new Gauge({
    name: "tally_job_overdue",
    help: "1 while the job is overdue (usage.job.overdue) or keeps failing, else 0",
    labelNames,
    registers,
  });
  const due = new Gauge({
    name: "tally_job_due_ticks",
    help: "Scheduled runs that are due and not done",
    labelNames,
    registers,
  });
  const queued = new Gauge({
    name: "tally_job_queue",
    help: "Bells of the job in Redis by state; absent without TALLY_REDIS_URL, and while Redis is away",
    labelNames: ["job", "state"],
    registers,
  });
  return async () => {
    failures.reset();
    queued.reset();
    for (const { job, state, last_success, due_ticks, failures_total } of await jobHealth.read()) {
      if (last_success !== null) last.set({ job }, last_success / 1000);
      failures.inc({ job }, failures_total);
      overdue.set({ job }, state === "on-time" ? 0 : 1);
      due.set({ job }, due_ticks);
      for (const [queue_state, count] of Object.entries((await jobQueues?.counts(job)) ?? {}))
        queued.set({ job, state: queue_state }, Number(count));
    }
  };
}

/** The run that is going on; its figures are absent while there is none. */
function measureRun({ runs }: System, registers: Registry[]): () => Promise<void> {
  const gauge = (name: string, help: string): Gauge<"kind"> =>
    new Gauge({ name, help, labelNames: ["kind"], registers });
  const began = gauge("tally_run_began_timestamp_seconds", "When the run that is going on began");
  const beat = gauge("tally_run_heartbeat_timestamp_seconds", "Last sign of life of the run that is going on");
  const expires = gauge(
    "tally_run_lease_expires_timestamp_seconds",
    "When the lease of the run that is going on expires",
  );
  const progress = gauge("tally_run_progress_ratio", "How much of what the run does now is done, 0 to 1");
  return async () => {
    for (const one of [began, beat, expires, progress]) one.reset();
    const run = await runs.running();
    if (run === null) return;
    const { kind } = run;
    began.set({ kind }, run.began_ms / 1000);
    beat.set({ kind }, run.changed_ms / 1000);
    expires.set({ kind }, run.lease_expires_ms / 1000);
    if (run.progress !== null && run.progress.total > 0)
      progress.set({ kind }, Math.min(1, run.progress.done / run.progress.total));
  };
}

/** The event log on Kafka: how far the store is behind it. Absent where the log is kept in the store. */
function measureLog({ kafkaLog }: System, registers: Registry[]): () => Promise<void> {
  if (kafkaLog === null) return async () => undefined;
  const labelNames = ["partition"];
  const lag = new Gauge({
    name: "tally_log_lag_messages",
    help: "Messages of the topic that are not stored yet; absent while Kafka is away",
    labelNames,
    registers,
  });
  const lost = new Gauge({
    name: "tally_log_lost_messages",
    help: "Messages that Kafka deleted before they were stored",
    labelNames,
    registers,
  });
  const messages = new Counter({
    name: "tally_log_messages_total",
    help: "Messages of the topic this process has stored or put in quarantine",
    labelNames: ["outcome"],
    registers,
  });
  return async () => {
    for (const one of [lag, lost, messages]) one.reset();
    messages.inc({ outcome: "stored" }, kafkaLog.counts.stored);
    messages.inc({ outcome: "quarantined" }, kafkaLog.counts.refused);
    for (const { partition, ...one } of await kafkaLog.lag().catch(() => [])) {
      lag.set({ partition }, Number(one.messages));
      lost.set({ partition }, Number(one.lost));
    }
  };
}
