import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Admin } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLog } from "../../core/log.ts";
import { connectKafka } from "../../ingest/kafka/connect.ts";
import { kafkaNote, openTestKafka, skipKafka, type TestKafka } from "../services/kafka.ts";
import { tally } from "./run-tally.ts";
import { makeTopic } from "../../ingest/kafka/topic.ts";

describe.skipIf(skipKafka)(`tally doctor with the event log on Kafka${kafkaNote}`, () => {
  const topic = `doctor-${process.pid}`;
  let kafka: TestKafka;
  let admin: Admin;
  let environment: Record<string, string>;

  beforeAll(async () => {
    kafka = await openTestKafka({ own: true });
    const client = connectKafka({ brokers: kafka.brokers, log: silentLog });
    admin = client.admin();
    await admin.connect();
    await makeTopic(admin, { topic, numPartitions: 2 });
    const producer = client.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const messages = [0, 1, 1].map((partition) => ({ value: "not an event", partition }));
    await producer.send({ topic, messages });
    await producer.disconnect();
    environment = {
      TALLY_DATA_DIR: mkdtempSync(join(tmpdir(), "tally-doctor-")),
      TALLY_KAFKA_BROKERS: kafka.brokers.join(","),
      TALLY_KAFKA_TOPIC: topic,
      TALLY_LOG_LEVEL: "silent",
    };
  }, 360_000);
  afterAll(async () => {
    await admin?.disconnect();
    await kafka?.close();
    if (environment !== undefined) rmSync(environment["TALLY_DATA_DIR"] ?? "", { recursive: true, force: true });
  });

  async function doctor(): Promise<{ status: number; kafka: unknown; store: unknown }> {
    const { status, out } = await tally(environment, "doctor", "--json");
    const { checks } = JSON.parse(out) as { checks: { check: string; state: string; detail: string }[] };
    const of = (name: string) => checks.find(({ check }) => check === name);
    return { status, kafka: of("kafka"), store: of("store") };
  }

  test("it says how far the store is behind the topic, what Kafka lost before it was stored, and that no broker answers", async () => {
    expect(await doctor()).toMatchObject({
      status: 0,
      kafka: { state: "ok", detail: "3 messages are not stored yet" },
    });
    // The client looks leaders up among what it knows already.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: "2" }] });
    expect(await doctor()).toMatchObject({
      status: 1,
      kafka: { state: "wrong", detail: "2 messages were deleted before they were stored" },
    });
    await admin.disconnect();
    await kafka.kill();
    expect(await doctor()).toMatchObject({
      status: 1,
      store: { state: "wrong", detail: expect.stringMatching(/no Kafka broker of 127\.0\.0\.1:\d+ answers/) as string },
    });
  }, 180_000);
});
