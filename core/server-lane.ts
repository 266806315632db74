import { setTimeout as pause } from "node:timers/promises";
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel } from "@clickhouse/client";
import { createClient } from "@clickhouse/client";
import { clusterSettings, renderForCluster } from "./cluster-schema.ts";
import { AppError } from "./errors.ts";

/** When a read is tried again while nobody answers, ms before each try. */
const pauses_ms = [100, 400];

/** Codes of errno and of the client by which a connection says that nobody is there, or nobody any more. */
const away = new Set(
  "ECONNREFUSED ECONNRESET EPIPE ENOTFOUND EAI_AGAIN ETIMEDOUT EHOSTUNREACH ENETUNREACH ECONNABORTED".split(" "),
);
/** What a node says when it lacks others of its cluster: no quorum, no keeper, no connection, not up to date. */
const incomplete = new Set(["209", "210", "225", "242", "279", "285", "286", "289", "319", "999"]);

/**
 * A lane to a ClickHouse server over HTTP. Where the address names a cluster (`?cluster=NAME`), statements go as
 * core/cluster-schema.ts renders them. With `again`, reads are tried again while nobody answers, twice within half a second. Writes never
 * are, since they may have been heard; nor are the reads of a run, whose scratch tables are gone when the server has started anew.
 * @throws AppError store-unavailable from all that is asked of it while the server, or too much of the cluster, does not answer
 */
export function openServerLane(
  address: string,
  { settings, again }: { settings: Record<string, string | number>; again: boolean },
): ClickHouseClient {
  const { url, cluster } = readServerUrl(address);
  const all = cluster === null ? settings : { ...settings, ...clusterSettings };
  const client = createClient({
    url,
    clickhouse_settings: all,
    request_timeout: 3_600_000,
    // Proxies cut long addresses; a server itself takes 128 KiB a value, wherever it stands.
    use_multipart_params_auto: true,
    // What fails is thrown, with the same words; the client would write it to the console as well.
    log: { level: ClickHouseLogLevel.OFF },
  });
  const render = (sql: string): string[] => (cluster === null ? [sql] : renderForCluster(sql, cluster));
  const raw = {
    query: client.query.bind(client),
    command: client.command.bind(client),
    exec: client.exec.bind(client),
    insert: client.insert.bind(client),
  };

  const query: typeof raw.query = (params) =>
    reading(again ? pauses_ms : [], async () => {
      const result = await raw.query({ ...params, query: render(params.query).join("") });
      const json = result.json.bind(result);
      // The answer may break off while it comes.
      return Object.assign(result, { json: () => named(json()) });
    });
  const command: typeof raw.command = async (params) => {
    const [first = params.query, ...others] = render(params.query);
    let done = await named(raw.command({ ...params, query: first }));
    for (const one of others) done = await named(raw.command({ ...params, query: one }));
    return done;
  };
  const exec: typeof raw.exec = (params) => named(raw.exec({ ...params, query: render(params.query).join("") }));
  const insert: typeof raw.insert = (params) => named(raw.insert(params));
  return Object.assign(client, { query, command, exec, insert });
}

/** A server's address as the client takes it, and the cluster that `?cluster=NAME` names; null = none. */
export function readServerUrl(address: string): { url: string; cluster: string | null } {
  const url = new URL(address);
  const cluster = url.searchParams.get("cluster");
  url.searchParams.delete("cluster");
  return { url: url.href, cluster };
}

async function reading<T>(pauses: readonly number[], ask: () => Promise<T>): Promise<T> {
  for (const pause_ms of pauses) {
    try {
      return await ask();
    } catch (error) {
      if (!isAway(error)) throw withName(error);
      await pause(pause_ms);
    }
  }
  return named(ask());
}

async function named<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw withName(error);
  }
}

/** The error as the catalogue has it, where it says that the store is not there; any other as it is. */
function withName(error: unknown): unknown {
  const isIncomplete = error instanceof ClickHouseError && incomplete.has(error.code);
  if (!isIncomplete && !isAway(error)) return error;
  const detail = isIncomplete ? "too few nodes of the cluster answer" : "the ClickHouse server does not answer";
  return new AppError("store-unavailable", detail, { cause: error });
}

function isAway(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof ClickHouseError) return false;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return away.has(code) || error.message.startsWith("Timeout error");
}
