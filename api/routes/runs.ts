import Type from "typebox";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { run as exampleRun } from "../examples/by-hand.ts";
import { answer } from "../openapi.ts";
import { endWithin, Prefer, readWait } from "../operations/await-work.ts";
import { pageOf, pageQuery, readPage } from "../paging.ts";
import { type StartedRun, startRun } from "../start-run.ts";
import { findRun, Run, toRun } from "../run-answer.ts";
import type { System } from "../system.ts";

const RunRequest = Type.Object(
  {
    kind: Type.Union([Type.Literal("aggregate"), Type.Literal("rate")]),
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
    dry_run: Type.Optional(
      Type.Boolean({
        description:
          "compute, tell and publish nothing; its diff can be read until the next run begins (aggregate), or five more dry runs of the period have ended (rate)",
      }),
    ),
    reason: Type.Optional(
      Type.String({
        maxLength: 1000,
        pattern: "\\S",
        description:
          "rate: why a period is rated again. What such a run says otherwise than the one before is kept for ever, as reversals and new records",
      }),
    ),
    wait: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 60,
        description: "seconds to wait for its end before the answer is 202; 30 unless said otherwise",
      }),
    ),
  },
  { $id: "RunRequest", additionalProperties: false },
);

const RunPage = pageOf(Run, "RunPage");
const PageQuery = Type.Object(pageQuery, { additionalProperties: false });
const Place = Type.Object({ before_seq: Type.String({ pattern: "^\\d{1,19}$" }) });
const RunName = Type.Object({ id: Type.String() });

const runningExample = {
  ...exampleRun,
  state: "running",
  counts: {},
  changed_at: "2026-10-02T00:15:01.000Z",
  progress: { what: "computing windows", done: "0", total: "1", unit: "windows" },
  lease: { holder: "usage-1/4711", heartbeat_at: "2026-10-02T00:15:01.000Z", expires_at: "2026-10-02T00:20:01.000Z" },
};
/** Runs of aggregation and rating. Closing the application waits for those it has started. */
export function runRoutes(app: Api, system: System): void {
  const goingOn = new Set<Promise<unknown>>();
  app.addHook("onClose", async () => void (await Promise.all(goingOn)));

  function keep({ ended }: StartedRun): void {
    const settled = ended.then(
      () => undefined,
      () => undefined,
    );
    goingOn.add(settled);
    void settled.then(() => goingOn.delete(settled));
  }

  app.post(
    "/v1/runs",
    {
      schema: {
        operationId: "startRun",
        summary: "Aggregate or rate now; a long run is answered before its end",
        tags: ["runs"],
        headers: Prefer,
        body: RunRequest,
        response: {
          ...answer({
            status: 201,
            description: "The run as it ended",
            schema: Run,
            problems: ["run-in-progress", "lease-lost"],
          }),
          ...answer({
            status: 202,
            description:
              "It goes on; GET the address in Location for how far it is, or the run itself at Content-Location",
            schema: Run,
            example: runningExample,
            problems: ["run-in-progress", "lease-lost"],
          }),
        },
      },
    },
    async (request, reply) => {
      const { wait = readWait(request.headers.prefer), ...order } = request.body;
      const started = startRun(system, { ...order, asked_by: authorOf(request) });
      keep(started);
      const { id } = await started.began;
      const ended = await endWithin(system, started.ended, wait);
      if (ended !== null) return reply.code(201).header("location", `/v1/runs/${id}`).send(toRun(ended));
      started.ended.catch((err: unknown) => request.log.error({ err, run_id: id }, "run failed"));
      void reply.code(202).header("location", `/v1/operations/${id}`).header("content-location", `/v1/runs/${id}`);
      return reply.send(toRun(await findRun(system, id)));
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
          problems: ["not-found"],
        }),
      },
    },
    async ({ params: { id } }) => toRun(await findRun(system, id)),
  );
}
