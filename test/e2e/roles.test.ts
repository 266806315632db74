// Several processes, each with its roles, on one store, one Kafka and one Redis, all of them real: what they bill is what the one
// process with everything in it bills; what they say of themselves is true; and they end in good order.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type System } from "../../api/system.ts";
import { openSystem } from "../../api/open-system.ts";
import { systemClock } from "../../core/clock.ts";
import { parseInstant } from "../../core/instant.ts";
import { silentLog } from "../../core/log.ts";
import { connectKafka } from "../../ingest/kafka/connect.ts";
import { spawnTally } from "../api/run-tally.ts";
import { type ServerProcess, spawnClickHouseServer } from "../clickhouse-server/process.ts";
import { readTruth } from "../pipeline.ts";
import { kafkaNote, openTestKafka, skipKafka, type TestKafka } from "../services/kafka.ts";
import { startRedis, type TestRedis, withoutRedis } from "../services/redis.ts";
import { canonicalLines } from "./faults/canonical.ts";
import { commands, type RoleProcess, startRoles } from "./role-process.ts";
import { smallCard, smallCloud } from "./small-cloud.ts";
import { makeTopic } from "../../ingest/kafka/topic.ts";

const PATIENCE = { timeout: 90_000, interval: 200 };
const period = "2026-10";
const topic = `roles-${process.pid}`;
const batchType = "application/cloudevents-batch+json";

interface JobList {
  readonly data: readonly {
    job: string;
    due_ticks: number;
    last_tick_at: string | null;
    last_success_at: string | null;
  }[];
}

