// A broker that lets nobody in without a password, with TLS and without: the client, and our own request for a topic's id.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../core/config.ts";
import { saslMechanisms } from "../../core/kafka-address.ts";
import { silentLog } from "../../core/log.ts";
import { connectKafka } from "../../ingest/kafka/connect.ts";
import { openTopic } from "../../ingest/kafka/topic.ts";
import { readTopicId } from "../../ingest/kafka/topic-id.ts";
import { programAt } from "../programs.ts";
import type { GuardedKafka } from "../services/kafka-guard.ts";
import { kafkaNote, openTestKafka, skipKafka, type TestKafka } from "../services/kafka.ts";

const run = promisify(execFile);

describe.skipIf(skipKafka)(`a Kafka that asks for a login${kafkaNote}`, () => {
  let kafka: TestKafka;
  let guarded: GuardedKafka;
  beforeAll(async () => {
    kafka = await openTestKafka({ guarded: true });
    if (kafka.guarded === null) throw new Error("the broker was asked for guarded listeners");
    ({ guarded } = kafka);
  }, 120_000);
  afterAll(() => kafka?.close());

  /** As an operator writes it. */
  const address = (mechanism: string, { tls = false, password = guarded.password } = {}): string =>
    `${tls ? "kafkas" : "kafka"}://${guarded.username}:${encodeURIComponent(password)}@${tls ? guarded.tls : guarded.open}?mechanism=${mechanism}`;
  const brokersOf = (text: string): readonly string[] => readConfig({ TALLY_KAFKA_BROKERS: text }).kafka_brokers;

  test.each(saslMechanisms)(
    "a topic is made, found again by its id and written to, logged in by %s",
    async (mechanism) => {
      const brokers = brokersOf(address(mechanism));
      const kafkaClient = connectKafka({ brokers, log: silentLog });
      const [admin, producer] = [kafkaClient.admin(), kafkaClient.producer({ idempotent: true })];
      const name = `login-${randomUUID()}`;
      try {
        await admin.connect();
        const made = await openTopic(admin, brokers, name);
        // the listener that asks nobody knows the same topic
        expect(`kafka-${await readTopicId(kafka.brokers, name)}`).toBe(made.log_id);
        await producer.connect();
        await producer.send({ topic: name, acks: -1, messages: [{ key: "k", value: "v" }] });
        const offsets = await admin.fetchTopicOffsets(name);
        expect(offsets.reduce((sum, { high }) => sum + Number(high), 0)).toBe(1);
      } finally {
        await admin.disconnect();
        await producer.disconnect();
      }
    },
    60_000,
  );

  test.each(saslMechanisms)("a wrong password is refused by %s, and does not stand in the error", async (mechanism) => {
    const brokers = brokersOf(address(mechanism, { password: "wrong-word" }));
    const refused = await readTopicId(brokers, "any").then(String, (error: unknown) => String(error));
    expect(refused).toMatch(/refuses user or password/);
    expect(refused).toContain(guarded.open);
    expect(refused).not.toContain("wrong-word");
  });

  test("without a login a guarded listener answers nothing", async () => {
    await expect(readTopicId([guarded.open], "any")).rejects.toMatchObject({ key: "log-unavailable" });
  });

  test("over TLS: tally reads a topic as whoever trusts the certificate, and nobody else does", async () => {
    const admin = connectKafka({ brokers: kafka.brokers, log: silentLog }).admin();
    await admin.connect();
    const topic = `login-${randomUUID()}`;
    const made = await openTopic(admin, kafka.brokers, topic);
    await admin.disconnect();
    const environment = { PATH: process.env["PATH"], BROKERS: address("scram-sha-512", { tls: true }), TOPIC: topic };
    const script = new URL("read-topic-id.ts", import.meta.url);
    const asked = (trusted: Record<string, string>): Promise<{ stdout: string }> =>
      run(process.execPath, programAt(script), { env: { ...environment, ...trusted } });
    const { stdout } = await asked({ NODE_EXTRA_CA_CERTS: guarded.certificate });
    expect(JSON.parse(stdout)).toEqual({ id: made.log_id.slice("kafka-".length), topics: [topic] });
    await expect(asked({})).rejects.toThrow(/certificate/);
  }, 60_000);
});
