import { setTimeout as pass } from "node:timers/promises";
import type { RoleProcess } from "../role-process.ts";

const AGAIN_MS = 250;
const TRIES_MAX = 2_000;

/** A producer that sends each batch until it is acknowledged, as one ought to. */
export interface Sender {
  /** The next so many batches, one after the other; resolves when all are acknowledged. */
  send(batches: number): Promise<void>;
  /** The next batch, whose first answers nobody waits for: it is sent three times over. */
  sendUnheard(): Promise<void>;
  /** All that is left. */
  finish(): Promise<void>;
  /** Batches that were sent again since no answer came, or not a good one. */
  readonly retries: number;
}

/** A sender of these events, in batches, to whichever process `api` gives. */
export function createSender(api: () => RoleProcess, events: readonly unknown[], batch: number): Sender {
  let next = 0;
  let retries = 0;
  const take = (): readonly unknown[] => events.slice(next, (next += batch));

  async function post(body: readonly unknown[], patience_ms: number): Promise<boolean> {
    const { url, token } = api();
    try {
      const response = await fetch(new URL("/v1/events", url), {
        method: "POST",
        headers: { "content-type": "application/cloudevents-batch+json", authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(patience_ms),
      });
      const answer = (await response.json()) as { rejected?: unknown[] };
      if (answer.rejected !== undefined && answer.rejected.length > 0)
        throw new RefusedError(JSON.stringify(answer.rejected[0]));
      return response.status < 400;
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      return false;
    }
  }

  async function sendOne(body: readonly unknown[]): Promise<void> {
    if (body.length === 0) return;
    for (let tries = 0; !(await post(body, 15_000)); tries += 1) {
      if (tries > TRIES_MAX) throw new Error("a batch was never acknowledged");
      retries += 1;
      await pass(AGAIN_MS);
    }
  }

  return {
    send: async (batches) => {
      for (let sent = 0; sent < batches; sent += 1) await sendOne(take());
    },
    sendUnheard: async () => {
      const body = take();
      for (const patience_ms of [3, 10, 30]) if (!(await post(body, patience_ms))) retries += 1;
      await sendOne(body);
    },
    finish: async () => {
      while (next < events.length) await sendOne(take());
    },
    get retries() {
      return retries;
    },
  };
}

/** What was sent is good: to be refused is no fault one tries again after. */
class RefusedError extends Error {}
