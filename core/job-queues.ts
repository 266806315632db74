import { Queue } from "bullmq";
import { connectRedis, type ConnectionLog, REDIS_PREFIX } from "./redis.ts";

/** How many bells of a job there are: ringing now, waiting to be heard, hung for later (the next tick, a retry), given up. */
export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
}

/** The queues of scheduled jobs in Redis, for whoever watches them from any process. */
export interface JobQueues {
  /** Null while Redis is away. */
  counts(job: string): Promise<QueueCounts | null>;
  close(): Promise<void>;
}

/** Opens them for reading. */
export function openJobQueues({
  redis_url,
  log,
  prefix = REDIS_PREFIX,
}: {
  redis_url: string;
  log: ConnectionLog;
  prefix?: string;
}): JobQueues {
  const connection = connectRedis(redis_url, { log });
  const queues = new Map<string, Queue>();
  const of = (job: string): Queue => {
    const known = queues.get(job) ?? new Queue(`jobs-${job}`, { connection, prefix });
    if (!queues.has(job)) known.on("error", () => undefined);
    queues.set(job, known);
    return known;
  };
  return {
    counts: async (job) => {
      if (connection.status !== "ready") return null;
      try {
        const { waiting = 0, active = 0, delayed = 0, failed = 0 } = await of(job).getJobCounts();
        return { waiting, active, delayed, failed };
      } catch {
        return null;
      }
    },
    close: async () => {
      // They were only read; while Redis is away their end would be waited for in vain.
      for (const queue of queues.values()) void queue.close().catch(() => undefined);
      connection.disconnect();
    },
  };
}
