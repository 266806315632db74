import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type System } from "../../../api/system.ts";
import { openSystem } from "../../../api/open-system.ts";
import { systemClock } from "../../../core/clock.ts";
import { silentLog } from "../../../core/log.ts";
import { connectKafka } from "../../../ingest/kafka/connect.ts";
import { spawnTally } from "../../api/run-tally.ts";
import { type ServerProcess, spawnClickHouseServer } from "../../clickhouse-server/process.ts";
import { openTestKafka, type TestKafka } from "../../services/kafka.ts";
import { startRedis, type TestRedis } from "../../services/redis.ts";
import { commands, type RoleProcess, startRoles } from "../role-process.ts";
import { makeTopic } from "../../../ingest/kafka/topic.ts";

export const roleNames = ["api", "ingest", "aggregate", "rating"] as const;
export type RoleName = (typeof roleNames)[number];

/** A store, a Kafka, a Redis and a process for each role, all real and all of it its own. */
export interface Installation {
  readonly kafka: TestKafka;
  readonly redis: TestRedis;
  readonly server: ServerProcess;
  /** The process that plays a role now. */
  role(name: RoleName): RoleProcess;
  /** Starts another one in its place; the former must be gone. */
  restart(name: RoleName): Promise<void>;
  /** The same store as a library, or an empty one of one process's own. */
  open(where: "shared" | "embedded"): Promise<System>;
  close(): Promise<void>;
}

const shift = new URL("shift-clock.mjs", import.meta.url).href;
/** So that who takes over from a dead process need not wait five minutes. */
const LEASE_S = "10";

/** Starts all of it, with leases of ten seconds. */
export async function startInstallation(): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), "tally-distributed-"));
  const topic = `faults-${process.pid}`;
  const [kafka, redis, server] = await Promise.all([
    openTestKafka({ own: true }),
    startRedis(),
    spawnClickHouseServer(join(folder, "server")),
  ]);
  const admin = connectKafka({ brokers: kafka.brokers, log: silentLog }).admin();
  await admin.connect();
  await makeTopic(admin, { topic, numPartitions: 2 });
  await admin.disconnect();
  const environment = {
    TALLY_CLICKHOUSE_URL: server.url,
    TALLY_KAFKA_BROKERS: kafka.brokers.join(","),
    TALLY_KAFKA_TOPIC: topic,
    TALLY_REDIS_URL: redis.url,
  };
  const migrate = { ...environment, TALLY_DATA_DIR: join(folder, "migrate") };
  const migrated = await spawnTally(migrate, commands.migrate, folder).ended();
  if (migrated.status !== 0) throw new Error(migrated.err);

  const roles = new Map<RoleName, RoleProcess>();
  const shifting = { ...environment, NODE_OPTIONS: `--import ${shift}` };
  const open = (where: "shared" | "embedded"): Promise<System> =>
    where === "shared"
      ? openSystem(
          { url: server.url, data_dir: join(folder, "shared") },
          {
            clock: systemClock,
            log: silentLog,
            kafka: { brokers: kafka.brokers, topic },
            redis_url: redis.url,
          },
        )
      : openSystem({ url: null, data_dir: join(folder, "embedded") }, { clock: systemClock, log: silentLog });
  const restart = async (name: RoleName): Promise<void> =>
    void roles.set(name, await startRoles(name, { folder, environment: shifting }));

  const shared = await open("shared");
  await shared.settings.set("usage.job.lease", LEASE_S, "test");
  await shared.close();
  await Promise.all(roleNames.map(restart));
  return {
    kafka,
    redis,
    server,
    role: (name) => {
      const found = roles.get(name);
      if (found === undefined) throw new Error(`nobody plays ${name}`);
      return found;
    },
    restart,
    open,
    close: async () => {
      for (const { spawned } of roles.values()) spawned.process.kill("SIGKILL");
      await server.kill();
      await redis.close();
      await kafka.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
