import type { Batch, KafkaMessage } from "kafkajs";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { createInTurn, type InTurn } from "../../core/in-turn.ts";
import { insertLines, timeField } from "../../core/insert-lines.ts";
import { createLineBuffer } from "../../core/line-buffer.ts";
import type { Log } from "../../core/log.ts";
import type { Store } from "../../core/store.ts";
import { messageColumns } from "../event-line.ts";
import type { Ingest, PastRefused } from "../ingest.ts";
import type { Quarantine } from "../quarantine.ts";
import type { KafkaLog } from "../event-log-kafka.ts";
import { consumeGroup, isOfClient, type Member, type Passed } from "./consume-group.ts";
import { claimNumber, noteOf } from "./positions.ts";
import { readMessage } from "./read-message.ts";
import { checkTopic } from "./topic.ts";

const columns = ["log_id", "log_partition", "log_offset", "log_claim", "recorded_at", ...messageColumns];

/** Rows of one insert at most: bounds memory whatever a batch of Kafka's unpacks to. */
const rowsMax = 20_000;
/** What is fetched at once, before it is unpacked. */
const fetchSizes = { maxBytesPerPartition: 8_388_608, maxBytes: 16_777_216 };
const heartbeatMs = 1_000;
const retryMsMax = 15_000;

/** The right to write a partition's positions, as this process holds it. */
interface Claim {
  readonly number: bigint;
  readonly note: string;
  readonly generation: number;
  next_offset: bigint;
}

export interface IngestFromKafkaDeps {
  readonly log: KafkaLog;
  readonly store: Store;
  readonly ingest: Ingest;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  readonly told: Log;
  /** How long the group waits for a sign of life before it gives a member's partitions away, ms. */
  readonly session_ms?: number;
}

/**
 * Stores what the topic holds until the signal aborts: batch by batch, each one's rows first, then its offset. Any number
 * of processes share the partitions. A store that fails is tried again and again while Kafka waits: of each partition at
 * most one batch is in memory. Every message is a row or a quarantine entry; which rows count is decided by claims
 * (sql/views/00_claims.sql) and by runs.
 * @throws AppError log-mismatch when the topic is not the one this store was filled from
 */
