import { ConfigResourceTypes, type KafkaMessage } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildApp } from "../../api/app.ts";
import { ensureAdminToken } from "../../api/access/keys.ts";
import { createEngine } from "../../core/engine/engine.ts";
import { instant } from "../../core/instant.ts";
import { silentLog } from "../../core/log.ts";
import { openKafkaLog } from "../../ingest/event-log-kafka.ts";
import { connectKafka } from "../../ingest/kafka/connect.ts";
import { createAppender } from "../../ingest/kafka/producer.ts";
import { makeTopic, openTopic } from "../../ingest/kafka/topic.ts";
import { smallCloud } from "../core/engine-deps.ts";
import { event } from "../conformance/sample-event.ts";
import { readTruth } from "../pipeline.ts";
import { kafkaNote, openTestKafka, skipKafka, type TestKafka } from "../services/kafka.ts";
import { clock, type KafkaSystem, openKafkaSystem } from "./kafka-system.ts";

// What is written to the topic, and how; and who hears how far the store is behind it.

describe.skipIf(skipKafka)(`what is written to a real Kafka${kafkaNote}`, () => {
  let kafka: TestKafka;
  let opened: KafkaSystem;

  beforeAll(async () => {
    kafka = await openTestKafka();
    opened = await openKafkaSystem(kafka);
  }, 360_000);
  afterAll(async () => {
    await opened?.close();
    await kafka?.close();
  });

  async function makeNamed(name: string, config: Record<string, string>, partitions = 1): Promise<string> {
    const topic = `${name}-${process.pid}`;
    const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }));
    await makeTopic(opened.admin, { topic, numPartitions: partitions, configEntries });
    return topic;
  }

  async function readTopic(topic: string, count: number): Promise<{ partition: number; message: KafkaMessage }[]> {
    const consumer = connectKafka({ brokers: kafka.brokers, log: silentLog }).consumer({ groupId: `test-${topic}` });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const found: { partition: number; message: KafkaMessage }[] = [];
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async ({ partition, message }) => {
            found.push({ partition, message });
            if (found.length === count) resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    return found;
  }

  test("a topic that is not there is made: eight partitions, kept without an end, on the disk before it is acknowledged (P2); then it is found", async () => {
    const name = `made-${process.pid}`;
    const made = await openTopic(opened.admin, kafka.brokers, name);
    const { topics } = await opened.admin.fetchTopicMetadata({ topics: [name] });
    expect(topics[0]?.partitions).toHaveLength(8);
    const { resources } = await opened.admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name, configNames: ["retention.ms", "flush.messages"] }],
    });
    const configs = resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]);
    expect(Object.fromEntries(configs ?? [])).toEqual({ "retention.ms": "-1", "flush.messages": "1" });
    expect(await openTopic(opened.admin, kafka.brokers, name)).toEqual(made);
  });

  test("large batches are compressed; the producer is idempotent (Kafka knows its batches by number) and so acks=all", async () => {
    const topic = await makeNamed("compressed", { "max.message.bytes": "100000" });
    const appender = createAppender(connectKafka({ brokers: kafka.brokers, log: silentLog }), topic);
    const messages = Array.from({ length: 1_000 }, (_, n) => ({ key: "vm-1", value: `{"n":"${n}"}`.padEnd(600) }));
    await expect(opened.producer.send({ topic, messages })).rejects.toThrow(/larger than the max message size/);
    await appender.append(messages);
    await appender.append([{ key: "vm-1", value: "small" }]);
    await appender.close();
    const found = await readTopic(topic, 1_001);
    expect(found.map(({ message }) => message.value?.toString())).toEqual([
      ...messages.map(({ value }) => value),
      "small",
    ]);
    const writers = found.map(({ message }) => (message as { batchContext?: { producerId: string } }).batchContext);
    expect(new Set(writers.map((one) => one?.producerId)).size).toBe(1);
    expect(Number(writers[0]?.producerId)).toBeGreaterThanOrEqual(0);
    // And such a producer can do nothing but wait for all replicas.
    const idempotent = connectKafka({ brokers: kafka.brokers, log: silentLog }).producer({ idempotent: true });
    await idempotent.connect();
    await expect(idempotent.send({ topic, acks: 1, messages: [{ value: "" }] })).rejects.toThrow(/ack for all/);
    await idempotent.disconnect();
  });

  test("the key is the resource's id and chooses the partition as Kafka's own clients do", async () => {
    const topic = await makeNamed("keyed", {}, 4);
    const log = await openKafkaLog({
      brokers: kafka.brokers,
      topic,
      store: (await emptied()).store,
      clock,
      log: silentLog,
    });
    // (murmur2 & 0x7fffffff) % 4, with the hashes that Kafka's own tests give:
    // 21: -973932308, foobar: -790332482, abc: 479470107, a-little-bit-long-string: -985981536
    const places = { "21": 0, foobar: 2, abc: 3, "a-little-bit-long-string": 0 };
    await log.append(Object.keys(places).map((resource) => event({ id: resource, resource })));
    await log.close();
    const found = await readTopic(topic, 4);
    expect(Object.fromEntries(found.map(({ partition, message }) => [message.key?.toString(), partition]))).toEqual(
      places,
    );
    for (const { message } of found)
      expect(JSON.parse(message.value?.toString() ?? "")).toMatchObject({
        data: { resource: message.key?.toString() },
      });
  });

  test("the core engine writes to the topic and reads its past from it; what it said is billed", async () => {
    const { system } = opened;
    const engine = (): ReturnType<typeof createEngine> => createEngine({ log: system.eventLog, clock, ...smallCloud });
    const at = (hour: number) => instant(Date.UTC(2026, 9, 1, hour));
    await engine().executeAll([
      {
        command: "deploy",
        resource: "engine-vm",
        name: "web-1",
        account_id: "acme-1",
        zone: "z1",
        offering: "small",
        template: "debian-13",
        root_size_bytes: 8_589_934_592n,
        at: at(8),
      },
    ]);
    // Another engine, that knows nothing but what the topic says: a machine that runs can be stopped.
    const second = engine();
    expect(await second.get("engine-vm")).toMatchObject({ state: "running" });
    await second.execute({ command: "stop", resource: "engine-vm", at: at(18) });
    const member = opened.startMember();
    await opened.settled();
    await member.stop();
    await system.aggregate({ until: clock.now() });
    const truth = (await readTruth(system)) as { usage_type: number; resource: string; quantity: bigint }[];
    // 08:00 to 18:00
    expect(
      truth
        .filter(({ usage_type, resource }) => usage_type === 1 && resource === "engine-vm")
        .map((one) => one.quantity),
    ).toEqual([36_000_000n]);
  });

  test("lag is a metric of each partition and part of the readiness answer, and falls to 0", async () => {
    const { system, producer, topic } = opened;
    const app = await buildApp(system, { log: silentLog });
    const token = "test-admin-token";
    await ensureAdminToken(system.keys, token);
    const headers = { authorization: `Bearer ${token}` };
    const metrics = async (): Promise<string> => (await app.inject({ method: "GET", url: "/metrics", headers })).body;
    const lag = async (): Promise<number[]> => {
      const body = await metrics();
      const found = [...body.matchAll(/^tally_log_lag_messages\{partition="(\d)"\} (\d+)$/gm)];
      return found.map(([, , count]) => Number(count));
    };
    const told = async (): Promise<string[]> =>
      (await app.inject({ method: "GET", url: "/readyz" }))
        .json<{ log: { lag: string; lost: string }[] }>()
        .log.map((one) => `${one.lag} ${one.lost}`);
    const before = (await opened.query<{ n: string }>("SELECT count() AS n FROM event"))[0]?.n;
    expect(await lag()).toEqual([0, 0, 0, 0]);
    const messages = [0, 1, 1, 2, 2, 2].map((partition, n) => ({ key: `k${n}`, value: "not an event", partition }));
    await producer.send({ topic, messages });
    expect(await lag()).toEqual([1, 2, 3, 0]);
    expect(await told()).toEqual(["1 0", "2 0", "3 0", "0 0"]);
    const member = opened.startMember();
    await opened.settled();
    await member.stop();
    expect(await lag()).toEqual([0, 0, 0, 0]);
    expect((await opened.query<{ n: string }>("SELECT count() AS n FROM event"))[0]?.n).toBe(before);
    expect(await metrics()).toMatch(/^tally_log_messages_total\{outcome="quarantined"\} 6$/m);
    await app.close();
  });

  /** A store that was filled from no topic yet: the one of this process, as it was before its first event. */
  async function emptied(): Promise<KafkaSystem["system"]> {
    for (const table of ["event", "event_log", "event_log_commit", "event_claim"])
      await opened.system.store.run.command({ query: `TRUNCATE TABLE ${table}` });
    return opened.system;
  }
});
