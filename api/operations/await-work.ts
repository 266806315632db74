import type { FastifyReply, FastifyRequest } from "fastify";
import Type from "typebox";
import { authorOf } from "../access/caller.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";
import { Operation } from "./operation.ts";

/** RFC 7240: how long to wait for the end of what is asked for. */
export const Prefer = Type.Object({
  prefer: Type.Optional(
    Type.String({
      maxLength: 200,
      description: "wait=<seconds>, 60 at most, 30 unless said otherwise; respond-async: do not wait",
    }),
  ),
});

const WAIT_SECONDS = 30;
const WAIT_SECONDS_MAX = 60;

/** The seconds that a Prefer header gives the work. What it says otherwise, or wrong, is passed over, as RFC 7240 asks. */
export function readWait(header: string | undefined): number {
  const preferences = (header ?? "").split(/[,;]/).map((one) => one.trim().toLowerCase());
  const wait = preferences.map((one) => /^wait=(\d{1,4})$/.exec(one)?.[1]).find((one) => one !== undefined);
  if (wait !== undefined) return Math.min(Number(wait), WAIT_SECONDS_MAX);
  return preferences.includes("respond-async") ? 0 : WAIT_SECONDS;
}

/** Resolves with the end of the work, or null once it has had so many seconds. */
export async function endWithin<T>(
  { clock }: Pick<System, "clock">,
  work: Promise<T>,
  seconds: number,
): Promise<T | null> {
  const given = new AbortController();
  const patience = clock.sleep(seconds * 1000, given.signal).then(
    () => null,
    () => null,
  );
  try {
    return await Promise.race([work, patience]);
  } finally {
    given.abort();
  }
}

/**
 * Answers what the work comes to, or, where that takes longer than the caller waits, 202 with the operation that goes on, and where it is.
 * What refuses the work at once is the answer. @throws whatever the work throws meanwhile
 */
export async function awaitWork<T extends object>(
  system: Pick<System, "clock" | "operations">,
  { request, reply, kind, subject }: { request: FastifyRequest; reply: FastifyReply; kind: string; subject: string },
  work: () => Promise<T>,
): Promise<T | FastifyReply> {
  const began = system.clock.now();
  const outcome = work();
  const header = request.headers["prefer"];
  const ended = await endWithin(system, outcome, readWait(typeof header === "string" ? header : undefined));
  if (ended !== null) return ended;
  const operation = await system.operations.follow({ kind, subject, asked_by: authorOf(request), began, outcome });
  return reply.code(202).header("location", `/v1/operations/${operation.id}`).send(operation);
}

/** By hand, as it is of work that takes longer than a case. */
const exampleOperation: Operation = {
  id: "op_5f0c2a7be1d94c60a3f1",
  kind: "close-period",
  subject: "2026-10",
  state: "running",
  progress: { what: "computing windows", done: "8", total: "31", unit: "windows" },
  result: null,
  outcome: null,
  error: null,
  asked_by: "first start (key_5f0c2a7b)",
  began_at: "2026-11-03T08:00:00.000Z",
  ended_at: null,
};

/** The answers of a route that may take long: `given` when it is done in time, else the operation. */
export function answersOfWork(given: Parameters<typeof answer>[0]) {
  const later = answer({
    status: 202,
    description: "It goes on; GET the address in Location for how far it is and what it comes to",
    schema: Operation,
    example: exampleOperation,
    ...(given.problems === undefined ? {} : { problems: given.problems }),
  });
  return { ...answer(given), ...later };
}
