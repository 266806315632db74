import { silentLog } from "../../../core/log.ts";
import { instant } from "../../../core/instant.ts";
import { finalizePeriod, reissueStatement, voidStatement } from "../../../rating/index.ts";
import type { FinalizeRequest, FinalizeStep, IssueDeps, Statement } from "../../../rating/index.ts";
import { nextSeq } from "../closed/closed-case.ts";
import { openRatingStore } from "../rating-store.ts";

/** The day on which documents are issued, until the clock is moved. */
const ISSUED = Date.UTC(2026, 10, 4, 12);
const DAY_MS = 86_400_000;

/** A store with rating and finalizing on it, and what tests of statements do over and over. */
export async function openFinalizingStore({ zone = "Europe/Amsterdam" } = {}) {
  const on = await openRatingStore();
  const steps: FinalizeStep[] = [];
  const deps: IssueDeps = {
    store: on.store,
    ledger: on.ledger,
    clock: on.clock,
    log: silentLog,
    profiles: on.profiles,
    timeZone: async () => zone,
    steps,
  };
  on.clock.set(instant(ISSUED));
  const by = { asked_by: "test", reason: "" };
  return {
    ...on,
    deps,
    /** Steps run under the finalizing run, to be added to and taken from. */
    steps,
    finalize: (period: string, request: Partial<FinalizeRequest> = {}) =>
      finalizePeriod(deps, { ...by, period, ...request }),
    voiding: (id: string, reason = "wrong address") => voidStatement(deps, { id, asked_by: "test", reason }),
    reissue: (id: string, reason = "right address") => reissueStatement(deps, { id, asked_by: "test", reason }),
    /** Publishes that a payer's accounts used so many hours of a VM on a day, as a run of its own. */
    use: async (uses: readonly { account_id: string; day: string; hours: number; usage_type?: number }[]) => {
      const run_seq = await nextSeq(on);
      const rows = uses.map(({ account_id, day, hours, usage_type = 1 }, index) => {
        const start_ms = Date.parse(`${day}T00:00:00Z`);
        const quantity = BigInt(Math.round(hours * 3_600_000));
        return {
          account_id,
          usage_type,
          resource: `vm-${run_seq}-${index}`,
          shape: 7n,
          start_ms,
          end_ms: start_ms + DAY_MS,
          quantity,
          slices: [[start_ms, start_ms + DAY_MS, quantity]] as const,
          run_seq,
        };
      });
      await on.writeUsage(rows);
      await on.publishUsage(
        run_seq,
        rows.map(({ start_ms }) => start_ms),
      );
    },
    /** Closes a month for payers, each with its own account. */
    closeFor: async (period: string, payers: readonly string[]) => {
      for (const payer of payers) {
        const run_seq = await nextSeq(on);
        on.clock.advance(1);
        await on.closeMonth({ run_seq, payer, period, closed_ms: on.clock.now() });
        on.clock.advance(1);
      }
    },
    /** All statements of a period of a payer. */
    of: (period: string, payer_account_id: string): Promise<Statement[]> =>
      on.statements.list({ period, payer_account_id, limit: 100 }),
  };
}

export type FinalizingStore = Awaited<ReturnType<typeof openFinalizingStore>>;
