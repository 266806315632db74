import { type ClickHouseClient, type ClickHouseClientConfigOptions, createClient } from "@clickhouse/client";
import { createChdbConnection } from "chdb/connection";
import { bindText } from "./bound-text.ts";

type Connection = NonNullable<ClickHouseClientConfigOptions["connection"]>;

interface Statement {
  readonly query: string;
  readonly query_params?: Record<string, unknown>;
  readonly clickhouse_settings?: object;
}

/** Its statements; the rest of a connection is of no use here. */
type Asked = Pick<Connection, "query" | "command" | "exec" | "insert" | "ping" | "close">;

/**
 * A lane to the engine in this process, with its files in `path`, over one connection or several: each does one statement at a time, and
 * the next goes to the one that has the least to do.
 */
export function openEmbeddedLane(
  path: string,
  settings: Readonly<Record<string, string | number>>,
  { connections = 1 }: { connections?: number } = {},
): ClickHouseClient {
  const all = Array.from({ length: connections }, () => ({ asked: connect(path, settings), busy: 0 }));
  const onFreest = async <T>(ask: (asked: Asked) => Promise<T>): Promise<T> => {
    const one = all.reduce((least, other) => (other.busy < least.busy ? other : least));
    one.busy += 1;
    try {
      return await ask(one.asked);
    } finally {
      one.busy -= 1;
    }
  };
  const query: Connection["query"] = (params) => onFreest((asked) => asked.query(params));
  const command: Connection["command"] = (params) => onFreest((asked) => asked.command(params));
  const exec: Connection["exec"] = (params) => onFreest((asked) => asked.exec(params));
  const insert: Connection["insert"] = (params) => onFreest((asked) => asked.insert(params));
  const close: Connection["close"] = async () => {
    for (const { asked } of all) await asked.close();
  };
  const ping: Connection["ping"] = (params) => onFreest((asked) => asked.ping(params));
  return createClient({ connection: { query, command, exec, insert, close, ping } });
}

/**
 * A connection to the engine. The settings are said once, when it opens: its session keeps them. The client would say them before every
 * statement, one `SET` each, and for each of them the engine cuts all the text behind it into words anew: a third of what a short
 * statement costs.
 */
function connect(path: string, settings: Readonly<Record<string, string | number>>): Asked {
  // The engine's package types its own copy of the client's connection; they are the same at run time.
  const connection = createChdbConnection({ path }) as unknown as Connection;
  const said = Object.entries(settings).map(([name, value]) => `${name} = ${literal(value)}`);
  const ready = connection.command({ query: `SET ${said.join(", ")}` });
  // Whoever asks first hears of it.
  ready.catch(() => undefined);
  const readied =
    <P extends Statement, R>(ask: (params: P) => Promise<R>) =>
    async (params: P): Promise<R> => {
      await ready;
      return ask.call(connection, inText(params));
    };
  return {
    query: readied(connection.query),
    command: readied(connection.command),
    exec: readied(connection.exec),
    insert: readied(connection.insert),
    ping: (params) => connection.ping(params),
    close: async () => {
      await ready.catch(() => undefined);
      return connection.close();
    },
  };
}

/** A statement with its parameters in its text, and without its name: that is for the query log, which the engine in the process does not keep. */
function inText<P extends Statement>(params: P): P {
  const { log_comment: _name, ...others } = (params.clickhouse_settings ?? {}) as Record<string, unknown>;
  const { query, query_params: values } = params;
  const bound = values === undefined ? {} : { query: bindText(query, values), query_params: {} };
  return { ...params, ...bound, clickhouse_settings: others };
}

const literal = (value: string | number): string => (typeof value === "number" ? `${value}` : `'${value}'`);
