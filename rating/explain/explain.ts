import { minorUnit } from "../../core/currencies.ts";
import { AppError, assert } from "../../core/errors.ts";
import { formatMs, instant } from "../../core/instant.ts";
import type { Registry } from "../../core/registry.ts";
import type { Store } from "../../core/store.ts";
import { parseTimeline, zoneAt } from "../../core/zone-timeline.ts";
import { readBillingId, toRecord } from "../billing-records.ts";
import { readVersions } from "../cards/card-rows.ts";
import { toLine } from "../statement-line.ts";
import { readStatementId } from "../statements.ts";
import { readAdjustment } from "./explain-adjustment.ts";
import { explainPrice } from "./explain-price.ts";
import {
  type LineRow,
  type PriceRow,
  type RecordRow,
  selectAccount,
  selectLine,
  selectParts,
  selectPrices,
  selectRecord,
  selectRecords,
  selectRuns,
} from "./explain-sql.ts";
import { afterOf, type ExplainPage, pickShared, placeOf, type RecordPlace, sharedBy } from "./record-page.ts";
import { asIssued, findIssuedLine } from "./explain-issued.ts";
import { readUsage } from "./explain-usage.ts";
import type { ExplainedLine, ExplainedRecord, ExplainedRun, Explanation } from "./explanation.ts";

/**
 * Explains amounts of the rating run that counts for a period (P11); null = there is no such line or record.
 * @throws AppError conflict where the period was rated before prices were kept
 */
export interface Explanations {
  line(
    name: { statement_id: string; line: number },
    page: ExplainPage,
  ): Promise<{ explanation: Explanation; next: RecordPlace | null } | null>;
  record(id: string, page: Pick<ExplainPage, "slices">): Promise<Explanation | null>;
}

const anyLine = {
  id: "",
  line: 0,
  payer_account_id: "",
  account_id: "",
  usage_type: 0,
  tariff_id: "",
  tariff_version: "0",
  component: "",
  tier: 0,
};
/** Of unrated use: how many of the prices that could have matched are shown. */
const CONSIDERED_MAX = 20;

/** Explanations on the store. Everything is read by key; what is shown bounds what is read. */
export function createExplanations({ store, usageTypes }: { store: Store; usageTypes: Registry }): Explanations {
  return {
    line: async ({ statement_id, line }, page) => {
      const period = readStatementId(statement_id);
      if (period === null) return null;
      const issued = await findIssuedLine(store, { period, statement_id, line });
      if (issued === null) return null;
      const [rated] = await selectLine(store.read, { ...anyLine, period, id: issued.origin, line });
      if (rated === undefined) return null;
      const row = asIssued(rated, issued);
      if (row.kind === "adjustment") return explainAdjustment(row, page);
      const found = await selectRecords(store.read, {
        ...sharedBy(row),
        ...afterOf(page.after),
        only: [],
        limit: page.records + 1,
      });
      const records = found.slice(0, page.records);
      const last = found.length > page.records ? records.at(-1) : undefined;
      const explanation = await explain({ row, records, slices: page.slices });
      return { explanation, next: last === undefined ? null : placeOf(last) };
    },
    record: async (id, { slices }) => {
      const named = readBillingId(id);
      if (named === null) return null;
      const { period } = named;
      const [record] = await selectRecord(store.read, named);
      if (record === undefined) return null;
      const [row] = await selectLine(store.read, { ...anyLine, ...pickShared(record), period });
      // What was used for no time is no line; there is nothing of it to explain.
      return row === undefined ? null : explain({ row, records: [record], slices });
    },
  };

  async function explain({
    row,
    records,
    slices,
  }: {
    row: LineRow;
    records: readonly RecordRow[];
    slices: number;
  }): Promise<Explanation> {
    const { period, run_seq, account_id, usage_type } = row;
    const scope = { period, run_seq };
    if (row.charge_id !== "") return explainCharge(row);
    const [account] = await selectAccount(store.read, { ...scope, account_id });
    if (account === undefined)
      throw new AppError(
        "conflict",
        `${period} was rated by a version that kept no prices; rate it again to explain it`,
      );
    const { plan, start_ms, end_ms } = account;
    const price_nos = [...new Set(records.map(({ price_no }) => price_no))].filter((no) => no !== 0);
    const prices = await selectPrices(store.read, {
      ...scope,
      plan,
      usage_type,
      account_id,
      price_nos,
      limit: Math.max(CONSIDERED_MAX, price_nos.length),
    });
    const [run] = await selectRuns(store.read, { seqs: [BigInt(run_seq)] });
    assert(run !== undefined, `the run of a statement line is in the ledger`);
    const as_of = usageRunOf(run, account.cut_seq);
    const cutRecords = records.map((record) => ({ ...record, part_end_ms: partEnd(record, prices[0]) }));
    const used = await readUsage(store, { as_of, account_id, usage_type, records: cutRecords, limit: slices });
    const runs = await readRuns([as_of, ...used.flatMap(({ usage }) => usage.rows.map((of) => of.run_seq))]);
    const parts = await readParts(row, records);
    const unit = usageTypes.find(usage_type)?.unit ?? "";
    const usageRun = runs.get(as_of);
    assert(usageRun !== undefined, "the usage that was rated is of a run in the ledger");
    return {
      line: toExplainedLine(row),
      account: {
        rate_card_id: account.rate_card_id,
        time_zone: zoneAt(parseTimeline(account.timeline), instant(Number(start_ms))),
        month: { start: formatMs(start_ms), end: formatMs(end_ms) },
      },
      charge: null,
      adjustment: null,
      prices: prices.map(explainPrice),
      run: toRun(run),
      usage_run: usageRun,
      records: cutRecords.flatMap((record, index): ExplainedRecord[] => {
        const of = used[index];
        const part = parts.get(partKey(record));
        if (of === undefined || part === undefined) return [];
        const { rows, ...usage } = of.usage;
        return [
          {
            ...toRecord(withoutOwn(record)),
            tariff_no: record.price_no === 0 ? null : record.price_no,
            part_priced: { start: formatMs(record.part_start_ms), end: formatMs(record.part_end_ms), ...part },
            usage_record: {
              ...usage,
              window: { start: formatMs(record.window_start_ms), end: formatMs(record.window_end_ms) },
              unit,
              published: rows.map(({ run_seq: seq, quantity }) => ({ run_id: runs.get(seq)?.id ?? "", quantity })),
            },
            slices: of.slices,
          },
        ];
      }),
      more_records: (BigInt(row.records) - BigInt(records.length)).toString(),
    };
  }

  /** A line that corrects a closed month: that month's account, prices and records, and what they were before. */
  async function explainAdjustment(row: LineRow, page: ExplainPage) {
    const [run] = await selectRuns(store.read, { seqs: [BigInt(row.run_seq)] });
    assert(run !== undefined, `the run of a statement line is in the ledger`);
    const found = await readAdjustment(store, { row, page, as_of: usageRunOf(run) });
    const { side, records, last, more_records } = found;
    const { line: _line, ...said } = await explain({ row: side, records, slices: page.slices });
    const explanation = { ...said, line: toExplainedLine(row), adjustment: found.adjustment, more_records };
    return { explanation, next: last };
  }

  async function explainCharge(row: LineRow): Promise<Explanation> {
    const [run] = await selectRuns(store.read, { seqs: [BigInt(row.run_seq)] });
    assert(run !== undefined, `the run of a statement line is in the ledger`);
    const { period, run_seq, account_id } = row;
    const [charged] = await selectAccount(store.read, { period, run_seq, account_id });
    const as_of = usageRunOf(run, charged?.cut_seq);
    const usage_run = (await readRuns([as_of])).get(as_of);
    const version = Number(row.charge_version);
    const card = (await readVersions(store, row.rate_card_id)).find((of) => of.version === version);
    const charge = card?.charges.find(({ charge_id }) => charge_id === row.charge_id) ?? null;
    const nothing = { account: null, adjustment: null, prices: [], records: [], more_records: "0" };
    return { line: toExplainedLine(row), charge, ...nothing, run: toRun(run), usage_run: usage_run ?? null };
  }

  async function readRuns(seqs: readonly string[]): Promise<Map<string, ExplainedRun>> {
    const rows = await selectRuns(store.read, { seqs: [...new Set(seqs)].map(BigInt) });
    return new Map(rows.map((row) => [row.seq, toRun(row)]));
  }

  async function readParts(row: LineRow, records: readonly RecordRow[]): Promise<Map<string, PartPriced>> {
    if (records.length === 0) return new Map();
    const { period, run_seq, account_id, usage_type, tariff_id, component } = row;
    const found = await selectParts(store.read, {
      period,
      run_seq,
      account_id,
      usage_type,
      tariff_id,
      component,
      window_starts: records.map(({ window_start_ms }) => BigInt(window_start_ms)),
      usage_record_ids: records.map(({ usage_record_no }) => BigInt(usage_record_no)),
      part_starts: records.map(({ part_start_ms }) => BigInt(part_start_ms)),
    });
    return new Map(
      found.map(({ usage_record_no, part_start_ms, ...part }) => [partKey({ usage_record_no, part_start_ms }), part]),
    );
  }
}