export async function ingestFromKafka(deps: IngestFromKafkaDeps, signal: AbortSignal): Promise<void> {
  const { log, store, ingest, quarantine, clock, told, session_ms = 30_000 } = deps;
  const { topic, positions } = log;
  const claims = new Map<number, Claim>();
  const turns = new Map<number, InTurn>();

  /** One thing at a time for each partition. */
  function inTurn<T>(partition: number, act: () => Promise<T>): Promise<T> {
    const turn = turns.get(partition) ?? createInTurn();
    turns.set(partition, turn);
    return turn(act);
  }

  /** From here on rows of former owners do not count; this one's number is fixed by a commit the broker takes from nobody else. */
  async function claim(partition: number, member: Member): Promise<Claim> {
    const { from_offset, epoch } = await storing(positions.forClaim(partition));
    await storing(positions.note(partition, from_offset));
    const note = noteOf(epoch);
    const generation = await member.commit(partition, from_offset, note);
    await storing(positions.noteClaim(partition, epoch, from_offset));
    const made = { number: claimNumber(partition, epoch), note, generation, next_offset: from_offset };
    claims.set(partition, made);
    told.info({ partition, epoch, from_offset: `${from_offset}` }, "partition claimed");
    return made;
  }

  async function handle(batch: Batch, member: Member): Promise<void> {
    const { partition } = batch;
    // Whatever stores or commits goes wrong, it is not known how much of it was done: the next try is another claim.
    for (let wait_ms = 250; !signal.aborted; wait_ms = Math.min(wait_ms * 2, retryMsMax)) {
      try {
        // Offsets of a topic that was made anew may well go on where we stand: what was fetched before this is of the one we know.
        await checkTopic(topic);
        const held = claims.get(partition) ?? (await claim(partition, member));
        if (!(await isInStep(batch, held, member))) return;
        for (const portion of portionsOf(batch, held.next_offset)) await storePortion(portion, partition, held, member);
        const next = BigInt(batch.lastOffset()) + 1n;
        if (held.next_offset < next) await commit(next, partition, held, member);
        return;
      } catch (error) {
        claims.delete(partition);
        if (!(error instanceof StoreError) && !isAway(error)) throw error;
        told.error({ err: error, partition, again_in_ms: wait_ms }, "batch not stored");
        await whileBeating(
          clock.sleep(wait_ms, signal).catch(() => undefined),
          member,
        );
      }
    }
  }

  /** Goes on over offsets that hold no message: else a long stretch of them is read again and again, and lag never falls to 0. */
  async function pass({ partition, first, last }: Passed, member: Member): Promise<void> {
    try {
      await checkTopic(topic);
      const held = claims.get(partition) ?? (await claim(partition, member));
      if (held.next_offset === first) await commit(last + 1n, partition, held, member);
    } catch (error) {
      // The batch after it finds that it is not in step, and asks for these offsets again.
      claims.delete(partition);
      told.warn({ err: error, partition }, "offsets without a message were not passed over");
    }
  }

  /** Whether the batch goes on where the claim stands; if offsets lie between, says so. */
  async function isInStep(batch: Batch, held: Claim, member: Member): Promise<boolean> {
    const { partition } = batch;
    const first = BigInt(batch.messages[0]?.offset ?? batch.lastOffset());
    const last = BigInt(batch.lastOffset());
    if (first === held.next_offset) return true;
    const low = await log.earliest(partition);
    if (held.next_offset < low) {
      const lost = { partition, from_offset: `${held.next_offset}`, to_offset: `${low - 1n}` };
      told.error(lost, "messages were deleted before they were stored");
      if (first <= low) return true;
    } else if (last >= held.next_offset && askedFrom(batch) <= held.next_offset) return true;
    // Kafka went on where it thought we were.
    member.seek(partition, held.next_offset < low ? low : held.next_offset);
    return false;
  }

  async function storePortion(messages: readonly KafkaMessage[], partition: number, held: Claim, member: Member) {
    const last = messages.at(-1);
    if (last === undefined) return;
    const { rows, accepted, refused } = prepare(messages, partition, held);
    const storeRefused = async (): Promise<void> => quarantine.put(await ingest.settlePast(refused));
    await whileBeating(
      storing(Promise.all([insertLines(store.write, { table: "event", columns }, rows), storeRefused()])),
      member,
    );
    await commit(BigInt(last.offset) + 1n, partition, held, member);
    log.counts.stored += accepted;
    log.counts.refused += refused.length;
  }

  async function commit(next_offset: bigint, partition: number, held: Claim, member: Member): Promise<void> {
    const generation = await member.commit(partition, next_offset, held.note);
    if (generation !== held.generation) throw new TakenOverError();
    held.next_offset = next_offset;
    await storing(positions.note(partition, next_offset));
  }

  function prepare(
    messages: readonly KafkaMessage[],
    partition: number,
    { number }: Claim,
  ): { rows: Buffer; accepted: number; refused: PastRefused[] } {
    const check = ingest.checker();
    const head = `${log.id}\t${partition}\t`;
    const tail = `\t${number}\t${timeField(clock.now())}\t`;
    const refused: PastRefused[] = [];
    const rows = createLineBuffer(messages.length * 512);
    for (const message of messages) {
      const read = readMessage(message, check);
      if ("line" in read) {
        rows.add(`${head}${message.offset}${tail}`);
        rows.add(read.line);
        rows.add("\n");
      } else refused.push({ ...read, origin: `kafka ${log.id}/${partition}:${message.offset}` });
    }
    return { rows: rows.bytes(), accepted: messages.length - refused.length, refused };
  }

  await consumeGroup({
    kafka: log.kafka,
    topic: topic.name,
    group: log.group,
    config: {
      ...fetchSizes,
      sessionTimeout: session_ms,
      rebalanceTimeout: 2 * session_ms,
      heartbeatInterval: session_ms / 10,
    },
    concurrency: 2,
    signal,
    onJoin: () => claims.clear(),
    handle: (batch, member) =>
      inTurn(batch.partition, async () => {
        try {
          await handle(batch, member);
        } catch (error) {
          // The partition is somebody else's, or ours anew: its batch comes again.
          if (!(error instanceof TakenOverError)) throw error;
          claims.delete(batch.partition);
          member.seek(batch.partition, (await positions.forClaim(batch.partition)).from_offset);
        }
      }),
    onPassed: (passed, member) => inTurn(passed.partition, () => pass(passed, member)),
  });
}

/** The commit was taken in another generation than the claim was made in. */
class TakenOverError extends Error {}
class StoreError extends Error {}

/** Whether no broker answered who was asked for the topic's id. */
function isAway(error: unknown): boolean {
  return error instanceof AppError && error.key === "log-unavailable";
}

/** What goes wrong in the store is tried again here; what goes wrong in Kafka its client knows. */
async function storing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (isOfClient(cause)) throw cause;
    throw new StoreError(cause instanceof Error ? cause.message : "the store failed", { cause });
  }
}

/** The offset the batch was asked from; where it begins later, the offsets between hold no message. */
function askedFrom(batch: Batch & { readonly fetchedOffset?: string }): bigint {
  return BigInt(batch.fetchedOffset ?? batch.firstOffset() ?? batch.lastOffset());
}

/** Messages from `next_offset` on, in portions of bounded size. */
function* portionsOf({ messages }: Batch, next_offset: bigint): Generator<readonly KafkaMessage[]> {
  const found = messages.findIndex(({ offset }) => BigInt(offset) >= next_offset);
  if (found < 0) return;
  for (let first = found; first < messages.length; first += rowsMax) yield messages.slice(first, first + rowsMax);
}

/** Waits for the work, and meanwhile tells the group that this member lives. A group that no longer wants to hear it is met at the commit. */
async function whileBeating<T>(work: Promise<T>, member: Member): Promise<T> {
  const timer = setInterval(() => void member.heartbeat().catch(() => undefined), heartbeatMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
