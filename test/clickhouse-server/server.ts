import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createGzip, gzipSync } from "node:zlib";
import type { Writable } from "node:stream";
import { once } from "node:events";
import { type Answer, type Engine, openEngine } from "./engine.ts";
import { type Asked, readRequest } from "./read-request.ts";
import { Refusal, statusOf, textOf, toRefusal } from "./refusal.ts";
import { createSessions, type Sessions } from "./sessions.ts";

/** What goes wrong with a request: nothing, its connection breaks before or after the work is done, or it is never answered. */
export type Mishap = "none" | "before" | "after" | "silence";

export interface ServerOptions {
  /** Where its files are; made when missing. */
  readonly folder: string;
  /** 0 = any free one. */
  readonly port?: number;
  /** Who may ask, and with which password. By default `default` without one. */
  readonly users?: Readonly<Record<string, string>>;
  /** Asked for each request. */
  readonly mishap?: (asked: Asked) => Mishap;
}

export interface ClickHouseServer {
  readonly url: string;
  /** Requests so far. */
  readonly requests: () => number;
  /** Breaks all connections and stops; the files stay. */
  stop(): Promise<void>;
}

/**
 * A ClickHouse server as far as its HTTP interface goes, over the engine in this process. It is for tests: it shows that our
 * statements, settings, parameters and errors survive the wire, where no real server can be had.
 */
export async function startClickHouseServer(options: ServerOptions): Promise<ClickHouseServer> {
  const { folder, port = 0, users = { default: "" }, mishap = () => "none" as const } = options;
  const engine = await openEngine(folder);
  const sessions = createSessions(engine);
  let requests = 0;
  const server = createServer(
    { maxHeaderSize: 10_485_760, keepAliveTimeout: 10_000, requestTimeout: 0 },
    (request, response) => {
      requests += 1;
      answerOne({ engine, sessions, users, mishap }, request, response).catch(() => response.destroy());
    },
  );
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      sessions.close();
      engine.close();
    },
  };
}

interface Server {
  readonly engine: Engine;
  readonly sessions: Sessions;
  readonly users: Readonly<Record<string, string>>;
  readonly mishap: (asked: Asked) => Mishap;
}

async function answerOne(server: Server, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "/").split("?")[0];
  response.setHeader("x-clickhouse-server-display-name", "test");
  response.setHeader("x-clickhouse-timezone", "UTC");
  if (path === "/ping" || path === "/replicas_status") return void response.end("Ok.\n");
  if (path !== "/") return void response.writeHead(404).end(`There is no handle ${path}\n`);
  let asked: Asked | null = null;
  try {
    asked = await readRequest(request);
    requireUser(server.users, asked);
    const mishap = server.mishap(asked);
    if (mishap === "before") return void response.destroy();
    if (mishap === "silence") return;
    response.setHeader("x-clickhouse-query-id", asked.query_id ?? randomUUID());
    await server.sessions.use(asked.session, async (session) => {
      const answer = await server.engine.answer(asked as Asked, session);
      if (mishap === "after") return void response.destroy();
      await send(server.engine, asked as Asked, answer, response);
    });
  } catch (error) {
    refuse(server.engine, toRefusal(error), asked, response);
  }
}

function requireUser(users: Server["users"], { user, password }: Asked): void {
  if (users[user] !== password)
    throw new Refusal(
      516,
      "AUTHENTICATION_FAILED",
      `${user}: Authentication failed: password is incorrect, or there is no user with such name.`,
    );
}

const contentTypes: Readonly<Record<string, string>> = {
  TabSeparated: "text/tab-separated-values; charset=UTF-8",
  JSON: "application/json; charset=UTF-8",
  JSONEachRow: "application/x-ndjson; charset=UTF-8",
  CSV: "text/csv; charset=UTF-8; header=absent",
  Parquet: "application/octet-stream",
};

/** Rows as they come. What fails before the first is an error like any other; later it can only stand at the end of the body. */
async function send(
  engine: Engine,
  asked: Asked,
  { format, chunks, counts }: Answer,
  response: ServerResponse,
): Promise<void> {
  const rows = chunks[Symbol.asyncIterator]();
  let next = await rows.next();
  const tag = randomUUID().replaceAll("-", "").slice(0, 16);
  response.setHeader("content-type", contentTypes[format] ?? "text/plain; charset=UTF-8");
  response.setHeader("x-clickhouse-format", format);
  response.setHeader("x-clickhouse-exception-tag", tag);
  response.setHeader("x-clickhouse-summary", summaryOf(counts));
  if (asked.gzip) response.setHeader("content-encoding", "gzip");
  const body: Writable = asked.gzip ? createGzip() : response;
  if (asked.gzip) body.pipe(response);
  try {
    while (next.done !== true) {
      // Who asked is gone: nobody reads the rest.
      if (response.destroyed) return void (await rows.return?.(undefined));
      if (!body.write(next.value)) await drained(body, response);
      next = await rows.next();
    }
  } catch (error) {
    const text = textOf(toRefusal(error), engine.version);
    body.write(`\r\n__exception__\r\n${tag}\r\n${text}${Buffer.byteLength(text)} ${tag}\r\n__exception__\r\n`);
  }
  body.end();
  await once(response, "close");
}

/** Room for more, or nobody there to read it. */
async function drained(body: Writable, response: ServerResponse): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  const waits = [once(body, "drain", { signal }), once(response, "close", { signal })];
  await Promise.race(waits);
  done.abort();
  await Promise.allSettled(waits);
}

function summaryOf({ read_rows, read_bytes, written_rows }: Answer["counts"]): string {
  const counts = {
    read_rows,
    read_bytes,
    written_rows,
    written_bytes: 0,
    total_rows_to_read: 0,
    result_rows: read_rows,
  };
  return JSON.stringify(Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)])));
}

function refuse(engine: Engine, refusal: Refusal, asked: Asked | null, response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  const text = Buffer.from(textOf(refusal, engine.version));
  const gzip = asked?.gzip ?? false;
  response.writeHead(statusOf(refusal), {
    "content-type": "text/plain; charset=UTF-8",
    "x-clickhouse-exception-code": String(refusal.code),
    ...(gzip ? { "content-encoding": "gzip" } : {}),
    ...(refusal.code === 516 ? { "www-authenticate": 'Basic realm="ClickHouse server HTTP API"' } : {}),
  });
  response.end(gzip ? gzipSync(text) : text);
}
