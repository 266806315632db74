import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Kafka } from "kafkajs";
import { startIngesting } from "../../api/start-ingesting.ts";
import { openSystem } from "../../api/open-system.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { connectKafka } from "../../ingest/kafka/connect.ts";
import { openTestKafka } from "../services/kafka.ts";
import { eventOf } from "./ingest.ts";
import { type Figure, peakMemory, profileStatements } from "./report.ts";
import { makeTopic } from "../../ingest/kafka/topic.ts";

const partitions = 8;
const portion = 1_500;

/** Kafka to store, the broker on the same machine; the floor is the Kafka client alone reading the same topic in the same run. */
export async function benchKafka(size: number): Promise<Figure[]> {
  const kafka = await openTestKafka();
  const data_dir = mkdtempSync(join(tmpdir(), "tally-bench-"));
  const topic = `bench-${process.pid}`;
  const client = connectKafka({ brokers: kafka.brokers, log: silentLog });
  await fill(client, topic, size);
  const place = { brokers: kafka.brokers, topic };
  const system = await openSystem({ url: null, data_dir }, { clock: systemClock, log: silentLog, kafka: place });
  profileStatements(system.store.write);
  const runs_ms: number[] = [];
  const floor_ms: number[] = [];
  const memory: number[] = [];
  const readingBegan = process.cpuUsage();
  floor_ms.push(await readAlone(client, topic, size));
  const reading = cpuSeconds(readingBegan);
  const stopping = new AbortController();
  const storingBegan = process.cpuUsage();
  const start = performance.now();
  const running = startIngesting(system, stopping);
  let stored = 0;
  while (stored < size) {
    await systemClock.sleep(50);
    const counts = system.kafkaLog?.counts ?? { stored: 0, refused: 0 };
    stored = counts.stored + counts.refused;
    if (stored >= ((memory.length + 1) * size) / 10) memory.push(Math.round(process.memoryUsage().rss / 1_048_576));
  }
  runs_ms.push(performance.now() - start);
  const storing = cpuSeconds(storingBegan);
  floor_ms.push(await readAlone(client, topic, size));
  const lag = (await system.kafkaLog?.lag())?.reduce((sum, { messages }) => sum + messages, 0n) ?? -1n;
  stopping.abort();
  await running;
  await system.close();
  await kafka.close();
  rmSync(data_dir, { recursive: true, force: true });
  const rate = Math.round(size / (runs_ms[0] ?? 1));
  return [
    {
      name: `Kafka to store, ${size} events of 500 bytes in ${partitions} partitions`,
      runs_ms,
      floor_ms,
      target: "≥ 100 k events/s, lag 0, memory flat",
      note: `${rate} k events/s, lag ${lag}, processor ${storing} s and alone ${reading} s, memory by tenths ${memory.join(" ")} MB, peak ${peakMemory()} MB`,
    },
  ];
}

/** Processor time of this process since then, all its threads: what a machine that others use says best. */
function cpuSeconds(since: NodeJS.CpuUsage): string {
  const { user, system } = process.cpuUsage(since);
  return ((user + system) / 1e6).toFixed(1);
}

async function fill(client: Kafka, topic: string, size: number): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  await makeTopic(admin, { topic, numPartitions: partitions });
  await admin.disconnect();
  const producer = client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  for (let first = 0; first < size; first += portion * partitions) {
    await Promise.all(
      Array.from({ length: partitions }, async (_, partition) => {
        const from = first + partition * portion;
        const count = Math.max(0, Math.min(portion, size - from));
        const messages = Array.from({ length: count }, (_one, n) => {
          const value = eventOf(from + n);
          return { key: `6f1c0b1a-0000-4000-8000-${String(from + n).padStart(12, "0")}`, value, partition };
        });
        if (count > 0) await producer.send({ topic, messages });
      }),
    );
  }
  await producer.disconnect();
}

/** How long the client takes to hand over every message to somebody who does nothing with them, ms. */
async function readAlone(client: Kafka, topic: string, size: number): Promise<number> {
  const consumer = client.consumer({
    groupId: `alone-${topic}-${performance.now()}`,
    maxBytesPerPartition: 4_194_304,
    maxBytes: 16_777_216,
    maxWaitTimeInMs: 250,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const start = performance.now();
  let read = 0;
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          read += batch.messages.length;
          if (read >= size) resolve();
        },
      })
      .catch(reject);
  });
  const took = performance.now() - start;
  await consumer.disconnect();
  return took;
}