type PartPriced = Omit<ExplainedRecord["part_priced"], "start" | "end">;

function partKey({ usage_record_no, part_start_ms }: Pick<RecordRow, "usage_record_no" | "part_start_ms">): string {
  return `${usage_record_no}/${part_start_ms}`;
}

/** A window ends a part, or the first change of a price of its plan and usage type after the part's begin. */
function partEnd({ part_start_ms, window_end_ms }: RecordRow, price: PriceRow | undefined): string {
  const next = price?.cuts.map(Number).find((cut) => cut > Number(part_start_ms));
  return next === undefined || next > Number(window_end_ms) ? window_end_ms : next.toString();
}

function withoutOwn<T extends { price_no: number; shape: string; part_end_ms: string }>(record: T) {
  const { price_no: _price, shape: _shape, part_end_ms: _end, ...row } = record;
  return row;
}

function toExplainedLine(row: LineRow): ExplainedLine {
  const { id, payer_account_id, period, currency, records, tariff_version } = row;
  const decimals = minorUnit(currency);
  return {
    statement_id: id,
    payer_account_id,
    period,
    currency,
    ...toLine(row, decimals),
    tariff_version: row.kind === "usage" ? Number(tariff_version) : null,
    records,
    decimals,
  };
}

/** The number of the run up to which a rating run counted usage: all it knew, or of who had closed the month what came before that. */
function usageRunOf({ versions }: { versions: string }, cut_seq = "0"): string {
  const usage_run = (JSON.parse(versions) as { usage_run?: string }).usage_run ?? "0";
  return cut_seq === "0" || BigInt(cut_seq) > BigInt(usage_run) ? usage_run : cut_seq;
}

function toRun(row: Awaited<ReturnType<typeof selectRuns>>[number]): ExplainedRun {
  return {
    id: row.run_id,
    kind: row.kind,
    state: row.state,
    to: row.kind === "aggregate" ? formatMs(row.to_ms) : null,
    bound: JSON.parse(row.bound) as Record<string, string>,
    versions: JSON.parse(row.versions) as Record<string, string>,
    at: formatMs(row.changed_ms),
  };
}
