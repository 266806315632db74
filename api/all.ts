import type { FastifyInstance } from "fastify";
import type { Clock } from "../core/clock.ts";
import type { Config, Role } from "../core/config.ts";
import { AppError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Job, Scheduler } from "../core/scheduler.ts";
import { createBullScheduler } from "../core/scheduler-bullmq.ts";
import { createInProcessScheduler } from "../core/scheduler-in-process.ts";
import { readTls } from "./access/tls.ts";
import { buildApp } from "./app.ts";
import { type DataLock, takeDataLock } from "./data-lock.ts";
import { watchJobs } from "./job-health.ts";
import { createArchiveJob } from "./archive-job.ts";
import { checkRoles } from "./check-roles.ts";
import { createAggregateJob, createRateJob, createTickLedger } from "./jobs.ts";
import { ensureAdminToken, newToken, withLocalToken } from "./access/keys.ts";
import { type IntegrationPort, openIntegrationPort } from "./cloudstack/integration-port.ts";
import { dashboardRoutes } from "./dashboard/dashboard-routes.ts";
import { createSanityJob } from "./sanity-job.ts";
import { newStanding } from "./standing.ts";
import { startIngesting } from "./start-ingesting.ts";
import { type System } from "./system.ts";
import { openSystem, sharing, storeConfig } from "./open-system.ts";

/** `open_page`: the pages ask for no token. `next_port_free`: a taken port is no fault, the next free one does. `jobs`: false = no scheduled runs. */
export interface StartOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly open_page?: boolean;
  readonly next_port_free?: boolean;
  readonly jobs?: boolean;
}

/** A process that runs, with the roles of its configuration. */
export interface Running {
  readonly url: string;
  readonly system: System;
  /** A token made just now, shown this once; null = there is one already. */
  readonly new_admin_token: string | null;
  /**
   * Says that it is not ready, lets requests and the batch in hand finish and a run end at its next step, and gives everything
   * free. Safe to call again. @throws AppError internal where that takes longer than 25 seconds: leases run out by themselves
   */
  stop(): Promise<void>;
}

const PORTS_TRIED = 20;
/** How long a process takes to end in good order at most; systemd and compose are told to wait longer. */
export const STOP_MS = 25_000;
/** A member of the ingest group that cannot leave it in this time, since Kafka is away, is left to its session's end: its claim ends with the next. */
const LEAVE_MS = 8_000;
/** So long before it refuses connections a process that others may stand in for says that it is not ready. */
const NOTICE_MS = 1_000;
/** What other processes add to what is kept in memory here counts after so long at the latest. */
const FRESH_MS = 5_000;
/** What has become so is told within as long. */
const NOTIFY_MS = 10_000;
/** A budget is looked at within a minute of a run, also where the process that rated has died. */
const BUDGETS_MS = 30_000;

