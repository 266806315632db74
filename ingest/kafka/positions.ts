import type { Admin } from "kafkajs";
import Type from "typebox";
import type { Clock } from "../../core/clock.ts";
import { insertLines } from "../../core/insert-lines.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { patiently } from "./patiently.ts";

const selectStored = defineQuery(
  "ingest/stored_positions",
  Type.Object({ reader: Type.String() }),
  Type.Object({ log_partition: Type.Integer(), epoch: Type.Integer(), next_offset: Type.String() }),
);

/** Under this name ingest notes in the store what it has stored. */
const reader = "ingest";

/** The most positions one commit goes on by. */
const commitOffsetsMax = 200_000n;

/** Where a partition stands: the next offset to store, and the number of the last claim on it (0 = none). */
export interface Position {
  readonly next_offset: bigint;
  readonly epoch: number;
}

interface Committed {
  readonly offset: bigint;
  readonly epoch: number;
}

/**
 * How far the partitions are stored, whoever stored them.
 *
 * Kafka's committed offset is exact and fenced: the broker takes it from the present owner only, and the claim's number goes
 * with it. But it can be lost (it expires, an operator resets it, a store is restored from a backup). The store's own note
 * follows each commit, so it is at most one commit behind. Hence: Kafka's counts where its claim is the last one the store
 * knows of and it is no more than one commit ahead; else the store's does. To store something again is harmless at any time.
 */
export function createPositions({
  store,
  clock,
  admin,
  topic,
  group,
}: {
  store: Store;
  clock: Clock;
  admin: Admin;
  topic: string;
  group: string;
}): {
  read(): Promise<Map<number, Position>>;
  /** Where ingest goes on and the number its claim gets. */
  forClaim(partition: number): Promise<{ from_offset: bigint; epoch: number }>;
  /** Notes that all below is stored; the broker must have taken the commit before. */
  note(partition: number, next_offset: bigint): Promise<void>;
  noteClaim(partition: number, epoch: number, from_offset: bigint): Promise<void>;
} {
  async function readCommitted(): Promise<Map<number, Committed>> {
    const [found] = await patiently({ clock, admin }, () => admin.fetchOffsets({ groupId: group, topics: [topic] }));
    return new Map(
      (found?.partitions ?? []).map(({ partition, offset, metadata }) => [
        partition,
        { offset: BigInt(offset), epoch: epochOf(metadata) },
      ]),
    );
  }

  async function readStored(): Promise<Map<number, Position>> {
    const rows = await selectStored(store.read, { reader });
    return new Map(
      rows.map(({ log_partition, epoch, next_offset }) => [log_partition, { epoch, next_offset: BigInt(next_offset) }]),
    );
  }

  return {
    read: async () => {
      // Kafka first: what the store then says is as new or newer, and a claim it does not know yet makes it count alone.
      const committed = await readCommitted();
      const stored = await readStored();
      return new Map([...stored].map(([partition, at]) => [partition, further(at, committed.get(partition))]));
    },
    forClaim: async (partition) => {
      const committed = (await readCommitted()).get(partition);
      const stored = (await readStored()).get(partition) ?? { epoch: 0, next_offset: 0n };
      const { next_offset } = further(stored, committed);
      return { from_offset: next_offset, epoch: Math.max(stored.epoch, committed?.epoch ?? 0) + 1 };
    },
    note: async (partition, next_offset) => {
      if (next_offset === 0n) return;
      const target = { table: "event_log_commit", columns: ["reader", "log_partition", "log_offset"] };
      await insertLines(store.write, target, `${reader}\t${partition}\t${next_offset - 1n}\n`);
    },
    noteClaim: (partition, epoch, from_offset) => {
      const target = { table: "event_claim", columns: ["log_partition", "epoch", "from_offset"] };
      return insertLines(store.write, target, `${partition}\t${epoch}\t${from_offset}\n`);
    },
  };
}

function further(stored: Position, committed: Committed | undefined): Position {
  if (committed === undefined || committed.epoch !== stored.epoch || stored.epoch === 0) return stored;
  const ahead = committed.offset - stored.next_offset;
  return ahead > 0n && ahead <= commitOffsetsMax ? { ...stored, next_offset: committed.offset } : stored;
}

const noteForm = /^claim (\d{1,9})$/;

/** What is committed with an offset: the claim under which the rows below it were written. */
export function noteOf(epoch: number): string {
  return `claim ${epoch}`;
}

function epochOf(note: string | null | undefined): number {
  return Number(noteForm.exec(note ?? "")?.[1] ?? 0);
}

/** The number of a claim among all partitions', as rows bear it. */
export function claimNumber(partition: number, epoch: number): bigint {
  return BigInt(partition) * 4_294_967_296n + BigInt(epoch);
}
