import Type, { type Static } from "typebox";
import type { Clock } from "../../core/clock.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { formatMs, type InstantMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

/** A version that was written: what it says, and what the one before said; fields as text, by their names in the store. */
export const AuditChange = Type.Object(
  {
    kind: Type.String({ description: "account, setting, key, user, rate-card, …" }),
    id: Type.String(),
    version: Type.String(),
    before: Type.Union([Type.Record(Type.String(), Type.String()), Type.Null()], {
      description: "null = there was none",
    }),
    after: Type.Record(Type.String(), Type.String()),
  },
  { $id: "AuditChange", additionalProperties: false },
);

/** Who asked for what, from where, and what became of it. */
export const AuditLine = Type.Object(
  {
    request_id: Type.String({ description: "As in x-request-id and in the log" }),
    at: Type.String(),
    caller_id: Type.String({
      description: "A key, a user, local (a command on the server's machine); nobody = not known",
    }),
    caller_name: Type.String(),
    role: Type.String(),
    address: Type.String(),
    method: Type.String(),
    operation: Type.String({ description: "operationId of the route, or the command of /client/api" }),
    target: Type.String({ description: "The address asked for, without its query" }),
    status: Type.Integer(),
    changes: Type.Array(AuditChange, { description: "Versions its author wrote while it lasted" }),
  },
  { $id: "AuditLine", additionalProperties: false },
);
export type AuditLine = Static<typeof AuditLine>;

/** A line as it is written. */
export interface AuditEntry {
  readonly request_id: string;
  readonly begun_at: InstantMs;
  readonly caller_id: string;
  readonly caller_name: string;
  readonly role: string;
  readonly address: string;
  readonly method: string;
  readonly operation: string;
  readonly target: string;
  readonly status: number;
}

/** Which lines; '' = any. `from` and `to`: half-open. */
export interface AuditFilter {
  readonly from: InstantMs;
  readonly to: InstantMs;
  readonly caller_id: string;
  readonly operation: string;
  readonly refused: boolean;
}

/** The audit log: it is only written to, and read. */
export interface Audit {
  write(entry: AuditEntry): Promise<void>;
  /** The latest first; `before` null = from the latest. */
  list(asked: {
    filter: AuditFilter;
    before: { ended_ms: number; request_id: string } | null;
    limit: number;
  }): Promise<AuditLine[]>;
}

const Text = Type.String();
const Line = Type.Object({
  request_id: Text,
  caller_id: Text,
  caller_name: Text,
  role: Text,
  address: Text,
  method: Text,
  operation: Text,
  target: Text,
  status: Type.Integer(),
  begun_ms: Text,
  ended_ms: Text,
});
type Line = Static<typeof Line>;
const selectLines = defineQuery(
  "api/access/audit_lines",
  Type.Object({
    from_ms: Type.Number(),
    to_ms: Type.Number(),
    caller_id: Text,
    operation: Text,
    refused: Type.Integer(),
    before_ms: Type.Number(),
    before_id: Text,
    limit: Type.Integer(),
  }),
  Line,
);
const Change = Type.Object({
  kind: Text,
  id: Text,
  changed_by: Text,
  version: Text,
  before: Text,
  after: Text,
  changed_ms: Text,
});
const selectChanges = defineQuery(
  "api/access/audit_changes",
  Type.Object({ authors: Type.Array(Text), from_ms: Type.Number(), to_ms: Type.Number() }),
  Change,
);
const texts = ["caller_id", "caller_name", "role", "address", "method", "operation", "target"] as const;
const columns = ["ended_at", "begun_at", "request_id", ...texts, "status"];
/** Above every line: the year 2286, Unix ms UTC. */
const END_MS = 9_999_999_999_000;

/** The audit log in the store. */
export function createAudit({ store, clock }: { store: Store; clock: Clock }): Audit {
  return {
    write: async (entry) => {
      const times = [timeField(clock.now()), timeField(entry.begun_at), entry.request_id];
      const line = [...times, ...texts.map((name) => field(entry[name])), entry.status].join("\t");
      await insertLines(store.write, { table: "audit_line", columns }, `${line}\n`);
    },
    list: async ({ filter: { from, to, refused, ...names }, before, limit }) => {
      const place = { before_ms: before?.ended_ms ?? END_MS, before_id: before?.request_id ?? "" };
      const asked = { ...names, refused: refused ? 1 : 0, from_ms: from, to_ms: to, ...place, limit };
      const lines = await selectLines(store.read, asked);
      const changes = await changesOf(store, lines);
      return lines.map(({ begun_ms, ended_ms, ...line }) => ({
        ...line,
        at: formatMs(ended_ms),
        changes: changes
          .filter(
            ({ changed_by, changed_ms }) =>
              changed_by === authorName(line) &&
              Number(changed_ms) >= Number(begun_ms) &&
              Number(changed_ms) <= Number(ended_ms),
          )
          .map(({ kind, id, version, before: was, after }) => ({
            kind,
            id,
            version,
            before: read(was),
            after: read(after) ?? {},
          })),
      }));
    },
  };
}

/** How a caller stands in changes as their author. */
export function authorName({ caller_name, caller_id }: Pick<AuditEntry, "caller_name" | "caller_id">): string {
  return `${caller_name} (${caller_id})`;
}

async function changesOf(store: Store, lines: readonly Line[]): Promise<Static<typeof Change>[]> {
  const made = lines.filter(({ status }) => status < 400);
  if (made.length === 0) return [];
  return selectChanges(store.read, {
    authors: [...new Set(made.map(authorName))],
    from_ms: Math.min(...made.map(({ begun_ms }) => Number(begun_ms))),
    to_ms: Math.max(...made.map(({ ended_ms }) => Number(ended_ms))),
  });
}

function read(said: string): Record<string, string> | null {
  return said === "" ? null : (JSON.parse(said) as Record<string, string>);
}
