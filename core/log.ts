import { isSpanContextValid, trace } from "@opentelemetry/api";
import { type DestinationStream, pino, type Logger } from "pino";
import { requestFields } from "./request-scope.ts";
import { withoutPasswords } from "./without-passwords.ts";

export type Log = Logger;

/** Names whose values never reach the log, at any of the first two depths. */
const secrets = [
  "token",
  "authorization",
  "cookie",
  "password",
  "secret",
  "secret_key",
  "api_key",
  "signature",
  "sessionkey",
  "admin_token",
  "smtp_url",
  "redis_url",
  "clickhouse_url",
  "new_admin_token",
];

/**
 * The process's log: JSON lines on standard error, so that standard output stays free for results.
 * A message is a constant phrase, facts are fields (style of the log: CONTRIBUTING.md). Each line bears the id of the request it is
 * of, and the ids of trace and span where there is an SDK.
 */
export function createLog(level: string, to: DestinationStream = pino.destination({ dest: 2, sync: true })): Log {
  return pino(
    {
      level,
      base: null,
      redact: [...secrets, ...secrets.map((name) => `*.${name}`), "req.headers.authorization", "req.headers.cookie"],
      mixin: () => ({ ...requestFields(), ...traceFields() }),
      serializers: { err: tellError },
    },
    to,
  );
}

function traceFields(): { trace_id?: string; span_id?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined || !isSpanContextValid(span) ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

/** An error with what caused it; addresses in its text lose their passwords. */
function tellError(error: unknown): unknown {
  return mask(error instanceof Error ? pino.stdSerializers.err(error) : error);
}

function mask(value: unknown): unknown {
  if (typeof value === "string") return withoutPasswords(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    // pino's form of an error has the error itself under a symbol, and `raw` that is not listed
    Object.entries(value).map(([name, inner]) => [name, secrets.includes(name) ? "[Redacted]" : maskShallow(inner)]),
  );
}

/** Deep enough for an error's cause; what lies deeper is no text of an address. */
function maskShallow(value: unknown): unknown {
  return typeof value === "string" ? withoutPasswords(value) : value;
}

/** A log that says nothing, for tests and for commands whose output is their result. */
export const silentLog: Log = pino({ level: "silent" });
