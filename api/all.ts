import type { FastifyInstance } from "fastify";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { AppError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { createInProcessScheduler } from "../core/scheduler-in-process.ts";
import { buildApp } from "./app.ts";
import { type DataLock, takeDataLock } from "./data-lock.ts";
import { watchJobs } from "./job-health.ts";
import { createArchiveJob } from "./archive-job.ts";
import { createAggregateJob, createTickLedger } from "./jobs.ts";
import { ensureAdminToken, type Keys } from "./keys.ts";
import { pageRoutes } from "./page/page-routes.ts";
import { requireEmbedded } from "./require-embedded.ts";
import { createSanityJob } from "./sanity-job.ts";
import { openSystem, storeConfig, type System } from "./system.ts";

/** `open_page`: the pages ask for no token. `next_port_free`: a taken port is no fault, the next free one does. `jobs`: false = no scheduled runs. */
export interface StartOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly open_page?: boolean;
  readonly next_port_free?: boolean;
  readonly jobs?: boolean;
}

/** A system that runs: all stages in one process. */
export interface Running {
  readonly url: string;
  readonly system: System;
  /** A token made just now, shown this once; null = there is one already. */
  readonly new_admin_token: string | null;
  /** Takes no more requests, lets what is going on finish, closes the store and gives the data directory free. Safe to call again. */
  stop(): Promise<void>;
}

/** Tokens of commands beside the server live as long as it does; this is their name among the keys. */
const localKeyName = "local commands";
const PORTS_TRIED = 20;

/** Starts everything in one process on the store of this configuration. @throws AppError data-dir-in-use, bad-configuration */
export async function startAll(config: Config, options: StartOptions): Promise<Running> {
  requireEmbedded(config);
  const lock = takeDataLock(config.data_dir);
  try {
    const system = await openSystem(storeConfig(config), options);
    try {
      return await startOn(system, lock, config, options);
    } catch (error) {
      await system.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startOn(system: System, lock: DataLock, config: Config, options: StartOptions): Promise<Running> {
  const { clock, log, open_page = false, next_port_free = false, jobs = true } = options;
  const { keys } = system;
  const new_admin_token = await ensureAdminToken(keys, config.admin_token);
  const local = await createLocalKey(keys);
  const app = await buildApp(system, { log });
  await app.register(async (scope: FastifyInstance) => pageRoutes(scope, { system, open: open_page }));
  const url = await listen(app, config, next_port_free ? PORTS_TRIED : 1);
  lock.publish({ url: localUrl(url), token: local.token });
  const scheduler = createInProcessScheduler({
    clock,
    log: log.child({ stage: "jobs" }),
    ledger: createTickLedger(system),
    watch: system.jobHealth,
  });
  await scheduler.start(jobs ? [createAggregateJob(system), createSanityJob(system), createArchiveJob(system)] : []);
  const watching = new AbortController();
  const watched = jobs ? watchJobs({ health: system.jobHealth, clock, log }, watching.signal) : Promise.resolve();
  log.info({ url }, "started");

  async function stop(): Promise<void> {
    await app.close();
    await scheduler.stop();
    watching.abort();
    await watched;
    await keys.revoke(local.key.key_id);
    await system.close();
    lock.release();
    log.info("stopped");
  }
  let stopped: Promise<void> | null = null;
  return { url, system, new_admin_token, stop: () => (stopped ??= stop()) };
}

/** The token commands on this machine use, by way of the lock file; one left by a process that died is revoked. */
async function createLocalKey(keys: Keys): ReturnType<Keys["create"]> {
  const left = (await keys.list()).filter(({ name, state }) => name === localKeyName && state === "active");
  const made = await keys.create({ name: localKeyName, role: "admin" });
  for (const { key_id } of left) await keys.revoke(key_id);
  return made;
}

async function listen(app: FastifyInstance, { host, port }: Config, tries: number): Promise<string> {
  for (let next = port; ; next += 1) {
    try {
      return await app.listen({ host, port: next });
    } catch (cause) {
      const taken = (cause as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!taken) throw cause;
      if (next - port + 1 >= tries || port === 0) {
        throw new AppError(
          "bad-configuration",
          `port ${next} of ${host} is taken by another program; set TALLY_PORT to a free one`,
          { cause },
        );
      }
    }
  }
}

/** Where this machine reaches a server that listens on every address. */
function localUrl(url: string): string {
  return url.replace("//0.0.0.0", "//127.0.0.1").replace("//[::]", "//[::1]");
}
