import type { ClickHouseClient } from "@clickhouse/client";
import { elapsedMs } from "./clock.ts";

/** What a lane of the store has done and does. */
export interface LaneLoad {
  readonly lane: string;
  /** Statements sent and not answered. The engine in the process does one at a time on a connection: the others wait. */
  readonly in_flight: number;
  /** How long the oldest of those has been under way; 0 = there are none. */
  readonly oldest_ms: number;
  /** Statements that have ended since the process began, those that failed among them, and what they took, waiting included. */
  readonly statements: number;
  readonly failed: number;
  readonly took_ms: number;
}

/** Watches what is asked of a lane from here on; answers what there is to tell. */
export function watchLane(lane: string, client: ClickHouseClient): () => LaneLoad {
  const began = new Set<{ readonly at_ms: number }>();
  let [statements, failed, took_ms] = [0, 0, 0];
  const watched = async <T>(ask: () => Promise<T>): Promise<T> => {
    const one = { at_ms: elapsedMs() };
    began.add(one);
    try {
      return await ask();
    } catch (error) {
      failed += 1;
      throw error;
    } finally {
      began.delete(one);
      statements += 1;
      took_ms += elapsedMs() - one.at_ms;
    }
  };
  const raw = {
    query: client.query.bind(client),
    command: client.command.bind(client),
    exec: client.exec.bind(client),
    insert: client.insert.bind(client),
  };
  const query: typeof raw.query = (params) => watched(() => raw.query(params));
  const command: typeof raw.command = (params) => watched(() => raw.command(params));
  const exec: typeof raw.exec = (params) => watched(() => raw.exec(params));
  const insert: typeof raw.insert = (params) => watched(() => raw.insert(params));
  Object.assign(client, { query, command, exec, insert });
  return () => {
    const [oldest] = began;
    const oldest_ms = oldest === undefined ? 0 : elapsedMs() - oldest.at_ms;
    return { lane, in_flight: began.size, oldest_ms, statements, failed, took_ms };
  };
}
