import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type System } from "../../api/system.ts";
import { openSystem } from "../../api/open-system.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";
import { silentLog } from "../../core/log.ts";
import type { TraceRow } from "../../core/replay.ts";
import { connectKafka } from "../../ingest/kafka/connect.ts";
import { createAppender } from "../../ingest/kafka/producer.ts";
import { type ServerProcess, spawnClickHouseServer } from "../clickhouse-server/process.ts";
import { readTruth } from "../pipeline.ts";
import { programAt } from "../programs.ts";
import { kafkaNote, openTestKafka, skipKafka, type TestKafka } from "../services/kafka.ts";
import { eventsOf, readMachines, totalOf, traceCard } from "./trace.ts";
import { canonicalLines } from "./faults/canonical.ts";
import { makeTopic } from "../../ingest/kafka/topic.ts";

// A month of machines through Kafka: four partitions, three ingest processes on one store. One of them is put to sleep with a
// batch in its hands (SIGSTOP) until the others have stored everything, and then writes its batch; another one is killed. What
// is billed must be, byte for byte, what one process bills that has neither Kafka nor company.

const clock: Clock = { ...systemClock, now: () => instant(Date.UTC(2027, 0, 1)) };
const until = instant(Date.UTC(2022, 10, 2));
const topic = `month-${process.pid}`;
const partitions = 4;

async function bill(system: System): Promise<{ records: readonly string[]; statements: string }> {
  await system.settings.set("usage.aggregation.timezone", "Europe/Amsterdam", "test");
  await system.aggregate({ until });
  await system.rateCards.put("default", structuredClone(traceCard) as never, "test");
  await system.rate({ period: "2022-10" });
  const records = canonicalLines(await readTruth(system));
  return {
    records,
    statements: JSON.stringify(await system.statements.list({ period: "2022-10", limit: 1000 }), null, 1),
  };
}

describe.skipIf(skipKafka)(`the month over Kafka${kafkaNote}`, () => {
  let folder: string;
  let kafka: TestKafka;
  let server: ServerProcess;
  let machines: { rows: TraceRow[]; real: boolean };
  let embedded: System;
  let distributed: System;
  const members: Member[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tally-month-"));
    kafka = await openTestKafka();
    server = await spawnClickHouseServer(join(folder, "server"));
    embedded = await openSystem({ url: null, data_dir: join(folder, "embedded") }, { clock, log: silentLog });
    machines = await readMachines(embedded.store);
    if (!machines.real)
      process.stdout.write("the real month is not beside this checkout: a seeded stand-in of its shape runs instead\n");
    const admin = connectKafka({ brokers: kafka.brokers, log: silentLog }).admin();
    await admin.connect();
    await makeTopic(admin, { topic, numPartitions: partitions });
    await admin.disconnect();
    distributed = await openSystem(
      { url: server.url, data_dir: join(folder, "distributed") },
      { clock, log: silentLog, kafka: { brokers: kafka.brokers, topic } },
    );
  }, 420_000);
  afterAll(async () => {
    for (const { child } of members) child.kill("SIGKILL");
    await distributed?.close();
    await embedded?.close();
    await server?.kill();
    await kafka?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function startMember(hold: "hold" | "" = ""): Promise<Member> {
    const main = new URL("kafka-member.ts", import.meta.url);
    const data_dir = join(folder, `member-${members.length}`);
    const given = [server.url, kafka.brokers.join(","), topic, data_dir, "3000", hold];
    const child = spawn(process.execPath, [...programAt(main), ...given], { stdio: ["pipe", "pipe", "inherit"] });
    const said: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => said.push(chunk.toString()));
    const member = {
      child,
      says: (word: string) => waitFor(() => said.join("").includes(word), `a member says ${word}`),
    };
    members.push(member);
    await member.says("ready");
    return member;
  }
  async function stored(wanted: (missing: bigint) => boolean): Promise<void> {
    await waitFor(async () => {
      const lags = await distributed.kafkaLog?.lag().catch(() => null);
      return lags !== undefined && lags !== null && wanted(lags.reduce((sum, { messages }) => sum + messages, 0n));
    }, "all is stored");
  }

  test("three processes, one asleep with a batch in its hands and one killed: records and statements are the same bytes", async () => {
    const events = eventsOf(machines.rows);
    const sleeper = await startMember("hold");
    const victim = await startMember();
    await startMember();
    const kafkaClient = connectKafka({ brokers: kafka.brokers, log: silentLog });
    const appender = createAppender(kafkaClient, topic);
    const messages = events.map((event) => ({ key: event.data.resource, value: JSON.stringify(event) }));
    const third = Math.ceil(messages.length / 3);
    for (let first = 0; first < third; first += 2_000) await appender.append(messages.slice(first, first + 2_000));

    // The sleeper has validated a batch and is about to insert it when the machine takes its processor away.
    await sleeper.says("holding");
    sleeper.child.kill("SIGSTOP");
    for (let first = third; first < messages.length; first += 2_000) {
      if (first >= 2 * third && !victim.child.killed) victim.child.kill("SIGKILL");
      await appender.append(messages.slice(first, Math.min(first + 2_000, messages.length)));
    }
    await appender.close();
    await stored((missing) => missing === 0n);
    const before = await rowsOf(distributed);

    // First a run, then it wakes: what it writes lies below the bound of a run that was published.
    await distributed.settings.set("usage.aggregation.timezone", "Europe/Amsterdam", "test");
    const { id: run_id } = await distributed.aggregate({ until });
    sleeper.child.kill("SIGCONT");
    sleeper.child.stdin?.write("go on\n");
    await waitFor(async () => (await rowsOf(distributed)) > before, "the sleeper writes its batch");
    expect(before).toBeGreaterThanOrEqual(BigInt(events.length));

    for (let first = 0; first < events.length; first += 5_000) {
      const batch = events.slice(first, first + 5_000).map((value) => ({ value, raw: () => JSON.stringify(value) }));
      expect((await embedded.ingest.accept(batch, "test")).rejected).toEqual([]);
    }
    const expected = await bill(embedded);
    const found = await bill(distributed);
    expect(found.records.length).toBe(expected.records.length);
    expect(found.records.join("\n") === expected.records.join("\n")).toBe(true);
    expect(found.statements === expected.statements).toBe(true);
    expect((JSON.parse(found.statements) as unknown[]).length).toBe(40);

    // Made again from the events, now that the late batch lies among them (P12).
    expect(await distributed.repeat({ run_id })).toMatchObject({ missing: 0n, added: 0n });
    const [sum] = await query<{ ms: string }>(
      distributed,
      "SELECT toString(sum(quantity)) AS ms FROM usage_record WHERE usage_type = 1 AND run_seq IN (SELECT run_seq FROM published_run)",
    );
    expect(BigInt(sum?.ms ?? 0)).toBe(totalOf(machines.rows));
  }, 600_000);
});

interface Member {
  readonly child: ChildProcess;
  says(word: string): Promise<void>;
}

async function query<T>({ store }: System, sql: string): Promise<T[]> {
  return (await store.read.query({ query: sql, format: "JSONEachRow" })).json<T>();
}

async function rowsOf(system: System): Promise<bigint> {
  return BigInt((await query<{ n: string }>(system, "SELECT count() AS n FROM event"))[0]?.n ?? 0);
}

async function waitFor(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; !(await holds()); tries += 1) {
    if (tries > 1_800) throw new Error(`in three minutes it did not happen that ${what}`);
    await systemClock.sleep(100);
  }
}
