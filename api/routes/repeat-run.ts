import Type from "typebox";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { answersOfWork, awaitWork, Prefer } from "../operations/await-work.ts";
import { findRun } from "../run-answer.ts";
import type { System } from "../system.ts";

const Repetition = Type.Object(
  {
    run_id: Type.String(),
    same: Type.Boolean({ description: "Whether the run gave the same bytes again" }),
    rows_same: Type.String({ description: "Usage records and slices that both wrote" }),
    rows_missing: Type.String({ description: "Rows of the run that its repetition did not write" }),
    rows_added: Type.String({ description: "Rows of the repetition that the run did not write" }),
    notes: Type.Array(Type.String(), { description: "What differs between then and now" }),
  },
  { $id: "Repetition", additionalProperties: false },
);

/** A published run, made again from what it stored. */
export function repeatRunRoutes(app: Api, system: System): void {
  app.post(
    "/v1/runs/:id/repeat",
    {
      schema: {
        operationId: "repeatRun",
        summary: "Make a published run of aggregation again from what it stored, and compare; nothing is published",
        tags: ["runs"],
        params: Type.Object({ id: Type.String() }),
        headers: Prefer,
        response: answersOfWork({
          status: 200,
          description: "How the repetition compares to the run",
          schema: Repetition,
          problems: ["not-found", "conflict", "run-in-progress"],
        }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await findRun(system, id);
      return awaitWork(system, { request, reply, kind: "repeat-run", subject: id }, () =>
        repeat(id, authorOf(request)),
      );
    },
  );

  async function repeat(id: string, asked_by: string) {
    const { same, missing, added, notes } = await system.repeat({ run_id: id, asked_by });
    return {
      run_id: id,
      same: missing === 0n && added === 0n,
      rows_same: same.toString(),
      rows_missing: missing.toString(),
      rows_added: added.toString(),
      notes: [...notes],
    };
  }
}
