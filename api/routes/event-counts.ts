import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { formatMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import { readRange } from "../paging.ts";
import type { System } from "../system.ts";

const countEvents = defineQuery(
  "api/event_counts",
  Type.Object({ from_ms: Type.String(), to_ms: Type.String(), step_s: Type.Integer() }),
  Type.Object({ at_ms: Type.String(), events: Type.String(), latest_ms: Type.String() }),
);

/** Seconds of each step that can be asked for. */
const steps = { minute: 60, hour: 3600, day: 86_400 } as const;
/** Steps of one answer at most. */
const STEPS_MAX = 10_000;

const Query = Type.Object(
  {
    from: Type.String({ maxLength: 64 }),
    to: Type.String({ maxLength: 64 }),
    step: Type.Optional(
      Type.Union([Type.Literal("minute"), Type.Literal("hour"), Type.Literal("day")], {
        description: "of UTC; hour unless said otherwise",
      }),
    ),
  },
  { additionalProperties: false },
);
const EventCount = Type.Object(
  {
    at: Type.String({ description: "where the step begins" }),
    events: Type.String(),
    latest_at: Type.String({ description: "when the youngest of them happened" }),
  },
  { $id: "EventCount", additionalProperties: false },
);
const EventCounts = Type.Object(
  { data: Type.Array(EventCount) },
  { $id: "EventCountList", additionalProperties: false },
);

/** How events come in. */
export function eventCountRoutes(app: Api, { store }: Pick<System, "store">): void {
  app.get(
    "/v1/event-counts",
    {
      schema: {
        operationId: "countEvents",
        summary: "How many events were recorded in each minute, hour or day of [from, to)",
        tags: ["events"],
        querystring: Query,
        response: answer({
          status: 200,
          description: "The steps in which any came in, in their order; what is archived is no longer counted",
          schema: EventCounts,
        }),
      },
    },
    async ({ query }) => {
      const { from, to } = readRange(query);
      const step_s = steps[query.step ?? "hour"];
      if ((to - from) / (step_s * 1000) > STEPS_MAX) {
        throw new AppError("invalid-request", `to is ${query.to}, expected at most ${STEPS_MAX} steps after from`, {
          field: "to",
        });
      }
      const rows = await countEvents(store.read, { from_ms: `${from}`, to_ms: `${to}`, step_s });
      return {
        data: rows.map(({ at_ms, events, latest_ms }) => ({
          at: formatMs(at_ms),
          events,
          latest_at: formatMs(latest_ms),
        })),
      };
    },
  );
}
