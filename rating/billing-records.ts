import Type, { type Static } from "typebox";
import { formatMs } from "../core/instant.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";

/** A usage record (or the part of it between two price changes, or inside one tier) × a tariff = an amount; quantities in base units. */
export const BillingRecord = Type.Object({
  id: Type.String(),
  period: Type.String(),
  payer_account_id: Type.String(),
  account_id: Type.String(),
  usage_record_id: Type.String(),
  usage_type: Type.Integer(),
  resource: Type.String(),
  part: Type.String(),
  window: Type.Object({ start: Type.String(), end: Type.String() }),
  part_start: Type.String(),
  tariff_id: Type.Union([Type.String(), Type.Null()]),
  tariff_version: Type.Union([Type.Integer(), Type.Null()]),
  component: Type.Union([Type.String(), Type.Null()]),
  tier: Type.Union([Type.Integer(), Type.Null()]),
  currency: Type.String(),
  unit: Type.Union([Type.String(), Type.Null()]),
  quantity: Type.String(),
  from_quantity: Type.String(),
  to_quantity: Type.String(),
  price_from: Type.String(),
  price_to: Type.String(),
  amount: Type.String(),
  state: Type.Union([Type.Literal("rated"), Type.Literal("unrated")]),
});
export type BillingRecord = Static<typeof BillingRecord>;

/** Where a page ended: the last record's place in the order of pricing. */
export const BillingKey = Type.Object(
  {
    account_id: Type.String(),
    tariff_id: Type.String(),
    usage_type: Type.Integer(),
    window_start_ms: Type.String(),
    usage_record_id: Type.String(),
    part_start_ms: Type.String(),
    tier: Type.Integer(),
  },
  { additionalProperties: false },
);
export type BillingKey = Static<typeof BillingKey>;

export interface BillingFilter {
  readonly period: string;
  readonly account_id?: string;
  /** The accounts that may be seen, none = all. */
  readonly within?: readonly string[];
  readonly payer_account_id?: string;
  readonly usage_type?: number;
  readonly tariff_id?: string;
  readonly state?: BillingRecord["state"];
  /** "ur_…" as usage records carry it */
  readonly usage_record_id?: string;
}

/** Billing records of the rating run that counts for a period, in the order in which they were priced. */
export interface BillingRecords {
  list(
    options: BillingFilter & { after?: BillingKey; limit: number },
  ): Promise<{ records: BillingRecord[]; next: BillingKey | null }>;
  get(id: string): Promise<BillingRecord | null>;
}

/** A billing record as statements give it. */
export const BillingRow = Type.Object({
  period: Type.String(),
  payer_account_id: Type.String(),
  account_id: Type.String(),
  usage_record_no: Type.String(),
  usage_record_id: Type.String(),
  usage_type: Type.Integer(),
  resource: Type.String(),
  part: Type.String(),
  window_start_ms: Type.String(),
  window_end_ms: Type.String(),
  part_start_ms: Type.String(),
  tariff_id: Type.String(),
  tariff_version: Type.String(),
  component: Type.String(),
  tier: Type.Integer(),
  currency: Type.String(),
  unit: Type.String(),
  quantity: Type.String(),
  from_quantity: Type.String(),
  to_quantity: Type.String(),
  price_from: Type.String(),
  price_to: Type.String(),
  amount: Type.String(),
  state: BillingRecord.properties.state,
});
export type BillingRow = Static<typeof BillingRow>;

const selectRecords = defineQuery(
  "rating/billing_records",
  Type.Object({
    period: Type.String(),
    account_id: Type.String(),
    within: Type.Array(Type.String()),
    payer_account_id: Type.String(),
    usage_type: Type.Integer(),
    tariff_id: Type.String(),
    state: Type.String(),
    usage_record_id: Type.String(),
    is_next: Type.Integer(),
    after_account_id: Type.String(),
    after_tariff_id: Type.String(),
    after_usage_type: Type.Integer(),
    after_window_start_ms: Type.String(),
    after_usage_record_id: Type.String(),
    after_part_start_ms: Type.String(),
    after_tier: Type.Integer(),
    limit: Type.Integer(),
  }),
  BillingRow,
);

