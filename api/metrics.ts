import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import Type from "typebox";
import { readCompleteness } from "../aggregate/index.ts";
import { RunKind, RunState } from "../core/runs.ts";
import { parseInstant } from "../core/instant.ts";
import { defineQuery } from "../core/sql.ts";
import type { Outcome } from "../ingest/index.ts";
import type { System } from "./system.ts";

const countRuns = defineQuery(
  "api/run_states",
  Type.Object({}),
  Type.Object({ kind: RunKind, state: RunState, runs: Type.String() }),
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

/** The metrics of one application, in a registry of its own. */
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
  const quarantined: Gauge = new Gauge({
    name: "tally_quarantine_open",
    help: "Quarantined messages that were never replayed",
    registers,
    collect: async () => quarantined.set(await system.quarantine.count()),
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
    read: async () => ({ content_type: registry.contentType, text: await registry.metrics() }),
  };
}
