import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openKafkaLog } from "../../ingest/event-log-kafka.ts";
import { silentLog } from "../../core/log.ts";
import { kafkaNote, openTestKafka, skipKafka, type TestKafka } from "../services/kafka.ts";
import { clock, type KafkaSystem, openKafkaSystem } from "./kafka-system.ts";
import { makeTopic } from "../../ingest/kafka/topic.ts";

const wire = (id: string, resource: string, change: Record<string, unknown> = {}) => ({
  specversion: "1.0",
  id,
  source: "s",
  type: "VM.START",
  time: "2026-10-01T10:00:00Z",
  data: { account_id: "acme", resource, offering: "small" },
  ...change,
});
const message = (id: string, resource: string, change: Record<string, unknown> = {}) => ({
  key: resource,
  value: JSON.stringify(wire(id, resource, change)),
});

describe.skipIf(skipKafka)(`ingest from a real Kafka${kafkaNote}`, () => {
  let kafka: TestKafka;
  let opened: KafkaSystem;

  beforeAll(async () => {
    kafka = await openTestKafka({ own: true });
    opened = await openKafkaSystem(kafka);
  }, 360_000);
  afterAll(async () => {
    await opened?.close();
    await kafka?.close();
  });

  const rows = (where = "1"): Promise<{ id: string; n: string }[]> =>
    opened.query(`SELECT id, count() AS n FROM event WHERE ${where} GROUP BY id ORDER BY id`);

  test("what the API takes in and what others write to the topic is stored at its positions, and lag returns to 0", async () => {
    const { system, producer, topic } = opened;
    await system.ingest.accept(
      ["api-1", "api-2"].map((id, n) => ({ value: wire(id, `vm-${n}`), raw: () => "" })),
      "test",
    );
    await producer.send({ topic, messages: [message("other-1", "vm-7"), message("other-2", "vm-8")] });
    expect(await rows()).toEqual([]);
    expect((await system.kafkaLog?.lag())?.reduce((sum, { messages }) => sum + messages, 0n)).toBe(4n);
    const member = opened.startMember();
    await opened.settled();
    expect((await rows()).map(({ id }) => id)).toEqual(["api-1", "api-2", "other-1", "other-2"]);
    expect(await system.kafkaLog?.stored()).toEqual(await system.kafkaLog?.bound());
    await member.stop();
  });

  test("each kind of poisoned message rests in quarantine as it came, with its position and why; the rest of its partition goes on", async () => {
    const { system, producer, topic } = opened;
    const long = "x".repeat(1_000_001);
    const poison = [
      { key: "p", value: "{ not json" },
      { key: "p", value: null },
      { key: "p", value: Buffer.from([0x7b, 0xff, 0xfe]) },
      { key: "elsewhere", value: JSON.stringify(wire("misplaced", "p")) },
      { key: null, value: JSON.stringify(wire("keyless", "p")) },
      { key: "p", value: JSON.stringify(wire("odd", "p", { type: "NO.SUCH" })) },
      { key: "p", value: "[]" },
    ];
    await producer.send({ topic, messages: poison.map((one) => ({ ...one, partition: 2 })) });
    await producer.send({ topic, messages: [{ key: "p", value: long, partition: 2 }] });
    await producer.send({ topic, messages: [{ ...message("after the poison", "p"), partition: 2 }] });
    const member = opened.startMember();
    await opened.settled();
    await member.stop();
    expect(await rows("id = 'after the poison'")).toEqual([{ id: "after the poison", n: "1" }]);
    const entries = await system.quarantine.list({ after_id: "", limit: 100 });
    const told = entries.map(({ raw, field, reason, origin }) => ({ raw, field, reason, origin }));
    const of = (raw: string) => told.find((one) => one.raw === raw);
    expect(entries).toHaveLength(8);
    for (const { origin } of told) expect(origin).toMatch(/^kafka kafka-[\da-f]{32}\/2:\d+$/);
    expect(of("{ not json")?.reason).toBe("the message is not JSON");
    expect(of('{"key":"p","value":null}')?.reason).toMatch(/no value \(a tombstone\)/);
    expect(of("base64:e//+")?.reason).toMatch(/not UTF-8/);
    expect(of(poison[3]?.value as string)?.reason).toBe(
      'the message\'s key is "elsewhere", expected the resource\'s id, "p"',
    );
    expect(of(poison[4]?.value as string)).toMatchObject({
      field: "key",
      reason: "the message's key is missing, expected the resource's id, \"p\"",
    });
    expect(of(poison[5]?.value as string)).toMatchObject({ field: "type" });
    expect(of(long)?.reason).toBe("the message has 1000001 bytes, expected at most 1000000");
  });

  test("members share the partitions, a rebalance loses nothing and stores nothing twice that counts", async () => {
    const { producer, topic } = opened;
    const members = [opened.startMember()];
    for (let round = 0; round < 6; round += 1) {
      const messages = Array.from({ length: 500 }, (_, n) => message(`share-${round}-${n}`, `vm-${n % 50}`));
      await producer.send({ topic, messages });
      if (round === 1 || round === 2) members.push(opened.startMember());
      if (round === 3) await members.shift()?.stop();
    }
    await opened.settled();
    for (const member of members) await member.stop();
    const [counted] = await opened.query<{ n: string; ids: string }>(
      `SELECT count() AS n, uniqExact(id) AS ids FROM event WHERE startsWith(id, 'share-')
       AND toInt64(log_offset) < transform(log_claim, (SELECT groupArray(claim) FROM ended_claim), (SELECT groupArray(end_offset) FROM ended_claim), toInt64(9223372036854775807))`,
    );
    expect(counted).toEqual({ n: "3000", ids: "3000" });
  }, 120_000);

  test("a store that fails is tried again while Kafka waits; then everything is there", async () => {
    const { system, producer, topic } = opened;
    const { write } = system.store;
    const insert = write.insert.bind(write);
    let failures = 0;
    Object.assign(write, {
      insert: async (params: { table: string }) => {
        if (params.table === "event" && failures++ < 3) {
          if (failures === 2) await insert(params as never);
          throw new Error("the disk is full");
        }
        return insert(params as never);
      },
    });
    try {
      await producer.send({ topic, messages: [message("patient-1", "vm-1"), message("patient-2", "vm-1")] });
      const member = opened.startMember();
      await opened.settled();
      await member.stop();
    } finally {
      Object.assign(write, { insert });
    }
    expect(failures).toBeGreaterThan(3);
    // The second try wrote its rows and then failed: they are there under a claim that has ended.
    expect(await rows("startsWith(id, 'patient')")).toEqual([
      { id: "patient-1", n: "2" },
      { id: "patient-2", n: "2" },
    ]);
    const run = await system.aggregate({ until: clock.now() });
    expect(run.state).toBe("published");
    const truth = await opened.query<{ n: string }>(
      "SELECT count() AS n FROM event_identity WHERE id_hash IN (SELECT id_hash FROM event WHERE startsWith(id, 'patient'))",
    );
    expect(truth).toEqual([{ n: "2" }]);
  }, 120_000);

  test("a broker that is killed and comes back: appending fails or is kept, ingest goes on, nothing acknowledged is lost", async () => {
    const { system } = opened;
    const member = opened.startMember();
    const acknowledged: string[] = [];
    const send = async (id: string): Promise<void> => {
      const outcome = await system.ingest.accept([{ value: wire(id, "vm-3"), raw: () => "" }], "test");
      if (outcome.accepted === 1) acknowledged.push(id);
    };
    await send("kill-0");
    await kafka.kill();
    const during = Promise.allSettled([send("kill-1"), send("kill-2")]);
    await kafka.start();
    await during;
    for (let tries = 0; acknowledged.length < 4 && tries < 20; tries += 1)
      await send(`kill-late-${tries}`).catch(() => undefined);
    await opened.settled();
    await member.stop();
    const stored = (await rows("startsWith(id, 'kill')")).map(({ id }) => id);
    expect(acknowledged.length).toBeGreaterThan(1);
    expect(acknowledged.filter((id) => !stored.includes(id))).toEqual([]);
  }, 120_000);

  test("offsets an operator reset, and a group Kafka forgot, change nothing: the store knows where it stands", async () => {
    const { system, admin, topic } = opened;
    const { group, stored } = system.kafkaLog as NonNullable<typeof system.kafkaLog>;
    const before = await stored();
    const [count] = await opened.query<{ n: string }>("SELECT count() AS n FROM event");
    await admin.resetOffsets({ groupId: group, topic, earliest: true });
    const member = opened.startMember();
    await opened.producer.send({ topic, messages: [message("after the reset", "vm-1")] });
    await opened.settled();
    await member.stop();
    await admin.deleteGroups([group]);
    expect(Object.keys(await stored())).toEqual(Object.keys(before));
    const again = opened.startMember();
    await opened.producer.send({ topic, messages: [message("after the group", "vm-1")] });
    await opened.settled();
    await again.stop();
    expect(await opened.query("SELECT count() AS n FROM event")).toEqual([{ n: String(Number(count?.n) + 2) }]);
  }, 120_000);

  test("a topic that was made anew is noticed and refused, at the start, by what stores and by what appends, however far it goes", async () => {
    const { system, admin, topic } = opened;
    const member = opened.startMember();
    await opened.settled();
    const before = await system.kafkaLog?.stored();
    const [count] = await opened.query<{ n: string }>("SELECT count() AS n FROM event");
    await admin.deleteTopics({ topics: [topic] });
    await makeTopic(admin, { topic, numPartitions: 4 });
    // Further in each partition than the former topic was: offsets alone would not tell that these are other messages.
    const messages = Array.from({ length: 8_000 }, (_, n) => ({
      ...message(`anew-${n}`, `vm-${n}`),
      partition: n % 4,
    }));
    await patiently(() => opened.producer.send({ topic, messages }));
    for (const end of await admin.fetchTopicOffsets(topic))
      expect(BigInt(end.high)).toBeGreaterThan(lastOf(before, end.partition));
    const open = openKafkaLog({ brokers: kafka.brokers, topic, store: system.store, clock, log: silentLog });
    await expect(open).rejects.toThrow(/this store holds events of topic kafka-[\da-f]+, and events-\S+ is kafka-/);
    const sent = system.ingest.accept([{ value: wire("to the new one", "vm-1"), raw: () => "" }], "test");
    await expect(sent).rejects.toThrow(/topic \S+ was made anew: it is kafka-[\da-f]+ now and was kafka-/);
    // It ends by itself: nobody stops it.
    await member.ended;
    expect(await rows("startsWith(id, 'anew')")).toEqual([]);
    expect(await opened.query("SELECT count() AS n FROM event")).toEqual([count]);
  }, 60_000);
});

function lastOf(bound: Readonly<Record<string, string>> | undefined, partition: number): bigint {
  return BigInt(Object.entries(bound ?? {}).find(([key]) => key.endsWith(`/${partition}`))?.[1] ?? -1);
}

/** Leaders are found a moment after a topic is there. */
async function patiently(act: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await act();
      return;
    } catch (error) {
      if (tries > 50) throw error;
      await clock.sleep(200);
    }
  }
}
