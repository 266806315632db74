import { afterAll, beforeAll, describe } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { openKafkaLog, type KafkaLog } from "../../ingest/event-log-kafka.ts";
import { describeEventLog } from "../conformance/event-log.ts";
import { kafkaNote, openTestKafka, skipKafka, type TestKafka } from "../services/kafka.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

describe.skipIf(skipKafka)(`on a real Kafka${kafkaNote}`, () => {
  let kafka: TestKafka;
  let opened: TestStore;
  const logs: KafkaLog[] = [];
  let number = 0;

  beforeAll(async () => {
    kafka = await openTestKafka();
    opened = await openTestStore();
  }, 360_000);
  afterAll(async () => {
    for (const log of logs) await log.close();
    await opened?.close();
    await kafka?.close();
  });

  async function open(topic: string): Promise<KafkaLog> {
    const log = await openKafkaLog({
      brokers: kafka.brokers,
      topic,
      store: opened.store,
      clock: systemClock,
      log: silentLog,
    });
    logs.push(log);
    return log;
  }

  describeEventLog("Kafka", async () => {
    const topic = `conformance-${process.pid}-${number++}`;
    return { log: await open(topic), reopen: () => open(topic) };
  });
});