describe.skipIf(skipKafka || withoutRedis)(
  `processes with roles of their own${kafkaNote}${withoutRedis ? " (not run: apt-get install redis-server)" : ""}`,
  () => {
    let folder: string;
    let kafka: TestKafka;
    let redis: TestRedis;
    let server: ServerProcess;
    let environment: Record<string, string>;
    const started: RoleProcess[] = [];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "tally-roles-"));
      [kafka, redis, server] = await Promise.all([
        openTestKafka({ own: true }),
        startRedis(),
        spawnClickHouseServer(join(folder, "server")),
      ]);
      const admin = connectKafka({ brokers: kafka.brokers, log: silentLog }).admin();
      await admin.connect();
      await makeTopic(admin, { topic, numPartitions: 4 });
      await admin.disconnect();
      environment = {
        TALLY_CLICKHOUSE_URL: server.url,
        TALLY_KAFKA_BROKERS: kafka.brokers.join(","),
        TALLY_KAFKA_TOPIC: topic,
        TALLY_REDIS_URL: redis.url,
      };
      const migrated = await spawnTally(
        { ...environment, TALLY_DATA_DIR: join(folder, "migrate") },
        commands.migrate,
        folder,
      ).ended();
      if (migrated.status !== 0) throw new Error(migrated.err);
    }, 420_000);
    afterAll(async () => {
      for (const { spawned } of started) spawned.process.kill("SIGKILL");
      await server?.kill();
      await redis?.close();
      await kafka?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function start(roles: string): Promise<RoleProcess> {
      const one = await startRoles(roles, { folder, environment });
      started.push(one);
      return one;
    }
    async function stored(asked: RoleProcess): Promise<void> {
      await vi.waitFor(async () => {
        const log = (await asked.readiness())?.log ?? [];
        expect(log.map(({ lag }) => lag)).toEqual(["0", "0", "0", "0"]);
      }, PATIENCE);
    }
    async function done(asked: RoleProcess, job: string): Promise<string> {
      return vi.waitFor(async () => {
        const { data } = await asked.call<JobList>("GET", "/v1/jobs");
        const found = data.find((one) => one.job === job);
        expect(found).toMatchObject({ due_ticks: 0, last_success_at: expect.any(String) as string });
        return found?.last_tick_at ?? "";
      }, PATIENCE);
    }

    test("two api, two ingest, one aggregate and one rating process bill what the one embedded process bills", async () => {
      const events = smallCloud(60);
      const [api, otherApi, ingest] = await Promise.all([start("api"), start("api"), start("ingest"), start("ingest")]);
      await api.call("PUT", "/v1/rate-cards/default", smallCard);
      const half = Math.floor(events.length / 2);
      for (let first = 0; first < half; first += 20) {
        const batch = events.slice(first, Math.min(first + 20, half));
        await api.call("POST", "/v1/events", batch, batchType);
        // Every other batch arrives at both.
        if (first % 40 === 0) await otherApi.call("POST", "/v1/events", batch, batchType);
      }

      // One api and one ingest process are told to end while there is work: what they took stays, the others go on.
      const answered = otherApi.call<{ accepted: number }>("POST", "/v1/events", events.slice(half), batchType);
      const [ingestEnd, otherApiEnd] = [ingest.stop(), otherApi.stop()];
      await vi.waitFor(
        async () => expect(await otherApi.readiness()).toMatchObject({ status: 503, ready: false, stopping: true }),
        { timeout: 5_000, interval: 20 },
      );
      expect(await answered).toMatchObject({ accepted: events.length - half, rejected: [] });
      expect(await otherApiEnd).toMatchObject({ status: 0, err: "" });
      expect(await ingestEnd).toMatchObject({ status: 0, err: "" });
      await stored(api);

      // The first to aggregate is told to end as soon as it has begun; another does what it left.
      const first = await start("aggregate");
      await vi.waitFor(
        async () => expect((await api.call<{ data: unknown[] }>("GET", "/v1/runs")).data.length).toBeGreaterThan(0),
        { ...PATIENCE, interval: 20 },
      );
      expect(await first.stop()).toMatchObject({ status: 0, err: "" });
      await Promise.all([start("aggregate"), start("rating")]);
      const tick = await done(api, "aggregate");
      expect(await done(api, "rate")).toBe(tick);

      const embedded = await openSystem(
        { url: null, data_dir: join(folder, "one") },
        { clock: systemClock, log: silentLog },
      );
      const given = { kafka: { brokers: kafka.brokers, topic }, redis_url: redis.url };
      const all = await openSystem(
        { url: server.url, data_dir: join(folder, "all") },
        { clock: systemClock, log: silentLog, ...given },
      );
      try {
        await embedded.ingest.accept(
          events.map((value) => ({ value, raw: () => JSON.stringify(value) })),
          "test",
        );
        await embedded.rateCards.put("default", structuredClone(smallCard) as never, "test");
        await embedded.aggregate({ until: parseInstant(tick) ?? systemClock.now() });
        await embedded.rate({ period });
        const [expected, found] = [await bill(embedded), await bill(all)];
        expect(found.records.length).toBe(expected.records.length);
        expect(found).toEqual(expected);
        // 60 machines: five accounts, machine and volume on each statement.
        expect(expected.statements).toHaveLength(5);
      } finally {
        await all.close();
        await embedded.close();
      }
    }, 400_000);

    test("readiness tells what each process lacks while store, Kafka or Redis is away, and that it is back", async () => {
      const [api, ingest, aggregate] = [living("api"), living("ingest"), living("aggregate")];
      const all = [api, ingest, aggregate];
      const say = (process: RoleProcess, what: object): Promise<void> =>
        vi.waitFor(async () => expect(await process.readiness()).toMatchObject(what), PATIENCE);
      const good = { status: 200, ready: true, checks: { store: "answers", log: "answers", redis: "answers" } };
      for (const one of all) await say(one, good);

      await redis.stop();
      await say(aggregate, { status: 503, ready: false, checks: { redis: "silent", store: "answers" } });
      // It answers all the same, and takes events in.
      await say(api, { status: 200, ready: true, checks: { redis: "silent" } });
      await redis.start();
      for (const one of all) await say(one, good);

      await kafka.kill();
      for (const one of [api, ingest]) await say(one, { status: 503, ready: false, checks: { log: "silent" } });
      await say(aggregate, { status: 200, checks: { log: "silent" } });
      await kafka.start();
      for (const one of all) await say(one, good);

      await server.kill();
      for (const one of all)
        await say(one, { status: 503, ready: false, checks: { store: "failed", jobs: "unknown" } });
      await server.start();
      for (const one of all) await say(one, good);
      expect(await ingest.readiness()).toMatchObject({ checks: { ingest: "goes-on" } });
    }, 400_000);

    test("a process that lacks what lets it share is refused beside them, in a sentence that names the variable", async () => {
      const { TALLY_REDIS_URL: _redis, ...lacking } = environment;
      const alone = { ...lacking, TALLY_DATA_DIR: join(folder, "refused"), TALLY_PORT: "0", TALLY_LOG_LEVEL: "error" };
      const told = await spawnTally({ ...alone, TALLY_ROLES: "aggregate" }, commands.serve, folder).ended();
      expect(told).toMatchObject({ status: 1, out: "" });
      expect(told.err).toMatch(/has the control data of this store.*set TALLY_REDIS_URL in all processes/);
    }, 60_000);

    test("at SIGTERM all that are left end with status 0, and nothing of theirs is held", async () => {
      const living = started.filter(({ spawned }) => spawned.process.exitCode === null);
      expect(living).toHaveLength(4);
      for (const told of await Promise.all(living.map((one) => one.stop()))) expect(told.status).toBe(0);
      const { TALLY_REDIS_URL: _redis, ...alone } = environment;
      // No lease is left to wait for: one that must be alone starts at once.
      const last = await startRoles("aggregate", { folder, environment: alone });
      started.push(last);
      expect((await last.stop()).status).toBe(0);
    }, 90_000);

    /** The process that still plays these roles. */
    function living(roles: string): RoleProcess {
      const found = started.find((one) => one.roles === roles && one.spawned.process.exitCode === null);
      if (found === undefined) throw new Error(`no ${roles} process lives`);
      return found;
    }
  },
);

async function bill(system: System): Promise<{ records: string[]; statements: readonly unknown[] }> {
  const records = canonicalLines(await readTruth(system));
  return { records, statements: await system.statements.list({ period, limit: 1000 }) };
}
