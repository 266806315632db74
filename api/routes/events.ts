import Type, { type Static } from "typebox";
import { TouchedWindow, touchedWindows } from "../../aggregate/index.ts";
import { CloudEvent } from "../../core/events.ts";
import { AppError } from "../../core/errors.ts";
import { checkEvents, findEvent, KeptEvent, type Message, readBody, readLines } from "../../ingest/index.ts";
import { isWithinScope, scopeOf } from "../access/scope.ts";
import { requireSources } from "../access/sources.ts";
import type { Api } from "../api.ts";
import { event as exampleEvent } from "../examples/by-hand.ts";
import type { Metrics } from "../observe/metrics.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";

/** A batch may be so large: about 30,000 events. */
export const eventBytesMax = 16 * 1024 * 1024;

/** What became of a batch; every message is in exactly one of the three. */
export const IngestOutcome = Type.Object(
  {
    accepted: Type.Integer(),
    duplicates: Type.Integer({
      description: "Those known when answered; a repeat that is found later is dropped by the run",
    }),
    rejected: Type.Array(
      Type.Object({
        index: Type.Integer(),
        id: Type.Union([Type.String(), Type.Null()]),
        field: Type.String(),
        reason: Type.String(),
      }),
    ),
  },
  { $id: "IngestOutcome" },
);
export type IngestOutcome = Static<typeof IngestOutcome>;

const Refusals = IngestOutcome.properties.rejected;

/** What would become of a batch, and what it would change; every message is in exactly one of the four. */
export const EventCheck = Type.Object(
  {
    new: Type.Integer({ description: "Would be taken in" }),
    duplicates: Type.Integer({ description: "Are there, or come again in this batch" }),
    conflicting: { ...Refusals, description: "Their source and id are those of an event with other content" },
    rejected: { ...Refusals, description: "Would be refused, and put in quarantine" },
    windows: Type.Array(TouchedWindow, {
      description:
        "Published windows in which the new ones happen: the next run computes them anew, and later ones as far as what was opened stays open",
    }),
  },
  { $id: "EventCheck" },
);
export type EventCheck = Static<typeof EventCheck>;

const EventName = Type.Object({ source: Type.String({ minLength: 1 }), id: Type.String({ minLength: 1 }) });
const EventList = Type.Object({ data: Type.Array(KeptEvent) }, { $id: "KeptEventList" });

const bodies = {
  "application/cloudevents+json": { schema: CloudEvent, example: exampleEvent },
  "application/cloudevents-batch+json": { schema: Type.Array(CloudEvent), example: [exampleEvent] },
  "application/json": { schema: Type.Union([CloudEvent, Type.Array(CloudEvent)]), example: exampleEvent },
  "application/x-ndjson": {
    schema: Type.String({ description: "One event a line" }),
    example: `${JSON.stringify(exampleEvent)}\n`,
  },
};

/** The way in for events, and what became of one. */
export function eventRoutes(app: Api, { system, metrics }: { system: System; metrics: Metrics }): void {
  app.removeAllContentTypeParsers();
  for (const type of Object.keys(bodies)) {
    const read = type === "application/x-ndjson" ? readLines : readJson;
    app.addContentTypeParser(
      type,
      { parseAs: "string", bodyLimit: eventBytesMax },
      async (_request: unknown, text: string | Buffer) => read(text.toString()),
    );
  }

  async function check(body: unknown): Promise<EventCheck> {
    const { fresh, duplicates, conflicting, refused } = await checkEvents(system, messagesOf(body));
    const default_zone = await system.settings.get("usage.aggregation.timezone");
    const windows = await touchedWindows(system, fresh, { default_zone });
    return { new: fresh.length, duplicates, conflicting: [...conflicting], rejected: [...refused], windows };
  }

  app.post(
    "/v1/events",
    {
      bodyLimit: eventBytesMax,
      // Messages are checked one by one on the way in, so that a bad one costs the others nothing.
      validatorCompiler: () => () => true,
      schema: {
        operationId: "postEvents",
        summary: "Take in events; answers when what it says is durable",
        tags: ["events"],
        body: { content: bodies },
        response: answer({
          status: 202,
          description: "What became of each; refused ones are in quarantine too",
          schema: IngestOutcome,
          problems: ["unreadable-body", "body-too-large", "unsupported-media-type"],
        }),
      },
    },
    async (request, reply) => {
      const messages = messagesOf(request.body);
      requireSources(request.caller, messages);
      const outcome = await system.ingest.accept(messages, "http").catch((error: unknown) => {
        metrics.countFailed(messages.length);
        throw error;
      });
      metrics.countEvents(outcome);
      return reply.code(202).send(outcome);
    },
  );

  app.post(
    "/v1/events/check",
    {
      bodyLimit: eventBytesMax,
      validatorCompiler: () => () => true,
      schema: {
        operationId: "checkEvents",
        summary: "What would become of events and what they would change; nothing is taken in",
        tags: ["events"],
        body: { content: bodies },
        response: answer({
          status: 200,
          description: "What would become of each, as far as the store holds what was sent before",
          schema: EventCheck,
          problems: ["unreadable-body", "body-too-large", "unsupported-media-type"],
        }),
      },
    },
    (request) => {
      requireSources(request.caller, messagesOf(request.body));
      return check(request.body);
    },
  );

  app.get(
    "/v1/events/:source/:id",
    {
      schema: {
        operationId: "getEvent",
        summary: "An event and what became of it; both names percent-encoded",
        tags: ["events"],
        params: EventName,
        response: answer({
          status: 200,
          description: "All that came with this source and id, in the order of the log",
          schema: EventList,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params, caller }) => {
      const scope = await scopeOf(system, caller);
      const found = await findEvent(system, params);
      const data = found.filter(({ event }) => isWithinScope(scope, event.data.account_id));
      if (data.length > 0) return { data };
      throw new AppError(
        "not-found",
        `no event "${params.id}" of source "${params.source}" was accepted; GET /v1/quarantine lists what was refused`,
      );
    },
  );
}

/** What the parsers of this scope made of a body. */
function messagesOf(body: unknown): Message[] {
  if (body === undefined || body === null)
    throw new AppError("unreadable-body", "the body is missing, expected events", { field: "body" });
  return body as Message[];
}

function readJson(text: string): Message[] {
  try {
    return readBody(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "";
    throw new AppError("unreadable-body", `the body is not JSON: ${why.slice(0, 200)}`, { field: "body", cause });
  }
}
