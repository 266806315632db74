import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { readMultipart } from "./multipart.ts";
import { Refusal } from "./refusal.ts";

/** What a request asks for. */
export interface Asked {
  readonly sql: string;
  /** What comes with the statement: rows of an INSERT, as sent; empty = nothing. */
  readonly data: Buffer;
  readonly params: ReadonlyMap<string, string>;
  readonly settings: ReadonlyMap<string, string>;
  readonly database: string | null;
  readonly query_id: string | null;
  readonly session: { readonly id: string; readonly must_exist: boolean; readonly seconds: number } | null;
  readonly format: string | null;
  /** The whole answer is made before its first byte goes out. */
  readonly wait: boolean;
  readonly gzip: boolean;
  readonly user: string;
  readonly password: string;
}

/** As this version of the engine has them by default (system.settings: http_max_…). */
const limits = { uri_bytes: 1_048_576, fields: 1000, name_bytes: 4096, value_bytes: 131_072 };

const ours = new Set(
  "query database default_format query_id session_id session_check session_timeout user password quota_key role stacktrace wait_end_of_query buffer_size compress decompress close_session".split(
    " ",
  ),
);

/** Reads a request's address, headers and body. @throws Refusal where a server refuses before the engine is asked */
export async function readRequest(request: IncomingMessage): Promise<Asked> {
  const url = request.url ?? "/";
  if (Buffer.byteLength(url) > limits.uri_bytes)
    throw new Refusal(1000, "POCO_EXCEPTION", "HTTP request URI invalid or too long");
  const fields = new Map(new URL(url, "http://server").searchParams);
  const body = await readBody(request);
  const multipart = /^multipart\/form-data;.*boundary=("?)([^";]+)\1/i.exec(request.headers["content-type"] ?? "");
  if (multipart !== null) for (const [name, value] of readMultipart(body, multipart[2] ?? "")) fields.set(name, value);
  requireWithin(fields);
  const query = fields.get("query") ?? "";
  const whole = multipart !== null ? Buffer.alloc(0) : body;
  // Sent with GET nothing may be changed; our client asks by POST throughout.
  const settings = new Map([...fields].filter(([name]) => !ours.has(name) && !name.startsWith("param_")));
  if (request.method === "GET") settings.set("readonly", "2");
  const session = fields.get("session_id");
  return {
    sql: query === "" ? whole.toString("utf8") : query,
    data: query === "" ? Buffer.alloc(0) : whole,
    params: new Map(
      [...fields].flatMap(([name, value]) => (name.startsWith("param_") ? [[name.slice(6), value] as const] : [])),
    ),
    settings,
    database: fields.get("database") ?? header(request, "x-clickhouse-database"),
    query_id: fields.get("query_id") ?? null,
    session:
      session === undefined
        ? null
        : {
            id: session,
            must_exist: fields.get("session_check") === "1",
            seconds: Number(fields.get("session_timeout") ?? 60),
          },
    format: fields.get("default_format") ?? header(request, "x-clickhouse-format"),
    wait: fields.get("wait_end_of_query") === "1",
    gzip: fields.get("enable_http_compression") === "1" && /\bgzip\b/.test(header(request, "accept-encoding") ?? ""),
    ...readUser(request, fields),
  };
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const encoding = header(request, "content-encoding");
  if (encoding === null || encoding === "identity") return body;
  if (encoding !== "gzip") throw new Refusal(48, "NOT_IMPLEMENTED", `Unknown compression method ${encoding}`);
  return gunzipSync(body);
}

function requireWithin(fields: ReadonlyMap<string, string>): void {
  const refuse = (why: string): Refusal => new Refusal(1000, "POCO_EXCEPTION", `HTML Form Exception: ${why}`);
  if (fields.size > limits.fields) throw refuse("Too many form fields");
  for (const [name, value] of fields) {
    if (Buffer.byteLength(name) > limits.name_bytes) throw refuse("Field name too long");
    if (Buffer.byteLength(value) > limits.value_bytes) throw refuse("Field value too long");
  }
}

function readUser(request: IncomingMessage, fields: ReadonlyMap<string, string>): { user: string; password: string } {
  const basic = /^Basic (.+)$/i.exec(header(request, "authorization") ?? "");
  if (basic !== null) {
    const text = Buffer.from(basic[1] ?? "", "base64").toString("utf8");
    const colon = text.indexOf(":");
    return { user: text.slice(0, colon), password: text.slice(colon + 1) };
  }
  return {
    user: header(request, "x-clickhouse-user") ?? fields.get("user") ?? "default",
    password: header(request, "x-clickhouse-key") ?? fields.get("password") ?? "",
  };
}
