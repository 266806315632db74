import { hexOf } from "../core/content-id.ts";
import Type, { type Static } from "typebox";
import type { Clock } from "../core/clock.ts";
import { formatMs } from "../core/instant.ts";
import { field, insertLines, timeField } from "../core/insert-lines.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { createGroupCommit } from "./group-commit.ts";

/** What is refused: the text as it came, where it came from, and why it was not taken. */
export interface Refused {
  readonly raw: string;
  /** "http", "file", "log <position>", "kafka <position>" */
  readonly origin: string;
  readonly source: string;
  readonly id: string;
  readonly field: string;
  readonly reason: string;
}

/** A quarantined message as the API shows it; one per content, however often it was sent (P4). */
export const QuarantineEntry = Type.Object(
  {
    quarantine_id: Type.String(),
    origin: Type.String(),
    source: Type.String(),
    id: Type.String(),
    field: Type.String(),
    reason: Type.String(),
    raw: Type.String(),
    times_seen: Type.String(),
    first_seen_at: Type.String(),
    last_seen_at: Type.String(),
    replayed_at: Type.Union([Type.String(), Type.Null()]),
  },
  { $id: "QuarantineEntry", additionalProperties: false },
);
export type QuarantineEntry = Static<typeof QuarantineEntry>;

export interface Quarantine {
  /** Resolves when all are durable. */
  put(refused: readonly Refused[]): Promise<void>;
  list(options: { after_id: string; limit: number }): Promise<QuarantineEntry[]>;
  get(quarantineId: string): Promise<QuarantineEntry | null>;
  /** Notes that a message was put in again and accepted. */
  markReplayed(entry: QuarantineEntry): Promise<void>;
  count(): Promise<number>;
}

const Row = Type.Object({
  ...QuarantineEntry.properties,
  first_seen_at: Type.String(),
  last_seen_at: Type.String(),
  replayed_at: Type.String(),
});
const select = defineQuery(
  "ingest/quarantine",
  Type.Object({ quarantine_id: Type.String(), after_id: Type.String(), limit: Type.Integer() }),
  Row,
);
const selectCount = defineQuery("ingest/quarantine_count", Type.Object({}), Type.Object({ open: Type.String() }));

const columns = [
  "quarantine_id",
  "raw",
  "origin",
  "source",
  "id",
  "field",
  "reason",
  "first_seen_at",
  "last_seen_at",
  "times_seen",
  "replayed_at",
];

/** The store's quarantine. */
export function createQuarantine({ store, clock }: { store: Store; clock: Clock }): Quarantine {
  const write = createGroupCommit((lines) =>
    insertLines(store.write, { table: "quarantine", columns }, `${lines.join("\n")}\n`),
  );

  function toRow(refused: Refused, id: string, seen: number, replayedAt: string): string {
    const now = timeField(clock.now());
    const texts = [id, refused.raw, refused.origin, refused.source, refused.id, refused.field, refused.reason].map(
      field,
    );
    return [...texts, now, now, seen, replayedAt].join("\t");
  }

  return {
    put: (refused) => write(refused.map((one) => toRow(one, contentId(one.raw), 1, timeField(0)))),
    list: async ({ after_id, limit }) =>
      (await select(store.read, { quarantine_id: "", after_id, limit })).map(toEntry),
    get: async (quarantineId) =>
      (await select(store.read, { quarantine_id: quarantineId, after_id: "", limit: 1 })).map(toEntry)[0] ?? null,
    markReplayed: (entry) => write([toRow(entry, entry.quarantine_id, 0, timeField(clock.now()))]),
    count: async () => Number((await selectCount(store.read, {}))[0]?.open ?? 0),
  };
}

function toEntry(row: Static<typeof Row>): QuarantineEntry {
  return {
    ...row,
    first_seen_at: formatMs(row.first_seen_at),
    last_seen_at: formatMs(row.last_seen_at),
    replayed_at: row.replayed_at === "0" ? null : formatMs(row.replayed_at),
  };
}

function contentId(raw: string): string {
  return `q_${hexOf(raw)}`;
}
