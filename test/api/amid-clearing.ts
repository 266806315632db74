import type { LightMyRequestResponse } from "fastify";
import { expect } from "vitest";
import type { Run } from "../../api/run-answer.ts";
import { inBetween } from "../in-between.ts";
import type { TestApi } from "./test-api.ts";

/** Names of statements: what the question reads, and how far a run that clears has come by then, which goes on when that is answered. */
interface Meeting {
  readonly statement: RegExp;
  readonly cleared: RegExp;
  readonly run: object;
}

/** Asks for rows while a run clears them away. */
export async function amidClearing(api: TestApi, url: string, of: Meeting): Promise<LightMyRequestResponse> {
  const { read, run: lane } = api.system.store;
  let goOn = (): void => undefined;
  const answered = new Promise<void>((resolve) => (goOn = resolve));
  let clearing: Promise<LightMyRequestResponse> | null = null;
  const begin = (reached: () => void): void => {
    inBetween(lane, of.cleared, async () => {
      reached();
      await answered;
    });
    clearing = api.call("POST", "/v1/runs", of.run);
  };
  inBetween(read, of.statement, () => new Promise(begin));
  const answer = await api.call("GET", url);
  goOn();
  const run = (await (clearing as Promise<LightMyRequestResponse> | null))?.json<Run>();
  expect(run, "a run has cleared meanwhile").toMatchObject({ error: null });
  return answer;
}
