import type {
  Batch,
  ConsumerCommitOffsetsEvent,
  ConsumerConfig,
  ConsumerCrashEvent,
  ConsumerEndBatchProcessEvent,
  Kafka,
} from "kafkajs";
import { AppError } from "../../core/errors.ts";

/** What a handler may do as a member of its group. */
export interface Member {
  /**
   * Commits the next offset of a partition with a note; resolves with the generation of the group in which the broker took
   * it. A member that was replaced is refused by the broker: that is what makes a commit a fence.
   */
  commit(partition: number, next_offset: bigint, note: string): Promise<number>;
  /** Tells the group that a long batch is being worked on. */
  heartbeat(): Promise<void>;
  /** Goes on at another offset; what is left of the batch is not the handler's any more. */
  seek(partition: number, offset: bigint): void;
}

/** Offsets that were read and hold no message, both ends in: what a transaction took back, and the marks of its end. */
export interface Passed {
  readonly partition: number;
  readonly first: bigint;
  readonly last: bigint;
}

interface Consumption {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly group: string;
  readonly config?: Omit<ConsumerConfig, "groupId">;
  /** So many partitions at once. */
  readonly concurrency?: number;
  readonly signal: AbortSignal;
  /** Called when the group has handed out its partitions anew: what was known of them holds no longer. */
  onJoin?(): void;
  /** Works a batch of one partition off and commits it. What it rejects with ends the call, but for what the client says. */
  handle(batch: Batch, member: Member): Promise<void>;
  /** Called where a fetch held no message at all; the next batch does not wait for it. What it rejects with ends the call, as `handle` does. */
  onPassed?(passed: Passed, member: Member): Promise<void>;
}

/**
 * Reads a topic as a member of a group until the signal aborts; a batch under way is finished first. Lost brokers and
 * rebalances are survived; rejects with what the handler rejects with, or with what no retry mends.
 */
export async function consumeGroup(consumption: Consumption): Promise<void> {
  const { kafka, topic, group, signal, config = {}, concurrency = 1 } = consumption;
  if (signal.aborted) return;
  const consumer = kafka.consumer({
    ...config,
    groupId: group,
    maxWaitTimeInMs: 250,
    allowAutoTopicCreation: false,
    metadataMaxAge: 60_000,
  });
  // The client says that offsets are texts and gives numbers of its own kind.
  const taken = new Map<number, { offset: unknown; generation: number }>();
  const working = new Set<Promise<void>>();
  let end: (error?: Error) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error));
  });
  const onAbort = (): void => end();
  signal.addEventListener("abort", onAbort, { once: true });

  consumer.on(consumer.events.GROUP_JOIN, () => consumption.onJoin?.());
  consumer.on(consumer.events.REBALANCING, () => consumption.onJoin?.());
  consumer.on(consumer.events.CRASH, ({ payload }: ConsumerCrashEvent) => {
    if (!payload.restart) end(explainCrash(payload.error, topic));
  });
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }: ConsumerCommitOffsetsEvent) => {
    const generation = payload.groupGenerationId;
    for (const { partitions } of payload.topics)
      for (const { partition, offset } of partitions) taken.set(partition, { offset, generation });
  });

  const member: Member = {
    heartbeat: () => Promise.resolve(),
    seek: (partition, offset) => consumer.seek({ topic, partition, offset: offset.toString() }),
    commit: async (partition, next_offset, note) => {
      taken.delete(partition);
      const offset = next_offset.toString();
      try {
        await consumer.commitOffsets([{ topic, partition, offset, metadata: note }]);
      } catch (error) {
        // The client wraps what the broker said, and then does not know it for a rebalance.
        throw (error as { cause?: Error }).cause ?? error;
      }
      // A client that is stopping says nothing and commits nothing.
      const confirmed = taken.get(partition);
      if (confirmed === undefined || String(confirmed.offset) !== offset) throw new NotCommittedError();
      return confirmed.generation;
    },
  };

  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }: ConsumerEndBatchProcessEvent) => {
    const { partition, batchSize, lastOffset } = payload;
    // Null where the offsets asked for are gone, whatever the client's types say.
    const firstOffset = payload.firstOffset as string | null;
    if (batchSize > 0 || firstOffset === null || signal.aborted) return;
    const passed = { partition, first: BigInt(firstOffset), last: BigInt(lastOffset) };
    const work = (consumption.onPassed?.(passed, member) ?? Promise.resolve()).catch((error: unknown) => {
      if (!isOfClient(error) && !(error instanceof NotCommittedError)) end(error as Error);
    });
    working.add(work);
    void work.finally(() => working.delete(work));
  });

  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: async ({ batch, resolveOffset, heartbeat, isStale }) => {
        if (signal.aborted || isStale()) return;
        const work = consumption.handle(batch, { ...member, heartbeat });
        working.add(work);
        try {
          await work;
          if (!isStale()) resolveOffset(batch.lastOffset());
        } catch (error) {
          if (isOfClient(error)) throw error;
          if (!(error instanceof NotCommittedError)) end(error as Error);
        } finally {
          working.delete(work);
        }
      },
    });
    await ended;
  } finally {
    signal.removeEventListener("abort", onAbort);
    ended.catch(() => undefined);
    await Promise.allSettled(working);
    await consumer.disconnect().catch(() => undefined);
  }
}

/** The member is going, or gone: its batch comes again. */
class NotCommittedError extends Error {}

/** What the client itself raised: it knows how to go on. */
export function isOfClient(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith("KafkaJS");
}

function explainCrash(error: Error, topic: string): AppError {
  const codec = /(\w+) compression not implemented/i.exec(error.message)?.[1];
  const detail =
    codec === undefined
      ? `topic ${topic} cannot be read: ${error.message}`
      : `topic ${topic} has messages compressed with ${codec}; producers can use gzip or none`;
  return new AppError("log-unavailable", detail, { cause: error });
}
