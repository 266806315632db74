import type { Api } from "../api.ts";
import type { Metrics } from "../observe/metrics.ts";
import { problemAnswers } from "../openapi.ts";

/** Figures for a scraper. */
export function metricsRoutes(app: Api, metrics: Metrics): void {
  app.get(
    "/metrics",
    {
      schema: {
        operationId: "getMetrics",
        summary: "Figures in the Prometheus text format",
        tags: ["operation"],
        response: {
          200: {
            description: "The figures of this process",
            content: {
              "text/plain": { schema: { type: "string" }, example: 'tally_events_total{outcome="accepted"} 1000\n' },
            },
          },
          ...problemAnswers(["unauthorized", "forbidden", "internal", "store-unavailable"]),
        },
      },
    },
    async (_request, reply) => {
      const { content_type, text } = await metrics.read();
      return reply.type(content_type).send(text);
    },
  );
}
