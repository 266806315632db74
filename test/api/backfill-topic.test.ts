import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLog } from "../../core/log.ts";
import { parseTopicPosition, readTopic } from "../../ingest/index.ts";
import { connectKafka } from "../../ingest/kafka/connect.ts";
import { kafkaNote, openTestKafka, skipKafka, type TestKafka } from "../services/kafka.ts";
import { tally } from "./run-tally.ts";
import { event } from "./test-api.ts";
import { makeTopic } from "../../ingest/kafka/topic.ts";

describe.skipIf(skipKafka)(`back-fill from a topic${kafkaNote}`, () => {
  const topic = `old-${process.pid}`;
  const root = mkdtempSync(join(tmpdir(), "tally-backfill-"));
  let kafka: TestKafka;

  beforeAll(async () => {
    kafka = await openTestKafka();
    const client = connectKafka({ brokers: kafka.brokers, log: silentLog });
    const admin = client.admin();
    await admin.connect();
    await makeTopic(admin, { topic, numPartitions: 3 });
    await admin.disconnect();
    const producer = client.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    // Six events in partition 0, over several lines each, three in partition 1, none in the last.
    const messages = Array.from({ length: 9 }, (_, n) => {
      const one = event(`e${n}`, "VM.START", "2026-10-01T10:00:00Z", { resource: `vm-${n}` });
      return { key: `vm-${n}`, value: JSON.stringify(one, null, 2), partition: n < 6 ? 0 : 1 };
    });
    await producer.send({ topic, messages: [...messages, { key: "vm-8", value: null, partition: 1 }] });
    await producer.disconnect();
  }, 360_000);
  afterAll(async () => {
    await kafka?.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function read(place: string): Promise<string[]> {
    const found: string[] = [];
    const position = parseTopicPosition(place);
    if (position === null) throw new Error(`${place} is no place`);
    await readTopic({ brokers: kafka.brokers, log: silentLog }, position, async (values) => {
      found.push(...values.map((value) => (JSON.parse(value) as { id: string }).id));
    });
    return found.toSorted();
  }

  test("from its beginning to its end, or from an offset on of the partitions that are named; a tombstone is no event", async () => {
    expect(await read(topic)).toEqual(["e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8"]);
    expect(await read(`${topic}/0:4`)).toEqual(["e4", "e5"]);
    expect(await read(`${topic}/0:5,1:1,2:0`)).toEqual(["e5", "e7", "e8"]);
    expect(await read(`${topic}/2:0`)).toEqual([]);
    await expect(read(`${topic}/3:0`)).rejects.toMatchObject({ key: "not-found" });
    await expect(read("never-made")).rejects.toMatchObject({ key: "not-found" });
    for (const text of ["", "a b", "events/", "events/1", "events/1:2,", "events/-1:0"])
      expect(parseTopicPosition(text)).toBeNull();
  }, 120_000);

  test("tally backfill puts them into the event log, and a dry run leaves it as it is", async () => {
    const environment = {
      TALLY_DATA_DIR: join(root, "data"),
      TALLY_KAFKA_BROKERS: kafka.brokers.join(","),
      TALLY_KAFKA_TOPIC: `new-${process.pid}`,
      TALLY_LOG_LEVEL: "silent",
    };
    const run = async (...argv: string[]): Promise<unknown> => {
      const { out, err } = await tally(environment, "backfill", "--topic-from", `${topic}/0:4,1:0`, ...argv, "--json");
      return err === "" ? JSON.parse(out) : err;
    };
    const expected = { new: 5, duplicates: 0, conflicting: 0, rejected: 0 };
    expect(await run("--dry-run")).toMatchObject(expected);
    expect(await lag()).toBe("0 messages are not stored yet");
    expect(await run()).toMatchObject(expected);
    expect(await lag()).toBe("5 messages are not stored yet");

    async function lag(): Promise<string | undefined> {
      const { out } = await tally(environment, "doctor", "--json");
      const { checks } = JSON.parse(out) as { checks: { check: string; detail: string }[] };
      return checks.find(({ check }) => check === "kafka")?.detail;
    }
  }, 180_000);
});
