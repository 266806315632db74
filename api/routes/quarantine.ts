import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { type Message, QuarantineEntry, readBody } from "../../ingest/index.ts";
import type { Api } from "../api.ts";
import type { Metrics } from "../observe/metrics.ts";
import { answer } from "../openapi.ts";
import { pageOf, pageQuery, readPage } from "../paging.ts";
import type { System } from "../system.ts";
import { IngestOutcome } from "./events.ts";

const EntryPage = pageOf(QuarantineEntry, "QuarantinePage");
const PageQuery = Type.Object(pageQuery, { additionalProperties: false });
const EntryName = Type.Object({ id: Type.String() });
const Place = Type.Object({ after_id: Type.String() });

const tags = ["events"];

/** Where refused messages rest, and the way back in. */
export function quarantineRoutes(app: Api, { system, metrics }: { system: System; metrics: Metrics }): void {
  const { quarantine } = system;
  const find = async (id: string): Promise<QuarantineEntry> => {
    const entry = id === "" ? null : await quarantine.get(id);
    if (entry === null) throw new AppError("not-found", `there is no message "${id}" in quarantine`, { field: "id" });
    return entry;
  };

  app.get(
    "/v1/quarantine",
    {
      schema: {
        operationId: "listQuarantine",
        summary: "Refused messages, one per content however often it was sent",
        tags,
        querystring: PageQuery,
        response: answer({
          status: 200,
          description: "A page of messages",
          schema: EntryPage,
        }),
      },
    },
    async ({ query: { cursor, limit } }) =>
      readPage({
        question: { list: "quarantine" },
        cursor,
        limit,
        place: Place,
        read: (after, most) => quarantine.list({ after_id: after?.after_id ?? "", limit: most }),
        placeOf: ({ quarantine_id }) => ({ after_id: quarantine_id }),
      }),
  );

  app.get(
    "/v1/quarantine/:id",
    {
      schema: {
        operationId: "getQuarantined",
        summary: "A refused message as it arrived",
        tags,
        params: EntryName,
        response: answer({
          status: 200,
          description: "The message and why it was refused",
          schema: QuarantineEntry,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params }) => find(params.id),
  );

  app.post(
    "/v1/quarantine/:id/replay",
    {
      schema: {
        operationId: "replayQuarantined",
        summary: "Put a refused message in again, as it arrived",
        tags,
        params: EntryName,
        response: answer({
          status: 200,
          description: "What became of it; refused again, it stays",
          schema: IngestOutcome,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params }) => {
      const entry = await find(params.id);
      const outcome = await system.ingest.accept(toMessages(entry.raw), "replay");
      metrics.countEvents(outcome);
      if (outcome.rejected.length === 0) await quarantine.markReplayed(entry);
      return outcome;
    },
  );
}

/** What was no JSON when it arrived is none now: it goes in as such and is refused as such. */
function toMessages(raw: string): Message[] {
  try {
    return readBody(raw);
  } catch {
    return [{ value: undefined, raw: () => raw }];
  }
}
