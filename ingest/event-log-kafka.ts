import { hexOf } from "../core/content-id.ts";
import type { Batch, Kafka } from "kafkajs";
import Type from "typebox";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Bound, EventBatch, EventLog } from "../core/event-log.ts";
import { toCloudEvent } from "../core/events.ts";
import { createInTurn } from "../core/in-turn.ts";
import { field, insertLines, timeField } from "../core/insert-lines.ts";
import type { Log } from "../core/log.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { showBrokers } from "../core/kafka-address.ts";
import { connectKafka } from "./kafka/connect.ts";
import { consumeGroup, type Member } from "./kafka/consume-group.ts";
import { patiently } from "./kafka/patiently.ts";
import { createPositions } from "./kafka/positions.ts";
import { createAppender } from "./kafka/producer.ts";
import { checkTopic, openTopic, type Topic } from "./kafka/topic.ts";

const selectStoreLog = defineQuery(
  "ingest/store_log",
  Type.Object({}),
  Type.Object({ log_id: Type.String(), events: Type.String(), store_id: Type.String() }),
);

const patienceMs = 3_000;

/** How far behind the topic a partition's stored events are. */
export interface PartitionLag {
  readonly partition: number;
  /** Messages in the topic that are not stored yet. */
  readonly messages: bigint;
  /** Messages that Kafka deleted before they were stored. */
  readonly lost: bigint;
}

/** The event log on a Kafka topic, seen by a process that has a store. */
export interface KafkaLog extends EventLog {
  readonly kafka: Kafka;
  readonly topic: Topic;
  /** The consumer group of this store's ingest. */
  readonly group: string;
  readonly positions: ReturnType<typeof createPositions>;
  /** Up to where every event is readable in the store: the bound of a run. `bound` says what the topic holds. */
  stored(): Promise<Bound>;
  lag(): Promise<PartitionLag[]>;
  /** Messages this process has stored and set aside so far. */
  readonly counts: { stored: number; refused: number };
  /** The lowest offset the topic still has. */
  earliest(partition: number): Promise<bigint>;
  close(): Promise<void>;
}

/**
 * The event log on Kafka: appending is an idempotent produce acknowledged by all replicas, readers are consumer groups. The
 * topic is made where there is none. A store keeps to the topic it was filled from.
 * @throws AppError log-mismatch, log-unavailable
 */
export async function openKafkaLog({
  brokers,
  topic: name,
  store,
  clock,
  log,
}: {
  brokers: readonly string[];
  topic: string;
  store: Store;
  clock: Clock;
  log: Log;
}): Promise<KafkaLog> {
  const kafka = connectKafka({ brokers, log });
  const admin = kafka.admin();
  try {
    await admin.connect();
  } catch (cause) {
    throw new AppError("log-unavailable", `no Kafka broker of ${showBrokers(brokers)} answers`, { cause });
  }
  try {
    const topic = await openTopic(admin, brokers, name);
    const store_id = await adopt(store, topic, clock);
    const group = `${name}.ingest.${store_id}`;
    const positions = createPositions({ store, clock, admin, topic: name, group });
    const { append, close } = createAppender(kafka, name, () => checkTopic(topic));
    const offsets = async (): Promise<{ partition: number; high: bigint; low: bigint }[]> =>
      (await patiently({ clock, admin }, () => admin.fetchTopicOffsets(name))).map(({ partition, high, low }) => ({
        partition,
        high: BigInt(high),
        low: BigInt(low),
      }));
    const boundOf = (ends: Iterable<readonly [number, bigint]>): Bound =>
      Object.fromEntries(
        [...ends]
          .filter(([, next]) => next > 0n)
          .toSorted(([a], [b]) => a - b)
          .map(([partition, next]) => [`${topic.log_id}/${partition}`, (next - 1n).toString()]),
      );
    return {
      id: topic.log_id,
      kafka,
      topic,
      group,
      positions,
      append: (events) =>
        append(events.map((event) => ({ key: event.resource, value: JSON.stringify(toCloudEvent(event)) }))),
      consume: (reader, handle, signal) => {
        const inTurn = createInTurn();
        const hand = (batch: EventBatch, member: Member): Promise<void> =>
          inTurn(async () => {
            await handle(batch);
            await member.commit(batch.partition, batch.last_offset + 1n, "");
          });
        return consumeGroup({
          kafka,
          topic: name,
          group: `${name}.${hexOf(reader)}`,
          signal,
          handle: (batch, member) => hand(toBatch(topic.log_id, batch), member),
          // A reader that waits for an offset is told of it, also where it holds nothing.
          onPassed: ({ partition, first, last }, member) =>
            hand(batchOf(topic.log_id, { partition, first_offset: first, last_offset: last, messages: [] }), member),
        });
      },
      bound: async () => boundOf((await offsets()).map(({ partition, high }) => [partition, high])),
      stored: async () =>
        boundOf([...(await positions.read())].map(([partition, { next_offset }]) => [partition, next_offset])),
      lag: async () => {
        const [stored, ends] = await within(clock, Promise.all([positions.read(), offsets()]));
        return ends
          .toSorted((a, b) => a.partition - b.partition)
          .map(({ partition, high, low }) => {
            const next = stored.get(partition)?.next_offset ?? 0n;
            return { partition, messages: high > next ? high - next : 0n, lost: low > next ? low - next : 0n };
          });
      },
      counts: { stored: 0, refused: 0 },
      earliest: async (partition) => (await offsets()).find((one) => one.partition === partition)?.low ?? 0n,
      close: async () => {
        await close();
        await admin.disconnect();
      },
    };
  } catch (error) {
    await admin.disconnect();
    throw error;
  }
}

/** Who asks how things stand does not wait for a broker that is gone. */
async function within<T>(clock: Clock, work: Promise<T>): Promise<T> {
  const given = new AbortController();
  work.catch(() => undefined);
  const late = clock.sleep(patienceMs, given.signal).then(() => {
    throw new AppError("log-unavailable", "Kafka does not answer");
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    given.abort();
  }
}

/** Notes on first use which topic this store is filled from; gives the store's own id. @throws AppError log-mismatch */
async function adopt(store: Store, { name, log_id }: Topic, clock: Clock): Promise<string> {
  const [found] = await selectStoreLog(store.read, {});
  if (found === undefined) throw new AppError("internal", "the store does not say which log it holds");
  const { log_id: known, events, store_id } = found;
  if (known !== log_id && events !== "0")
    throw new AppError(
      "log-mismatch",
      known.startsWith("kafka-")
        ? `this store holds events of topic ${known}, and ${name} is ${log_id}: another one, or made anew`
        : `this store holds events it was sent without Kafka; use another one with topic ${name}`,
    );
  if (known !== log_id) {
    const target = { table: "event_log", columns: ["log_id", "created_at"] };
    await insertLines(store.write, target, `${field(log_id)}\t${timeField(clock.now())}\n`);
  }
  return store_id.slice(0, 8);
}

/** A batch with all it reaches over: what has no value (a tombstone) is left out, and its offsets are read all the same. */
function toBatch(log_id: string, batch: Batch): EventBatch {
  const { partition, messages } = batch;
  const first_offset = BigInt(messages[0]?.offset ?? batch.lastOffset());
  const last_offset = BigInt(batch.lastOffset());
  const values = messages.flatMap(({ value }) => (value === null ? [] : [value]));
  return batchOf(log_id, { partition, first_offset, last_offset, messages: values });
}

function batchOf(log_id: string, batch: Omit<EventBatch, "id">): EventBatch {
  return { id: `${log_id}/${batch.partition}:${batch.first_offset}-${batch.last_offset}`, ...batch };
}
