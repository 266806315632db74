/** Everything that can go wrong for a caller: key → HTTP status, title, and what to do about it. */
export const problems = {
  "invalid-request": {
    status: 400,
    title: "The request is not valid",
    remedy: "Mend the field that is named and send it again.",
  },
  "unreadable-body": {
    status: 400,
    title: "The body cannot be read",
    remedy: "Send JSON or NDJSON in the media type you name.",
  },
  unauthorized: {
    status: 401,
    title: "No valid token",
    remedy: "Send Authorization: Bearer with a token of this installation.",
  },
  forbidden: { status: 403, title: "This token may not do that", remedy: "Use a token whose role allows it." },
  "not-found": { status: 404, title: "There is no such thing", remedy: "Check the address and the id." },
  "method-not-allowed": { status: 405, title: "This address takes another method", remedy: "See /openapi.json." },
  conflict: {
    status: 409,
    title: "This contradicts what is there",
    remedy: "Read the present state and decide again.",
  },
  "tariff-overlap": {
    status: 409,
    title: "Two tariffs would price the same usage",
    remedy: "Narrow the conditions or the validity of one of them.",
  },
  "state-refused": {
    status: 409,
    title: "The resource is in a state that does not allow this",
    remedy: "See the tables of states in core/README.md.",
  },
  "run-in-progress": {
    status: 409,
    title: "A run is going on",
    remedy: "Wait until it has ended; GET /v1/runs shows it.",
  },
  "lease-lost": {
    status: 409,
    title: "The run has lost its lease",
    remedy: "Nothing of it was published; the run that took over does its work. See usage.job.lease.",
  },
  "period-not-ended": {
    status: 409,
    title: "The billing period has not ended",
    remedy: "Close it after its end.",
  },
  "period-out-of-order": {
    status: 409,
    title: "An earlier billing period with usage is open",
    remedy: "Close periods in their order, the oldest first.",
  },
  "period-not-ready": {
    status: 409,
    title: "The billing period is not ready to close",
    remedy: "Settle what is named, or override it by name with a reason.",
  },
  "statement-not-ready": {
    status: 409,
    title: "The statement is not ready to be final",
    remedy: "Settle what is named, or override it by name with a reason.",
  },
  "archive-not-ready": {
    status: 409,
    title: "These events cannot be archived yet",
    remedy: "Publish and close what stands on them first, or archive fewer months.",
  },
  archived: {
    status: 409,
    title: "This needs events that are archived",
    remedy: "Restore the archives that are named, oldest needed month to the latest, and ask again.",
  },
  "export-does-not-reconcile": {
    status: 409,
    title: "An export does not add up to the statements",
    remedy:
      "Nothing was kept of it; rate the period again and export again. The detail names the payer and the difference.",
  },
  "archive-damaged": {
    status: 409,
    title: "An archive file is not what was written",
    remedy: "Put the file back from a backup; its SHA-256 is in GET /v1/archives.",
  },
  "backup-damaged": {
    status: 409,
    title: "This is no whole backup",
    remedy: "Use another one; tally backup DIR makes one, and is done only when it says so.",
  },
  "restore-unfinished": {
    status: 409,
    title: "A restore has not ended",
    remedy: "Run tally restore with the same backup again; it begins anew.",
  },
  "precondition-failed": {
    status: 412,
    title: "This has changed since it was read",
    remedy: "Read it again, and send the change with the ETag of that answer in If-Match.",
  },
  "precondition-required": {
    status: 428,
    title: "A change of what is there must say which state it was made from",
    remedy: "Read it first, and send the ETag of that answer in If-Match.",
  },
  "not-acceptable": {
    status: 406,
    title: "This cannot be had in a form you accept",
    remedy: "Name one of the media types of /openapi.json in Accept, or leave it out for JSON.",
  },
  "request-timeout": {
    status: 408,
    title: "The request took too long to arrive",
    remedy: "Send it again in one go; large batches can be sent in parts.",
  },
  "idempotency-key-in-use": {
    status: 409,
    title: "The first request with this Idempotency-Key is still being answered",
    remedy: "Wait for Retry-After and send the same again: its answer is given then.",
  },
  "idempotency-key-reused": {
    status: 422,
    title: "This Idempotency-Key belongs to another request",
    remedy: "Take a new key for a new request; the same key goes with the same request alone.",
  },
  "too-many-requests": {
    status: 429,
    title: "Too many requests",
    remedy: "Wait for Retry-After. Of requests see the settings api.requests.caller and api.requests.address.",
  },
  "headers-too-large": {
    status: 431,
    title: "The headers are too large",
    remedy: "Send fewer or shorter headers, and put long lists of filters into several requests.",
  },
  "answer-timeout": {
    status: 503,
    title: "The answer took too long to make",
    remedy: "Ask for less: a shorter range, fewer accounts, or an export.",
  },
  "body-too-large": { status: 413, title: "The body is too large", remedy: "Send smaller batches." },
  "unsupported-media-type": {
    status: 415,
    title: "This media type is not taken here",
    remedy: "See the content types in /openapi.json.",
  },
  "unknown-setting": { status: 404, title: "There is no such setting", remedy: "GET /v1/settings lists them all." },
  "invalid-setting": {
    status: 400,
    title: "The setting cannot have this value",
    remedy: "See its form in GET /v1/settings.",
  },
  "bad-configuration": {
    status: 500,
    title: "The configuration is not valid",
    remedy: "Mend the variables that are named.",
  },
  "schema-mismatch": {
    status: 500,
    title: "The store and this version do not fit",
    remedy: "Run the version that last migrated this store, or a newer one.",
  },
  "log-mismatch": {
    status: 500,
    title: "The event log is not the one this store knows",
    remedy: "Point at the log this store was filled from.",
  },
  "log-unavailable": {
    status: 503,
    title: "The event log does not answer",
    remedy: "Send the same again; what was taken in already is recognised. See TALLY_KAFKA_BROKERS.",
  },
  "disk-full": {
    status: 503,
    title: "The disk has no room left",
    remedy: "Make room there and send the same again; nothing that was acknowledged is lost.",
  },
  "store-unavailable": {
    status: 503,
    title: "The store does not answer",
    remedy: "Send the same again; what was taken in already is recognised. See TALLY_CLICKHOUSE_URL.",
  },
  "data-dir-in-use": {
    status: 409,
    title: "Another process holds the data directory",
    remedy: "Talk to that process, or end it.",
  },
  "control-unavailable": {
    status: 503,
    title: "Control data cannot be changed now",
    remedy: "Read the present state, and try again; TALLY_REDIS_URL says where the lock of changes is.",
  },
  "role-in-use": {
    status: 409,
    title: "Another process plays a role that only one may play",
    remedy: "Set the variable that is named, or end the other process.",
  },
  internal: {
    status: 500,
    title: "Something failed here",
    remedy: "The log of the server has the cause under the same instance.",
  },
} as const;