/** Starts what this process is for, on the store of this configuration. @throws AppError data-dir-in-use, role-in-use, bad-configuration */
export async function startAll(config: Config, options: StartOptions): Promise<Running> {
  checkRoles(config);
  const lock = takeDataLock(config.data_dir);
  try {
    const system = await openSystem(storeConfig(config), { ...options, ...sharing(config) });
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
  const plays = (role: Role): boolean => config.roles.includes(role);
  const shared = config.clickhouse_url !== null;
  const standing = newStanding(config.roles);
  const new_admin_token = plays("api") ? await ensureAdminToken(system.keys, config.admin_token) : null;
  const token = newToken();
  const answering = { ...system, keys: withLocalToken(system.keys, { token, clock }) };
  const tls = readTls(config);
  const app = await buildApp(answering, { log, standing, open: open_page, tls });
  if (plays("api")) await app.register(async (scope: FastifyInstance) => dashboardRoutes(scope, { clock }));
  const url = await listen(app, config, next_port_free ? PORTS_TRIED : 1);
  const integration = await openIntegration().catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  if (plays("api")) lock.publish({ url: localUrl(url), token, certificate: tls?.fingerprint ?? null });
  const scheduler = createScheduler(system, config);
  await scheduler.start(jobs ? jobsOf(system, config) : []);
  const watching = new AbortController();
  const ingesting = plays("ingest") ? ingest() : Promise.resolve();
  const watched = jobs ? watchJobs({ health: system.jobHealth, clock, log }, watching.signal) : Promise.resolve();
  const budgeted = jobs && plays("rating") ? watchBudgets(system, watching.signal) : Promise.resolve();
  const notified = jobs && plays("api") ? watchNotifications(system, watching.signal) : Promise.resolve();
  const kept = shared ? keepFresh(system, watching.signal) : Promise.resolve();
  system.parts.lost.addEventListener("abort", () => {
    log.fatal({ err: system.parts.lost.reason as Error }, "another process took over, this one stops");
    void stopOnce();
  });
  log.info({ url, roles: config.roles }, "started");

  async function openIntegration(): Promise<IntegrationPort | null> {
    const { integration_port: port } = config;
    return port === 0 ? null : openIntegrationPort(system, { port, log });
  }
  async function ingest(): Promise<void> {
    if (system.kafkaLog === null) return;
    standing.ingests = true;
    await startIngesting(system, watching);
    if (!standing.stopping) standing.ingests = false;
  }
  async function windDown(): Promise<void> {
    const left = inTime(clock, LEAVE_MS, ingesting).catch((err: unknown) =>
      log.warn({ err }, "ingest did not end in time"),
    );
    await Promise.all([app.close(), integration?.close(), scheduler.stop(), watched, left, kept, budgeted, notified]);
    await system.close();
  }
  async function stop(): Promise<void> {
    standing.stopping = true;
    log.info("stopping");
    if (shared) await clock.sleep(NOTICE_MS);
    system.runs.stop();
    watching.abort();
    try {
      await inTime(clock, STOP_MS, windDown());
    } finally {
      lock.release();
    }
    log.info("stopped");
  }
  let stopped: Promise<void> | null = null;
  const stopOnce = (): Promise<void> => (stopped ??= stop());
  return { url, system, new_admin_token, stop: stopOnce };
}

/** What a process of these roles does on a schedule. With Redis rating is a job of its own: another process may aggregate. */
function jobsOf(system: System, { roles, redis_url }: Config): Job[] {
  const split = redis_url !== null;
  const aggregates = roles.includes("aggregate");
  const rates = roles.includes("rating");
  return [
    ...(aggregates ? [createAggregateJob(system, { rates: rates && !split })] : []),
    ...(aggregates ? [createSanityJob(system), createArchiveJob(system)] : []),
    ...(rates && (split || !aggregates) ? [createRateJob(system, { follows: split })] : []),
  ];
}

/** Holds months against budgets that nobody has held them against, and money where it belongs, until the signal aborts: whoever rated may have died since. */
async function watchBudgets({ clock, log, catchUpBudgets, catchUpMoney }: System, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await catchUpMoney().catch((err: unknown) => log.info({ err }, "money was not looked at"));
    await catchUpBudgets().catch((err: unknown) => log.warn({ err }, "budgets were not looked at"));
    await clock.sleep(BUDGETS_MS, signal).catch(() => undefined);
  }
}

/** Tells what has become so and sends what is due, until the signal aborts. */
async function watchNotifications({ clock, log, notifyAll }: System, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await notifyAll().catch((err: unknown) => log.warn({ err }, "notifications were not looked at"));
    await clock.sleep(NOTIFY_MS, signal).catch(() => undefined);
  }
}

/** Takes in what other processes have added, until the signal aborts. */
async function keepFresh({ clock, log, refresh }: System, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(FRESH_MS, signal).catch(() => undefined);
    if (!signal.aborted) await refresh().catch((err: unknown) => log.warn({ err }, "what others changed was not read"));
  }
}

/** @throws AppError internal where the work has not ended in time; it goes on unheard */
async function inTime(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  const given = new AbortController();
  const late = clock.sleep(ms, given.signal).then(
    () => true,
    () => false,
  );
  try {
    if (await Promise.race([work.then(() => false), late]))
      throw new AppError(
        "internal",
        `what was going on did not end within ${ms / 1000} s; others take over as its leases run out`,
      );
  } finally {
    given.abort();
  }
}

/** In this process, or shared by all that have this Redis. */
function createScheduler(system: System, { redis_url }: Config): Scheduler {
  const { clock, jobLeases, jobHealth } = system;
  const deps = {
    clock,
    log: system.log.child({ stage: "jobs" }),
    ledger: createTickLedger(system),
    watch: jobHealth,
  };
  return redis_url === null || jobLeases === null
    ? createInProcessScheduler(deps)
    : createBullScheduler({ ...deps, redis_url, leases: jobLeases });
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
