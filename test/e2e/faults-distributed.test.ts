// Faults of a system of several processes on a real store, Kafka and Redis: one of each kind while events arrive.
import { describe, expect, test } from "vitest";
import { kafkaNote, skipKafka } from "../services/kafka.ts";
import { withoutRedis } from "../services/redis.ts";
import type { InstallationFault } from "./distributed/faults.ts";
import { sufferTogether } from "./distributed/suffer-together.ts";

/** Kills come last, as a process that begins anew has a clock that is right. */
const order = ["kill -9 of aggregate", "SIGSTOP", "broker", "Redis", "store", "producer", "disk", "clock", "kill"];
const placeOf = ({ name }: InstallationFault): number => order.findIndex((beginning) => name.startsWith(beginning));

/** Longer than a member of the ingest group may be silent: its partitions are another's when it wakes. */
const GIVEN_AWAY_MS = 35_000;

describe.skipIf(skipKafka || withoutRedis)(
  `a system of several processes${kafkaNote}${withoutRedis ? " (not run: apt-get install redis-server)" : ""}`,
  () => {
    test("one of each fault in each role, broker, Redis and store: the bill is that of one process that met none", async () => {
      const found = await sufferTogether({
        machines: 40,
        store_ms: 20_000,
        asleep_ms: (name) => (name === "ingest" ? GIVEN_AWAY_MS : 4_000),
        disk_ms: 3_000,
        choose: (all) => all.toSorted((a, b) => placeOf(a) - placeOf(b)),
      });
      const { faults, retries, runs, in_run } = found;
      process.stdout.write(`${JSON.stringify({ faults: [...faults], retries, runs, in_run })}\n`);
      expect(found.faulty.events).toBe(found.sent);
      expect(found.faulty.records).toEqual(found.embedded.records);
      expect(found.faulty.statements).toEqual(found.embedded.statements);
      // Five accounts, each with machines and volumes.
      expect(found.embedded.statements).toHaveLength(5);
      expect(faults.size).toBeGreaterThanOrEqual(17);
      expect(retries).toBeGreaterThan(0);
    }, 1_200_000);
  },
);
