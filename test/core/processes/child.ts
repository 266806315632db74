// One of several processes on one store and one Redis. It does what its argument says, and tells what it did in lines on standard
// output, by which a test knows who did what.
import { writeSync } from "node:fs";
import { systemClock } from "../../../core/clock.ts";
import { createControlLock } from "../../../core/control-lock.ts";
import { instant } from "../../../core/instant.ts";
import { createJobLeases } from "../../../core/job-lease.ts";
import { connectRedis } from "../../../core/redis.ts";
import { createRunLedger } from "../../../core/runs.ts";
import { createBullScheduler } from "../../../core/scheduler-bullmq.ts";
import { createSettings } from "../../../core/settings.ts";
import { openStore } from "../../../core/store.ts";
import { createTickLedger } from "../../../api/jobs.ts";

const [task = "", store_url = "", redis_url = "", name = "", ahead_ms = "0", sleeps = ""] = process.argv.slice(2);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { ...systemClock, now: () => instant(systemClock.now() + Number(ahead_ms)) };
const store = openStore({ url: store_url, data_dir: "" });
const redis = connectRedis(redis_url, { log: silent });
const inControl = createControlLock({ store, clock, redis, lease_ms: 1_500 });
const tell = (line: string): void => void writeSync(1, `${line}\n`);

/** Tells, and falls asleep as a stopped machine does, until it is woken by a signal; only where it was told to. */
function sleepHere(line: string): void {
  tell(line);
  if (sleeps === "sleeps") process.kill(process.pid, "SIGSTOP");
}

if (task === "set") {
  // Takes a turn, reads, says so, and writes what it made of it a while later.
  const settings = createSettings({
    store,
    clock,
    inControl: (act) =>
      inControl((turn) =>
        act({
          ...turn,
          write: async (into, lines) => {
            sleepHere("about to write");
            // As if the row had left before the process fell asleep: what the lock says of it is not asked.
            await store.write.command({
              query: `INSERT INTO setting (fence, name, version, value) VALUES (${turn.fence}, 'usage.job.overdue', 1, '99')`,
            });
            await turn.write(into, lines);
          },
        }),
      ),
  });
  try {
    await settings.set("usage.job.overdue", name, "child");
    tell("set");
  } catch (error) {
    tell(`refused ${(error as { key?: string }).key}`);
  }
  process.exit(0);
}

if (task === "schedule") {
  const runs = createRunLedger({ store, clock, lease_ms: async () => 2_000, shared: true, inControl });
  const leases = createJobLeases({ store, clock, inControl, lease_ms: async () => 2_000 });
  const ledger = createTickLedger({ store, clock });
  const scheduler = createBullScheduler({ clock, ledger, log: silent, redis_url, leases, stalled_ms: 1_000 });
  await scheduler.start([
    {
      name: "work",
      cadence: () => ({ zone: "UTC", range_minutes: 1, exec_time: "00:00" }),
      run: ({ at }, signal) =>
        runs.hold({ kind: "rate", period: `${at}` }, async (run) => {
          sleepHere(`began ${at}`);
          signal.throwIfAborted();
          runs.guard(run);
          await runs.step(run, { state: "published" });
          tell(`published ${at}`);
        }),
    },
  ]);
  tell("ready");
}