export type ProblemKey = keyof typeof problems;

/** A fault with a key of the catalogue; `detail` is for the caller and holds nothing secret, `cause` is for the log. */
export class AppError extends Error {
  readonly key: ProblemKey;
  readonly field: string | undefined;

  constructor(key: ProblemKey, detail: string, options: { field?: string; cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.key = key;
    this.field = options.field;
  }
}

/** What goes over the wire: RFC 9457 problem+json. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly field?: string;
}

/** The problem+json of any error; an unknown one becomes `internal` and tells nothing of itself. */
export function toProblem(error: unknown, instance: string): Problem {
  const known = error instanceof AppError ? error : new AppError("internal", "The cause is in the server's log.");
  const { status, title } = problems[known.key];
  const problem = { type: `/problems/${known.key}`, title, status, detail: known.message, instance };
  return known.field === undefined ? problem : { ...problem, field: known.field };
}

/** Why work failed, for who asked for it; what is not an answer of ours is in the log. */
export function toldWhy(error: unknown): string {
  return error instanceof AppError ? error.message : "something failed here; the log of the server has the cause";
}

/** What cannot be, is not: stops the job at hand, never bends the truth. */
export function assert(condition: unknown, why: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${why}`);
}

/** Ends a switch over a closed list; a new member fails to compile here. */
export function assertNever(value: never): never {
  throw new Error(`assertion failed: unexpected ${JSON.stringify(value)}`);
}
