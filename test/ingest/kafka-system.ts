import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Admin, Kafka, Producer } from "kafkajs";
import { type System } from "../../api/system.ts";
import { openSystem } from "../../api/open-system.ts";
import { startIngesting } from "../../api/start-ingesting.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";
import { silentLog } from "../../core/log.ts";
import { connectKafka } from "../../ingest/kafka/connect.ts";
import type { TestKafka } from "../services/kafka.ts";
import { makeTopic } from "../../ingest/kafka/topic.ts";

/** A system whose event log is on a real Kafka, and the hands of somebody else on the same topic. */
export interface KafkaSystem {
  readonly system: System;
  readonly topic: string;
  readonly admin: Admin;
  readonly producer: Producer;
  /** Another member of the ingest group on the same store; `stop` lets its batch finish, `ended` says that it went by itself or was stopped. */
  startMember(): { stop(): Promise<void>; readonly ended: Promise<void> };
  /** Waits until all that is in the topic is stored. */
  settled(): Promise<void>;
  query<T>(sql: string): Promise<T[]>;
  close(): Promise<void>;
}

/** Stands at the first of January 2027 and sleeps in real time. */
export const clock: Clock = {
  now: () => instant(Date.UTC(2027, 0, 1)),
  sleep: (ms, signal) => systemClock.sleep(ms, signal),
};

let number = 0;

/** Opens a system on a new topic; one store per test file (one engine per process), so `data_dir` may be given again. */
export async function openKafkaSystem(kafka: TestKafka, partitions = 4): Promise<KafkaSystem> {
  const topic = `events-${process.pid}-${number++}`;
  const client: Kafka = connectKafka({ brokers: kafka.brokers, log: silentLog });
  const [admin, producer] = [client.admin(), client.producer({ allowAutoTopicCreation: false })];
  await admin.connect();
  await producer.connect();
  await makeTopic(admin, { topic, numPartitions: partitions });
  const data_dir = mkdtempSync(join(tmpdir(), "tally-test-"));
  const system = await openSystem(
    { url: null, data_dir },
    { clock, log: silentLog, kafka: { brokers: kafka.brokers, topic } },
  );
  const members = new Set<{ stop(): Promise<void> }>();
  return {
    system,
    topic,
    admin,
    producer,
    startMember: () => {
      const stopping = new AbortController();
      const running = startIngesting(system, stopping);
      const member = {
        ended: running,
        stop: async () => {
          stopping.abort();
          members.delete(member);
          await running;
        },
      };
      members.add(member);
      return member;
    },
    settled: async () => {
      for (let tries = 0; ; tries += 1) {
        const lags = (await system.kafkaLog?.lag().catch(() => null)) ?? null;
        if (lags !== null && lags.every(({ messages }) => messages === 0n)) return;
        if (tries > 600)
          throw new Error(`not stored after a minute: ${lags?.map(({ messages }) => messages).join(", ")}`);
        await systemClock.sleep(100);
      }
    },
    query: async <T>(query: string) => (await system.store.read.query({ query, format: "JSONEachRow" })).json<T>(),
    close: async () => {
      for (const member of members) await member.stop();
      await producer.disconnect();
      await admin.disconnect();
      await system.close();
      rmSync(data_dir, { recursive: true, force: true });
    },
  };
}
