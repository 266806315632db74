import { DelayedError, type Job as Bell, Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { checkJobs } from "./check-jobs.ts";
import { type Clock, systemClock } from "./clock.ts";
import { AppError } from "./errors.ts";
import { formatInstant, type InstantMs, instant } from "./instant.ts";
import type { JobLeases } from "./job-lease.ts";
import { connectRedis, REDIS_PREFIX } from "./redis.ts";
import { cadenceOf, patternOf } from "./repeat-pattern.ts";
import { BUSY_MS, retryWait, runTick, type SchedulerDeps } from "./run-tick.ts";
import { type Cadence, dueTicks, nextTick } from "./schedule.ts";
import type { Job, Scheduler } from "./scheduler.ts";

interface Deps extends SchedulerDeps {
  readonly redis_url: string;
  /** Who of all processes does what is due of a job. */
  readonly leases: JobLeases;
  /** Before the keys in Redis. */
  readonly prefix?: string;
  /** How long a worker may give BullMQ no sign of life before its bell is rung elsewhere, in ms. What it was doing its lease still holds. */
  readonly stalled_ms?: number;
}

/** A bell that calls nobody: what is due is read from the ledger, so its name is all it says. */
type BellData = Record<string, never>;

interface Post {
  readonly job: Job;
  readonly queue: Queue<BellData>;
  readonly worker: Worker<BellData>;
}

const LOOK_MS_MAX = 60_000;
/** So much later than a tick it is looked at whether the bell was heard. */
const GRACE_MS = 5_000;
const STALLED_MS = 60_000;
/** A queue's name in Redis; `:` is BullMQ's own. */
const queueName = (job: string): string => `jobs-${job}`;

/**
 * The scheduler of several processes. BullMQ is the bell and no more: it rings at each tick, again with growing waits after a
 * failure, and elsewhere when a worker has died. Whoever hears it takes the job's lease and does what the ledger says is due,
 * oldest first, so a bell that rings twice, or is lost with all of Redis, changes nothing. Each process looks once a minute, and
 * whenever Redis comes back, whether the bells still hang and something due was not heard.
 */
export function createBullScheduler(deps: Deps): Scheduler {
  const { clock, log, redis_url, prefix = REDIS_PREFIX } = deps;
  const stopping = new AbortController();
  let started = false;
  let posts: Post[] = [];
  let looks: Promise<void>[] = [];
  const connections: Redis[] = [];

  function connect(patient: boolean): Redis {
    const redis = connectRedis(redis_url, { log, patient });
    connections.push(redis);
    return redis;
  }

  function post(job: Job, control: Redis, patient: Redis): Post {
    const name = queueName(job.name);
    const settings = { repeatStrategy: strategy(clock) };
    const queue = new Queue<BellData>(name, { connection: control, prefix, settings });
    const stalled_ms = deps.stalled_ms ?? STALLED_MS;
    const worker = new Worker<BellData>(
      name,
      (bell, token) => answer(deps, job, { bell, token, stopping: stopping.signal }),
      {
        connection: patient,
        prefix,
        concurrency: 1,
        lockDuration: stalled_ms,
        stalledInterval: stalled_ms,
        maxStalledCount: 1_000,
        settings: { ...settings, backoffStrategy: retryWait },
      },
    );
    // What they say of their connections is logged where these are made.
    queue.on("error", () => undefined);
    worker.on("error", () => undefined);
    return { job, queue, worker };
  }

  return {
    async start(jobs) {
      if (started) throw new Error("scheduler: started already");
      started = true;
      await checkJobs(clock, jobs);
      if (stopping.signal.aborted || jobs.length === 0) return;
      const control = connect(false);
      const patient = connect(true);
      posts = jobs.map((job) => post(job, control, patient));
      looks = posts.map((one) => {
        const wakes = new Set<() => void>();
        const wakeAll = (): void => wakes.forEach((wake) => wake());
        control.on("ready", wakeAll);
        // What fell due as it came to its end was not rung for, since a bell was being answered.
        one.worker.on("completed", wakeAll);
        return lookAfter(deps, one, { signal: stopping.signal, wakes });
      });
    },
    async stop() {
      stopping.abort(new Error("scheduler: stopping"));
      // Where Redis is away, a look may wait for an answer that never comes.
      await within(END_MS, Promise.all(looks));
      // A worker first ends what it does; where Redis is away it could not say so, and need not.
      await Promise.all(posts.map(({ worker }) => endWorker(worker, connections)));
      await within(END_MS, Promise.all(posts.map(({ queue }) => queue.close().catch(() => undefined))));
      for (const redis of connections.splice(0)) redis.disconnect();
      posts = [];
    },
  };
}

/** The next tick by the same function that says what is due. BullMQ counts by the machine's clock, ticks by ours. */
function strategy(clock: Clock) {
  return (millis: number, { pattern = "", tz = "UTC" }: { pattern?: string; tz?: string }): number => {
    const ahead = clock.now() - systemClock.now();
    return nextTick(instant(Math.floor(millis + ahead)), cadenceOf(pattern, tz)) - ahead;
  };
}

/** The ticks due now. A job never done before is done from the first tick on that anybody took, so that none is dropped for a later one. */
async function readDue({ clock, ledger, leases }: Deps, job: Job): Promise<InstantMs[]> {
  const last = await ledger.lastDone(job.name);
  const first = last === null ? await leases.lastTaken(job.name) : null;
  return dueTicks(first === null ? last : instant(first - 1), clock.now(), await job.cadence());
}

/** Does what is due, one tick after the other. Rejecting rings the bell again later, here or elsewhere. */
async function answer(
  deps: Deps,
  job: Job,
  { bell, token, stopping }: { bell: Bell<BellData>; token: string | undefined; stopping: AbortSignal },
): Promise<void> {
  let at: InstantMs | null = null;
  try {
    const [oldest] = await readDue(deps, job);
    if (oldest === undefined) return;
    stopping.throwIfAborted();
    const lease = await deps.leases.take(job.name, oldest);
    if (lease === null) throw new AppError("run-in-progress", `another process does what is due of ${job.name}`);
    try {
      const signal = AbortSignal.any([stopping, lease.lost]);
      // Read again under the lease: whoever had it before may have done it all, and while a tick is run more may fall due.
      for (let due = await readDue(deps, job); due.length > 0; due = await readDue(deps, job))
        for (const tick of due) {
          at = tick;
          signal.throwIfAborted();
          await runTick(deps, job, { job: job.name, at: tick }, signal);
        }
    } finally {
      await lease.release();
    }
  } catch (err) {
    if (stopping.aborted) {
      deps.log.warn({ job: job.name, err }, "job cut short by stop");
    } else if (err instanceof AppError && (err.key === "run-in-progress" || err.key === "control-unavailable")) {
      deps.log.info({ job: job.name, why: err.message }, "job waits for the run that is going on");
      await bell.moveToDelayed(systemClock.now() + BUSY_MS, token);
      throw new DelayedError();
    } else {
      deps.log.error(
        { job: job.name, err, retry_ms: retryWait(bell.attemptsMade + 1) },
        "job failed, will be tried again",
      );
      await deps.watch?.failed(job.name, { tick_at: at, error: err });
    }
    throw err;
  }
}

/** Sees to it, until the scheduler stops, that the bell hangs and that what is due was heard. */
async function lookAfter(
  deps: Deps,
  { job, queue }: Post,
  { signal, wakes }: { signal: AbortSignal; wakes: Set<() => void> },
): Promise<void> {
  const { clock, log } = deps;
  for (let looks = 0; !signal.aborted; looks += 1) {
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    wakes.add(wake);
    let wait_ms = LOOK_MS_MAX;
    try {
      const cadence = await job.cadence();
      await hangBell(queue, cadence);
      const [oldest] = await readDue(deps, job);
      // At a start at once: the wait after a failure belonged to a process that is gone.
      if (oldest !== undefined && (looks === 0 || !(await willRing(queue)))) await ring(queue, job.name, oldest);
      const now = clock.now();
      // While something is due its bell may be lost at any moment, with all of Redis.
      wait_ms = oldest === undefined ? Math.min(LOOK_MS_MAX, nextTick(now, cadence) + GRACE_MS - now) : GRACE_MS;
    } catch (err) {
      if (!signal.aborted) log.warn({ job: job.name, err }, "the bell of a job could not be looked after");
    }
    await clock.sleep(wait_ms, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
    wakes.delete(wake);
  }
}

/** Retried without end; nothing is kept of a bell that was heard. */
const bellOptions = {
  attempts: Number.MAX_SAFE_INTEGER,
  backoff: { type: "custom" },
  removeOnComplete: true,
  removeOnFail: { count: 100 },
  stackTraceLimit: 1,
};

/** Hangs the bell anew where Redis knows none, or one for another cadence. */
async function hangBell(queue: Queue<BellData>, cadence: Cadence): Promise<void> {
  const pattern = patternOf(cadence);
  const hung = await queue.getJobScheduler("tick");
  if (hung?.pattern === pattern && hung.tz === cadence.zone && (hung.next ?? 0) > systemClock.now() - LOOK_MS_MAX)
    return;
  await queue.setGlobalConcurrency(1);
  await queue.upsertJobScheduler("tick", { pattern, tz: cadence.zone }, { name: "tick", data: {}, opts: bellOptions });
}

/** Whether the bell is being answered, waits to be, or will ring again after a failure. */
async function willRing(queue: Queue<BellData>): Promise<boolean> {
  const { active = 0, waiting = 0, prioritized = 0 } = await queue.getJobCounts("active", "waiting", "prioritized");
  if (active + waiting + prioritized > 0) return true;
  return (await queue.getDelayed(0, 9)).some(({ attemptsStarted, attemptsMade }) => attemptsStarted + attemptsMade > 0);
}

/** Rings once for a tick, however many processes find it due. */
async function ring(queue: Queue<BellData>, job: string, tick: InstantMs): Promise<void> {
  const jobId = `${job}@${formatInstant(tick).replaceAll(":", "")}`;
  const left = await queue.getJob(jobId);
  if (left !== undefined && (await left.getState()) === "delayed") await left.promote().catch(() => undefined);
  else if (left !== undefined && (await left.isFailed())) await left.retry().catch(() => undefined);
  else await queue.add("tick", {}, { ...bellOptions, jobId });
}

const END_MS = 3_000;

/** A worker that cannot tell Redis that it ends is left to its connection's end: its bell rings elsewhere, its lease is given back. */
async function endWorker(worker: Worker<BellData>, connections: readonly Redis[]): Promise<void> {
  const closed = worker.close().catch(() => undefined);
  if (connections.every(({ status }) => status === "ready")) return closed;
  await within(END_MS, closed);
}

/** Waits for `work`, and not for longer than `ms`. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  await Promise.race([work, systemClock.sleep(ms, patience.signal).catch(() => undefined)]);
  patience.abort();
}
