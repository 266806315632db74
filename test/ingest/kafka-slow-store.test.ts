import type { Consumer, RequestEvent } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ingestFromKafka } from "../../ingest/index.ts";
import { silentLog } from "../../core/log.ts";
import { kafkaNote, openTestKafka, skipKafka, type TestKafka } from "../services/kafka.ts";
import { clock, type KafkaSystem, openKafkaSystem } from "./kafka-system.ts";

// A store that takes its time: nothing is fetched meanwhile, nothing committed, and nobody else gets the partitions.

const session_ms = 6_000;
const mib = 1_048_576;
/** What one fetch may hold (16 MiB), and one message or batch more per partition, since Kafka never sends less than one. */
const fetchedMax = 18 * mib;
const count = 60_000;

describe.skipIf(skipKafka)(`a slow store${kafkaNote}`, () => {
  let kafka: TestKafka;
  let opened: KafkaSystem;

  beforeAll(async () => {
    kafka = await openTestKafka();
    opened = await openKafkaSystem(kafka, 4);
  }, 360_000);
  afterAll(async () => {
    await opened?.close();
    await kafka?.close();
  });

  test("Kafka waits as long as the store does: bounded memory, no commit before the rows are readable, no rebalance; then all is there once", async () => {
    const { system, producer, topic, admin } = opened;
    const { kafkaLog, store, ingest, quarantine } = system;
    if (kafkaLog === null) throw new Error("the log is on Kafka");
    const filler = "x".repeat(500);
    for (let first = 0; first < count; first += 3_000) {
      const messages = Array.from({ length: 3_000 }, (_, n) => ({
        key: `vm-${first + n}`,
        value: JSON.stringify({
          specversion: "1.0",
          id: `slow-${first + n}`,
          source: "s",
          type: "VM.START",
          time: "2026-10-01T10:00:00Z",
          data: { account_id: "acme", resource: `vm-${first + n}`, offering: "small", details: { filler } },
        }),
      }));
      await producer.send({ topic, messages });
    }
    // More than two fetches hold.
    expect(count * 600).toBeGreaterThan(2 * fetchedMax - 2 * mib);

    let fetched = 0;
    let rejoined = 0;
    const watch = (consumer: Consumer): Consumer => {
      consumer.on(consumer.events.REQUEST, ({ payload }: RequestEvent) => {
        if (payload.apiName === "Fetch") fetched += payload.size;
      });
      consumer.on(consumer.events.REBALANCING, () => void (rejoined += 1));
      return consumer;
    };
    const watched = new Proxy(kafkaLog.kafka, {
      get: (target, name) =>
        name === "consumer"
          ? (config: Parameters<typeof target.consumer>[0]) => watch(target.consumer(config))
          : (Reflect.get(target, name) as unknown),
    });

    let goOn: () => void = () => undefined;
    const told = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let hold: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      hold = resolve;
    });
    let holding = 0;
    // Large inserts of the embedded engine are commands.
    const { write } = store;
    const command = write.command.bind(write);
    Object.assign(write, {
      command: async (params: { query: string }) => {
        if (params.query.startsWith("INSERT INTO event (")) {
          holding += 1;
          hold();
          await told;
        }
        return command(params);
      },
    });

    const stopping = new AbortController();
    const deps = {
      log: { ...kafkaLog, kafka: watched },
      store,
      ingest,
      quarantine,
      clock,
      told: silentLog,
      session_ms,
    };
    const running = ingestFromKafka(deps, stopping.signal);
    try {
      await held;
      await clock.sleep(1_000);
      const inMemory = fetched;
      const [inHand, claims] = [holding, await claimed()];
      // Longer than the group waits for a sign of life.
      await clock.sleep(session_ms + 2_000);
      expect({ inHand: holding, claims: await claimed() }).toEqual({ inHand, claims });
      expect(inHand).toBeLessThanOrEqual(2);
      expect(inMemory).toBeGreaterThan(0);
      expect(fetched).toBe(inMemory);
      expect(fetched).toBeLessThan(fetchedMax);
      const [committed] = await admin.fetchOffsets({ groupId: kafkaLog.group, topics: [topic] });
      for (const { offset } of committed?.partitions ?? []) expect(Number(offset)).toBeLessThanOrEqual(0);
      expect(await kafkaLog.stored()).toEqual({});
      const { members } = (await admin.describeGroups([kafkaLog.group])).groups[0] ?? { members: [] };
      expect(members).toHaveLength(1);
    } finally {
      goOn();
      Object.assign(write, { command });
    }
    await opened.settled();
    stopping.abort();
    await running;
    expect(rejoined).toBe(0);
    expect(await opened.query("SELECT count() AS n, uniqExact(id) AS ids FROM event")).toEqual([
      { n: String(count), ids: String(count) },
    ]);
  }, 120_000);

  async function claimed(): Promise<string> {
    return (await opened.query<{ n: string }>("SELECT count() AS n FROM event_claim"))[0]?.n ?? "";
  }
});
