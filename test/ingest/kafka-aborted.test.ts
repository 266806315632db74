import type { Kafka } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { silentLog } from "../../core/log.ts";
import { connectKafka } from "../../ingest/kafka/connect.ts";
import { readTopic } from "../../ingest/kafka/read-topic.ts";
import { event } from "../conformance/sample-event.ts";
import { toCloudEvent } from "../../core/events.ts";
import { kafkaNote, openTestKafka, skipKafka, type TestKafka } from "../services/kafka.ts";
import { type KafkaSystem, openKafkaSystem } from "./kafka-system.ts";

// Other producers may write in transactions. What they take back stays in the topic, as offsets that hold no message for anybody.

describe.skipIf(skipKafka)(`a topic that is written in transactions${kafkaNote}`, () => {
  let kafka: TestKafka;
  let opened: KafkaSystem;
  let client: Kafka;

  beforeAll(async () => {
    kafka = await openTestKafka();
    opened = await openKafkaSystem(kafka, 1);
    client = connectKafka({ brokers: kafka.brokers, log: silentLog });
  }, 360_000);
  afterAll(async () => {
    await opened?.close();
    await kafka?.close();
  });

  const message = (n: number): { key: string; value: string } => {
    const one = event({ id: `e-${n}`, resource: `vm-${n}` });
    return { key: one.resource, value: JSON.stringify(toCloudEvent(one)) };
  };

  /** Writes messages in a transaction and takes them back. */
  async function takeBack(count: number, bytes: number): Promise<void> {
    const transactionalId = `aborted-${process.pid}`;
    const producer = client.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    const value = "x".repeat(bytes);
    for (let n = 0; n < count; n += 1)
      await transaction.send({ topic: opened.topic, messages: [{ key: "never", value }] });
    await transaction.abort();
    await producer.disconnect();
  }
  /** All that is in the topic now: an event, 22 and a mark, an event, 2 and a mark. */
  const end = async (): Promise<unknown> => {
    const bound = await opened.system.eventLog.bound();
    expect(Object.values(bound)).toEqual(["27"]);
    return bound;
  };
  const stored = async (): Promise<string> =>
    (await opened.query<{ n: string }>("SELECT count() AS n FROM event"))[0]?.n ?? "";

  test("offsets that hold nothing are passed over, more of them than one fetch brings too, and lag falls to 0 at their end", async () => {
    const member = opened.startMember();
    await opened.producer.send({ topic: opened.topic, messages: [message(1)] });
    await opened.settled();
    // A fetch brings 8 MiB of a partition.
    await takeBack(22, 950_000);
    await opened.producer.send({ topic: opened.topic, messages: [message(2)] });
    // Until a transaction has ended in the topic itself, what lies behind it is not there for anybody.
    await vi.waitFor(async () => expect(await stored()).toBe("2"), { timeout: 60_000, interval: 100 });
    await takeBack(2, 100);
    await vi.waitFor(async () => expect(await opened.system.kafkaLog?.stored()).toEqual(await end()), {
      timeout: 60_000,
      interval: 100,
    });
    await opened.settled();
    await member.stop();
    expect(await stored()).toBe("2");
    expect(await opened.query("SELECT log_offset FROM event GROUP BY log_offset HAVING count() > 1")).toEqual([]);
  }, 180_000);

  test("a reader that waits for the end of the log gets there", async () => {
    const { eventLog } = opened.system;
    const [end] = Object.values(await eventLog.bound());
    const done = new AbortController();
    let messages = 0;
    await eventLog.consume(
      "reader",
      async (batch) => {
        messages += batch.messages.length;
        if (batch.last_offset >= BigInt(end ?? 0)) done.abort();
      },
      done.signal,
    );
    expect(messages).toBe(2);
  }, 60_000);

  test("back-fill from a topic comes to its end where that is what was taken back", async () => {
    const found: string[] = [];
    const from = { topic: opened.topic, from: null };
    await readTopic({ brokers: kafka.brokers, log: silentLog }, from, async (values) => void found.push(...values));
    expect(found).toEqual([message(1).value, message(2).value]);
  }, 120_000);
});