const NOWHERE: BillingKey = {
  account_id: "",
  tariff_id: "",
  usage_type: 0,
  window_start_ms: "0",
  usage_record_id: "0",
  part_start_ms: "0",
  tier: 0,
};
/** Ids of usage records are written without leading zero bytes, which one in 256 has. */
const BILLING_ID = /^br_(\d{4})(\d{2})_([0-9a-f]{2,32})_([0-9a-z]+)_(\d+)_(.*)$/;
const USAGE_RECORD_ID = /^ur_([0-9a-f]{2,32})$/;
const TIER_MAX = 65_535;
/** One usage record has this many tiers × price changes × components at most. */
const PARTS_MAX = 100_000;

/** Billing records on the store. */
export function createBillingRecords({ store }: { store: Store }): BillingRecords {
  async function select(filter: BillingFilter, after: BillingKey | undefined, limit: number): Promise<BillingRow[]> {
    const key = after ?? NOWHERE;
    return selectRecords(store.read, {
      period: filter.period,
      account_id: filter.account_id ?? "",
      within: [...(filter.within ?? [])],
      payer_account_id: filter.payer_account_id ?? "",
      usage_type: filter.usage_type ?? 0,
      tariff_id: filter.tariff_id ?? "",
      state: filter.state ?? "",
      usage_record_id: USAGE_RECORD_ID.exec(filter.usage_record_id ?? "")?.[1] ?? "",
      is_next: after === undefined ? 0 : 1,
      after_account_id: key.account_id,
      after_tariff_id: key.tariff_id,
      after_usage_type: key.usage_type,
      after_window_start_ms: key.window_start_ms,
      after_usage_record_id: key.usage_record_id,
      after_part_start_ms: key.part_start_ms,
      after_tier: key.tier,
      limit,
    });
  }

  return {
    list: async ({ after, limit, ...filter }) => {
      if (filter.usage_record_id !== undefined && !USAGE_RECORD_ID.test(filter.usage_record_id))
        return { records: [], next: null };
      const rows = await select(filter, after, limit + 1);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return { records: page.map(toRecord), next: rows.length > limit && last !== undefined ? keyOf(last) : null };
    },
    get: async (id) => {
      const named = readBillingId(id);
      if (named === null) return null;
      const usage_record_id = `ur_${BigInt(named.usage_record_id).toString(16).padStart(32, "0")}`;
      const rows = await select({ period: named.period, usage_record_id }, undefined, PARTS_MAX);
      return rows.map(toRecord).find((record) => record.id === id) ?? null;
    },
  };
}

/** What the id of a billing record says, null where it is none; `usage_record_id` as a whole number. */
export function readBillingId(
  id: string,
): { period: string; usage_record_id: string; part_start_ms: string; tier: number; component: string } | null {
  const [, year, month, usageRecord, start = "", tier, component = ""] = BILLING_ID.exec(id) ?? [];
  const part_start_ms = Number.parseInt(start, 36);
  if (usageRecord === undefined || !Number.isSafeInteger(part_start_ms) || Number(tier) > TIER_MAX) return null;
  return {
    period: `${year}-${month}`,
    usage_record_id: BigInt(`0x${usageRecord}`).toString(),
    part_start_ms: part_start_ms.toString(),
    tier: Number(tier),
    component,
  };
}

/** A billing record as it is shown. */
export function toRecord(row: BillingRow): BillingRecord {
  const { usage_record_no: _no, window_start_ms, window_end_ms, part_start_ms, ...rest } = row;
  const rated = row.state === "rated";
  const place = [
    row.period.replace("-", ""),
    row.usage_record_id.slice(3),
    Number(part_start_ms).toString(36),
    row.tier,
    row.component,
  ];
  return {
    id: `br_${place.join("_")}`,
    ...rest,
    window: {
      start: formatMs(window_start_ms),
      end: formatMs(window_end_ms),
    },
    part_start: formatMs(part_start_ms),
    tariff_id: rated ? row.tariff_id : null,
    tariff_version: rated ? Number(row.tariff_version) : null,
    component: rated ? row.component : null,
    tier: rated ? row.tier : null,
    unit: rated ? row.unit : null,
  };
}

function keyOf({
  account_id,
  tariff_id,
  usage_type,
  window_start_ms,
  usage_record_no,
  part_start_ms,
  tier,
}: BillingRow): BillingKey {
  return { account_id, tariff_id, usage_type, window_start_ms, usage_record_id: usage_record_no, part_start_ms, tier };
}
