import { monthBounds } from "../../core/calendar.ts";
import { createTestClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";
import { silentLog } from "../../core/log.ts";
import { createRunLedger } from "../../core/runs.ts";
import { createRegistry } from "../../core/registry.ts";
import { insertLines, timeField } from "../../core/insert-lines.ts";
import { createAccounts } from "../../core/accounts.ts";
import {
  createBillingRecords,
  createProfiles,
  createRateCards,
  createStatements,
  ratePeriod,
} from "../../rating/index.ts";
import type { ChargeInput, RateOutcome, RateRequest, TariffInput } from "../../rating/index.ts";
import { openTestStore } from "../test-store.ts";

const defaults = { currency: "EUR", time_zone: "Europe/Amsterdam", rate_card_id: "default" };

export interface UsageRow {
  readonly account_id: string;
  readonly usage_type: number;
  readonly resource: string;
  readonly shape?: bigint;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly quantity: bigint;
  readonly sign?: 1 | -1;
  readonly run_seq?: number;
  readonly slices?: readonly (readonly [from_ms: number, to_ms: number, quantity: bigint])[];
}

export interface AccountRow {
  readonly account_id: string;
  readonly kind?: string;
  readonly payer?: string;
  readonly currency?: string;
  readonly time_zone?: string;
  readonly rate_card_id?: string;
  readonly domain?: string;
  /** When it was made, or (as a later version) left; since ever when left out. */
  readonly changed_ms?: number;
  readonly version?: number;
  readonly state?: "active" | "deleted";
}

const keyColumns = "run_seq sign account_id window_start window_end usage_type resource part shape".split(" ");
const recordColumns = "quantity duration_ms slices first_at last_at opened_at opened_by closed_by".split(" ");
const sliceColumns = "from_at to_at quantity opened_at opened_by closed_by".split(" ");

/** A real store in a directory of its own, filled row by row, with rating on top. */
export async function openRatingStore() {
  const { store, close } = await openTestStore();
  const clock = createTestClock(instant(Date.UTC(2026, 10, 3)));
  const ledger = createRunLedger({ store, clock });
  const usageTypes = createRegistry();
  const rateCards = createRateCards({ store, clock, usageTypes });
  const profiles = createProfiles({ store, clock, accounts: createAccounts({ store, clock }) });
  const deps = { store, ledger, rateCards, usageTypes, log: silentLog };
  const at = (ms: number): string => `fromUnixTimestamp64Milli(toInt64(${ms}), 'UTC')`;
  const command = (query: string): Promise<unknown> => store.write.command({ query });
  const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

  const rows = async <T>(query: string): Promise<T[]> =>
    (await store.read.query({ query, format: "JSONEachRow" })).json<T>();
  const rate = (period: string, options: Partial<RateRequest> = {}): Promise<RateOutcome> =>
    ratePeriod(deps, { period, defaults, ...options });
  /** The lines of a run but for what only records can tell. */
  const linesOf = (period: string, run_seq: string): Promise<unknown[]> =>
    rows(
      `SELECT * EXCEPT (run_seq, records) FROM statement_line WHERE period = '${period}' AND run_seq = ${run_seq} ORDER BY payer_account_id, line`,
    );

  return {
    ...deps,
    clock,
    profiles,
    statements: createStatements({ store, profiles }),
    billingRecords: createBillingRecords({ store }),
    rows,
    command,
    rate,
    /** A period's lines as rating by records makes them, and as a preview by sums does, of the usage that stands now. */
    bothLines: async (period: string): Promise<{ by_records: unknown[]; by_sums: unknown[] }> => {
      let [by_records, by_sums]: unknown[][] = [[], []];
      await rate(period, {
        dry_run: true,
        look: async (run) => void (by_records = await linesOf(period, run.run_seq)),
      });
      const look: RateRequest["look"] = async (run) => void (by_sums = await linesOf(period, run.run_seq));
      await rate(period, { dry_run: true, by_sums: true, look });
      return { by_records: by_records ?? [], by_sums: by_sums ?? [] };
    },
    putCard: (
      tariffs: readonly TariffInput[],
      id = "default",
      currency = "EUR",
      charges: readonly ChargeInput[] = [],
    ) => rateCards.put(id, { name: id, currency, tariffs: [...tariffs], charges: [...charges] }, "test"),
    /** Publishes the usage written under a number; `windows`: starts of those it wrote of, which only what concerns closed months asks for. */
    publishUsage: async (run_seq: number, windows: readonly number[] = []) => {
      if (windows.length > 0) {
        const rows = [...new Set(windows)].map(
          (start) => `(${run_seq}, 'UTC', ${at(start)}, ${at(start + 3_600_000)}, 1)`,
        );
        await command(
          `INSERT INTO run_window (run_seq, time_zone, window_start, window_end, first) VALUES ${rows.join(",")}`,
        );
      }
      await command(
        `INSERT INTO run (run_seq, step, run_id, kind, state, period, from_at, to_at, bound, former_bound, versions, counts, error, changed_at) VALUES (${run_seq}, 2, 'run_usage_${run_seq}', 'aggregate', 'published', '', ${at(0)}, ${at(0)}, '{}', '{}', '{}', '{}', '', ${at(0)})`,
      );
    },
    /** Closes a month for a payer, as a run of that number and at that instant; all accounts live in `time_zone`. */
    closeMonth: async (closing: {
      readonly run_seq: number;
      readonly payer: string;
      readonly accounts?: readonly string[];
      readonly period: string;
      readonly closed_ms: number;
      readonly time_zone?: string;
    }) => {
      const { run_seq, payer, accounts = [payer], period, closed_ms, time_zone = "Europe/Amsterdam" } = closing;
      const { start, end } = monthBounds({ zone: time_zone, month: period });
      const head = `${run_seq}, 'run_close_${run_seq}', '${payer}'`;
      const rows = accounts.map(
        (account_id) =>
          `(${head}, '${account_id}', '${period}', '${time_zone}', ${at(start)}, ${at(end)}, '{}', 'test', '', '[]', ${at(closed_ms)})`,
      );
      await command(
        `INSERT INTO period_close (run_seq, run_id, payer_account_id, account_id, period, time_zone, from_at, to_at, bound, closed_by, reason, overrides, closed_at) VALUES ${rows.join(",")}`,
      );
      await command(
        `INSERT INTO run (run_seq, step, run_id, kind, state, period, from_at, to_at, bound, former_bound, versions, counts, error, changed_at) VALUES (${run_seq}, 2, 'run_close_${run_seq}', 'close', 'published', '${period}', ${at(0)}, ${at(0)}, '{}', '{}', '{}', '{}', '', ${at(closed_ms)})`,
      );
    },
    writeAccounts: async (accounts: readonly AccountRow[]) => {
      const rows = accounts.map(
        ({
          account_id,
          kind = "account",
          payer = account_id,
          currency = "",
          time_zone = "",
          rate_card_id = "",
          domain = "ROOT",
          changed_ms = 0,
          version = 1,
          state = "active",
        }) =>
          `('${account_id}', ${version}, '${account_id}', '${kind}', '${domain}', '${payer}', '${currency}', '${time_zone}', 'postpaid', '${rate_card_id}', '${state}', ${at(changed_ms)}, 'test')`,
      );
      await command(
        `INSERT INTO account (account_id, version, name, kind, domain, payer_account_id, currency, time_zone, payment, rate_card_id, state, changed_at, changed_by) VALUES ${rows.join(",")}`,
      );
    },
    writeShapes: async (shapes: readonly { shape: bigint; offering: string; zone: string }[]) => {
      const rows = shapes.map(
        ({ shape, offering, zone }) =>
          `('${shape}', '', ${quoted(zone)}, ${quoted(offering)}, '', '', '', -1, -1, '{}', '{}')`,
      );
      await command(`INSERT INTO shape VALUES ${rows.join(",")}`);
    },
    writeUsage: async (usage: readonly UsageRow[]) => {
      const records: string[] = [];
      const slices: string[] = [];
      for (const row of usage) {
        const { sign = 1, run_seq = 1, shape = 1n, start_ms, end_ms } = row;
        const parts = row.slices ?? [[start_ms, end_ms, row.quantity] as const];
        const first = timeField(Math.min(...parts.map(([from]) => from)));
        const last = timeField(Math.max(...parts.map(([, to]) => to)));
        const signed = BigInt(sign);
        const key = [
          run_seq,
          sign,
          row.account_id,
          timeField(start_ms),
          timeField(end_ms),
          row.usage_type,
          row.resource,
          "",
          shape,
        ];
        const duration = parts.reduce((sum, [from, to]) => sum + to - from, 0) * sign;
        records.push(
          [...key, row.quantity * signed, duration, parts.length * sign, first, last, first, 0, 0].join("\t"),
        );
        if (parts.length === 1) continue;
        for (const [from, to, quantity] of parts) {
          slices.push([...key, timeField(from), timeField(to), quantity * signed, timeField(from), 0, 0].join("\t"));
        }
      }
      const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join("");
      await insertLines(
        store.write,
        { table: "usage_record", columns: [...keyColumns, ...recordColumns] },
        lines(records),
      );
      await insertLines(store.write, { table: "slice", columns: [...keyColumns, ...sliceColumns] }, lines(slices));
    },
    close,
  };
}

export type RatingStore = Awaited<ReturnType<typeof openRatingStore>>;
