import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Registry } from "prom-client";
import type { Outcome } from "../../ingest/index.ts";
import type { System } from "../system.ts";
import { createMetricMaker, type MetricKind } from "./measure.ts";
import { measureJobs } from "./measure-jobs.ts";
import { measureLog, measureQuarantine } from "./measure-road.ts";
import { measureRun, measureRuns } from "./measure-runs.ts";
import { measureDisk, measureLanes, measureStore } from "./measure-store.ts";
import { measureTelling } from "./measure-telling.ts";

/** What an operator watches. */
export interface Metrics {
  /** Counts what became of a batch: in = accepted + duplicate + quarantined. */
  countEvents(outcome: Outcome): void;
  /** Counts a batch that could not be taken in, whose sender was told to send it again. */
  countFailed(messages: number): void;
  /** Times every request of the application. */
  observe(app: FastifyInstance | { addHook: FastifyInstance["addHook"] }): void;
  /** The text of GET /metrics. */
  read(): Promise<{ content_type: string; text: string }>;
  /** What there is, whether or not it has figures now. */
  readonly kinds: readonly MetricKind[];
}

/** The metrics of one application, in a registry of its own. Each part of them is read when it is asked for. */
export function createMetrics(system: System): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const make = createMetricMaker(registry);
  const events = make.counter("tally_events_total", "Messages taken in over HTTP, by what became of them", ["outcome"]);
  for (const outcome of ["accepted", "duplicate", "quarantined"]) events.inc({ outcome }, 0);
  const failed = make.counter(
    "tally_events_failed_total",
    "Messages over HTTP that could not be taken in; their senders were told to send them again",
  );
  const seconds = make.histogram(
    "tally_http_request_duration_seconds",
    "Time from the first byte of a request to the end of its answer",
    { labels: ["method", "route", "status"], buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60] },
  );
  const inFlight = make.gauge("tally_http_requests_in_flight", "Requests that are being answered");
  const unread = make.gauge("tally_measure_failed", "1 for each part of these figures that could not be read", [
    "part",
  ]);
  const measures = [measureLanes, measureDisk, measureLog, measureStore, measureRuns, measureRun, measureQuarantine]
    .concat([measureJobs, measureTelling])
    .map((measure) => measure(make, system));

  return {
    kinds: make.kinds,
    countEvents: ({ accepted, duplicates, rejected }) => {
      events.inc({ outcome: "accepted" }, accepted);
      events.inc({ outcome: "duplicate" }, duplicates);
      events.inc({ outcome: "quarantined" }, rejected.length);
    },
    countFailed: (messages) => failed.inc(messages),
    observe: (app) => {
      app.addHook("onRequest", async () => inFlight.inc());
      app.addHook("onResponse", async (request, reply) => {
        inFlight.dec();
        const route = request.routeOptions.url ?? "none";
        seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
      });
    },
    read: async () => {
      unread.reset();
      // One after the other: a scrape must not queue up before what people ask.
      for (const { part, read, clear } of measures) {
        try {
          await read();
        } catch (err) {
          clear();
          unread.set({ part }, 1);
          system.log.warn({ err, part }, "figures could not be read");
        }
      }
      return { content_type: registry.contentType, text: await registry.metrics() };
    },
  };
}
