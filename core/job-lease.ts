import Type from "typebox";
import type { Clock } from "./clock.ts";
import { field, insertLines, timeField } from "./insert-lines.ts";
import { type InstantMs, instant } from "./instant.ts";
import { holderName } from "./run-lease.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";
import type { InControl } from "./versions.ts";

/** Who does what is due of a job, among all processes. It is kept in the store, so that Redis may forget everything. */
export interface JobLeases {
  /** The lease, for the tick that is oldest due; null = another holds it. One whose holder gave no sign of life for its length is taken over. */
  take(job: string, tick: InstantMs): Promise<JobLease | null>;
  /** The tick that the lease was last taken for; null = never. */
  lastTaken(job: string): Promise<InstantMs | null>;
}

/** A job as this process holds it. */
export interface JobLease {
  /** Above that of every holder before. */
  readonly fence: bigint;
  /** Aborts as soon as another has taken over, or nothing could be renewed for the lease's length. */
  readonly lost: AbortSignal;
  /** Gives it back; never throws: one that is not given back expires. */
  release(): Promise<void>;
}

interface Deps {
  readonly store: Store;
  readonly clock: Clock;
  readonly inControl: InControl;
  /** Asked at each taking, in ms. */
  readonly lease_ms: () => Promise<number>;
}

const LeaseRow = Type.Object({
  fence: Type.String(),
  beat: Type.Integer(),
  tick_ms: Type.String(),
  holder: Type.String(),
  expires_ms: Type.String(),
  ended: Type.Integer(),
});
const selectLease = defineQuery("core/job_lease", Type.Object({ job: Type.String() }), LeaseRow);
const columns = ["job", "beat", "tick_at", "holder", "expires_at", "ended"];
const into = { table: "job_lease", columns };
const RENEWALS = 5;

/** Leases in the store. Taking one is a turn at control data; renewing is a row, which counts for nothing once another has taken over. */
export function createJobLeases({ store, clock, inControl, lease_ms }: Deps): JobLeases {
  const read = async (job: string) => (await selectLease(store.write, { job }))[0] ?? null;
  const line = (job: string, row: { beat: number; tick: InstantMs; expires_ms: number; ended: boolean }): string =>
    `${[field(job), row.beat, timeField(row.tick), field(holderName()), timeField(row.expires_ms), row.ended ? 1 : 0].join("\t")}\n`;

  function hold(
    job: string,
    tick: InstantMs,
    given: { fence: bigint; expires_ms: number; length_ms: number },
  ): JobLease {
    const { fence, length_ms } = given;
    let { expires_ms } = given;
    let beat = 1;
    const lost = new AbortController();
    const ended = new AbortController();
    const append = async (row: { expires_ms: number; ended: boolean }): Promise<void> => {
      beat += 1;
      const rows = `${fence}\t${line(job, { beat, tick, ...row })}`;
      await insertLines(store.write, { table: "job_lease", columns: ["fence", ...columns] }, rows);
    };
    const renew = async (): Promise<void> => {
      const now = clock.now();
      // Whoever took over did so in a turn of its own, so its number is there before it does anything.
      if ((await read(job))?.fence !== fence.toString()) throw new Error(`job ${job} was taken over`);
      await append({ expires_ms: now + length_ms, ended: false });
      expires_ms = now + length_ms;
    };
    const keep = async (): Promise<void> => {
      while (!ended.signal.aborted && !lost.signal.aborted) {
        await clock.sleep(Math.floor(length_ms / RENEWALS), ended.signal).catch(() => undefined);
        if (ended.signal.aborted) return;
        try {
          await renew();
        } catch (error) {
          const takenOver = error instanceof Error && error.message === `job ${job} was taken over`;
          if (takenOver || clock.now() >= expires_ms) lost.abort(error);
        }
      }
    };
    void keep();
    return {
      fence,
      lost: lost.signal,
      release: async () => {
        ended.abort();
        if (!lost.signal.aborted) await append({ expires_ms: clock.now(), ended: true }).catch(() => undefined);
      },
    };
  }

  return {
    take: async (job, tick) => {
      const length_ms = await lease_ms();
      const isHeld = async (): Promise<boolean> => {
        const row = await read(job);
        return row !== null && row.ended === 0 && clock.now() < Number(row.expires_ms);
      };
      // Asked before the turn too: that costs nothing while another works.
      if (await isHeld()) return null;
      const taken = await inControl(async ({ fence, write }) => {
        if (await isHeld()) return null;
        const expires_ms = clock.now() + length_ms;
        await write(into, line(job, { beat: 1, tick, expires_ms, ended: false }));
        return { fence, expires_ms, length_ms };
      });
      return taken === null ? null : hold(job, tick, taken);
    },
    lastTaken: async (job) => {
      const row = await read(job);
      return row === null ? null : instant(Number(row.tick_ms));
    },
  };
}
