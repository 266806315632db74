import Type, { type Static } from "typebox";
import { AppError } from "../../core/errors.ts";
import { formatInstant } from "../../core/instant.ts";
import { type Run as LedgerRun, RunKind, RunState } from "../../core/runs.ts";
import type { Api } from "../api.ts";
import { examples } from "../examples.ts";
import { answer } from "../openapi.ts";
import { pageOf, pageQuery, readInstant, readPage } from "../paging.ts";
import type { System } from "../system.ts";

const Label = Type.Union([Type.String(), Type.Null()]);
const Facts = Type.Record(Type.String(), Type.String());

/** A run as it stands: what it read, what it stood on and what it counted. */
const Run = Type.Object(
  {
    id: Type.String(),
    seq: Type.String({ description: "Orders the runs" }),
    kind: RunKind,
    state: RunState,
    period: Label,
    from: Label,
    to: Label,
    bound: Facts,
    former_bound: Facts,
    versions: Facts,
    counts: Facts,
    error: Label,
    changed_at: Type.String(),
  },
  { $id: "Run", additionalProperties: false },
);
export type Run = Static<typeof Run>;

const RunRequest = Type.Object(
  {
    kind: RunKind,
    from: Type.Optional(
      Type.String({ maxLength: 64, description: "aggregate: compute again what is published since then" }),
    ),
    to: Type.Optional(
      Type.String({
        maxLength: 64,
        description: "aggregate: publish the windows that end by then; now unless said otherwise",
      }),
    ),
    period: Type.Optional(Type.String({ maxLength: 16, description: "rate: the month, such as 2026-10" })),
    dry_run: Type.Optional(Type.Boolean({ description: "rate: compute, tell and publish nothing" })),
  },
  { $id: "RunRequest", additionalProperties: false },
);
type RunRequest = Static<typeof RunRequest>;

const RunPage = pageOf(Run, "RunPage");
const PageQuery = Type.Object(pageQuery, { additionalProperties: false });
const Place = Type.Object({ before_seq: Type.String({ pattern: "^\\d{1,19}$" }) });
const RunName = Type.Object({ id: Type.String() });

/** Runs of aggregation and rating. */
export function runRoutes(app: Api, system: System): void {
  app.post(
    "/v1/runs",
    {
      schema: {
        operationId: "startRun",
        summary: "Aggregate or rate now; answers when the run has ended",
        tags: ["runs"],
        body: RunRequest,
        response: answer({
          status: 201,
          description: "The run as it ended",
          schema: Run,
          example: examples.run,
          problems: ["run-in-progress"],
        }),
      },
    },
    async ({ body }, reply) => {
      const run = body.kind === "aggregate" ? await startAggregation(system, body) : await startRating(system, body);
      return reply.code(201).header("location", `/v1/runs/${run.id}`).send(toRun(run));
    },
  );

  app.get(
    "/v1/runs",
    {
      schema: {
        operationId: "listRuns",
        summary: "Runs, newest first",
        tags: ["runs"],
        querystring: PageQuery,
        response: answer({
          status: 200,
          description: "A page of runs",
          schema: RunPage,
          example: { data: [examples.run], next_cursor: null },
        }),
      },
    },
    async ({ query: { cursor, limit } }) => {
      const page = await readPage({
        question: { list: "runs" },
        cursor,
        limit,
        place: Place,
        read: (after, most) =>
          system.runs.list({ before_seq: after === null ? null : BigInt(after.before_seq), limit: most }),
        placeOf: ({ seq }) => ({ before_seq: seq.toString() }),
      });
      return { ...page, data: page.data.map(toRun) };
    },
  );

  app.get(
    "/v1/runs/:id",
    {
      schema: {
        operationId: "getRun",
        summary: "A run",
        tags: ["runs"],
        params: RunName,
        response: answer({
          status: 200,
          description: "The run",
          schema: Run,
          example: examples.run,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params: { id } }) => {
      const run = id === "" ? null : await system.runs.get(id);
      if (run === null) throw new AppError("not-found", `there is no run "${id}"`, { field: "id" });
      return toRun(run);
    },
  );
}

async function startAggregation(system: System, { from, to, period, dry_run }: RunRequest): Promise<LedgerRun> {
  refuseGiven({ period, dry_run }, "a run of kind aggregate");
  const now = system.clock.now();
  const until = to === undefined ? now : readInstant("to", to);
  if (until > now)
    throw new AppError(
      "invalid-request",
      `to is "${to}", expected no later than ${formatInstant(now)}, the time here`,
      { field: "to" },
    );
  if (from === undefined) return system.aggregate({ until });
  const start = readInstant("from", from);
  if (start >= until)
    throw new AppError("invalid-request", `from is "${from}", expected an instant before ${formatInstant(until)}`, {
      field: "from",
    });
  return system.aggregate({ until, from: start });
}

async function startRating(system: System, { from, to, period, dry_run = false }: RunRequest): Promise<LedgerRun> {
  refuseGiven({ from, to }, "a run of kind rate");
  if (period === undefined)
    throw new AppError("invalid-request", "period is missing, expected a month such as 2026-10", { field: "period" });
  return (await system.rate({ period, dry_run })).run;
}

function refuseGiven(fields: Readonly<Record<string, unknown>>, what: string): void {
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined)
      throw new AppError(
        "invalid-request",
        `${field} is ${JSON.stringify(value)}, expected no such field with ${what}`,
        { field },
      );
  }
}

function toRun(run: LedgerRun): Run {
  const label = (text: string): string | null => (text === "" ? null : text);
  const { id, kind, state, bound, former_bound, versions, counts } = run;
  return {
    id,
    seq: run.seq.toString(),
    kind,
    state,
    period: label(run.period),
    from: run.from_ms === 0 ? null : formatInstant(run.from_ms),
    to: run.to_ms === 0 ? null : formatInstant(run.to_ms),
    bound,
    former_bound,
    versions,
    counts,
    error: label(run.error),
    changed_at: formatInstant(run.changed_ms),
  };
}
