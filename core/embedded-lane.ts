import { type ClickHouseClient, type ClickHouseClientConfigOptions, createClient } from "@clickhouse/client";
import { createChdbConnection } from "chdb/connection";
import { bindText } from "./bound-text.ts";

type Connection = NonNullable<ClickHouseClientConfigOptions["connection"]>;

/**
 * A lane to the engine in this process, with its files in `path`. The settings are said once, when it opens: its session keeps them. The
 * client would say them before every statement, one `SET` each, and for each of them the engine cuts all the text behind it into
 * words anew: a third of what a short statement costs.
 */
export function openEmbeddedLane(path: string, settings: Readonly<Record<string, string | number>>): ClickHouseClient {
  // The engine's package types its own copy of the client's connection; they are the same at run time.
  const connection = createChdbConnection({ path }) as unknown as Connection;
  const said = Object.entries(settings).map(([name, value]) => `${name} = ${literal(value)}`);
  const ready = connection.command({ query: `SET ${said.join(", ")}` });
  // Whoever asks first hears of it.
  ready.catch(() => undefined);
  const raw = {
    query: connection.query.bind(connection),
    command: connection.command.bind(connection),
    exec: connection.exec.bind(connection),
    insert: connection.insert.bind(connection),
    close: connection.close.bind(connection),
  };
  const query: Connection["query"] = async (params) => {
    await ready;
    return raw.query(inText(params));
  };
  const command: Connection["command"] = async (params) => {
    await ready;
    return raw.command(inText(params));
  };
  const exec: Connection["exec"] = async (params) => {
    await ready;
    return raw.exec(inText(params));
  };
  const insert: Connection["insert"] = async (params) => {
    await ready;
    return raw.insert(inText(params));
  };
  const close: Connection["close"] = async () => {
    await ready.catch(() => undefined);
    return raw.close();
  };
  return createClient({ connection: Object.assign(connection, { query, command, exec, insert, close }) });
}

/** A statement with its parameters in its text, and without its name: that is for the query log, which the engine in the process does not keep. */
function inText<P extends { query: string; query_params?: Record<string, unknown>; clickhouse_settings?: object }>(
  params: P,
): P {
  const { log_comment: _name, ...others } = (params.clickhouse_settings ?? {}) as Record<string, unknown>;
  const { query, query_params: values } = params;
  const bound = values === undefined ? {} : { query: bindText(query, values), query_params: {} };
  return { ...params, ...bound, clickhouse_settings: others };
}

const literal = (value: string | number): string => (typeof value === "number" ? `${value}` : `'${value}'`);
