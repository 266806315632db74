import { fractionOf, toNano } from "./money.ts";

export interface OracleTier {
  /** Last unit priced here, in units of the tariff; null for the open top tier. */
  readonly up_to: string | null;
  readonly rate: string;
}

/** A base tariff; an empty list of conditions holds for any value. */
export interface OracleTariff {
  readonly id: string;
  readonly usage_type: number;
  readonly component: "base";
  readonly currency: string;
  readonly unit: "hour" | "gib_hour" | "month" | "gib_month" | "gib" | "each" | "thousand" | "million" | "unit_hour";
  readonly model: "per_unit" | "graduated";
  readonly rate?: string;
  readonly tiers?: readonly OracleTier[];
  readonly conditions: { readonly offering: readonly string[]; readonly zone: readonly string[] };
}

/** What one tier takes of a cumulative quantity: base units, and R(P(min(c, hi))) − R(P(lo)) in nano units. */
export interface TierCharge {
  readonly tier: number;
  readonly quantity: bigint;
  readonly amount_nano: bigint;
}

interface PricedTier {
  readonly lo: bigint;
  readonly hi: bigint | null;
  readonly rate12: bigint;
}

const HOUR_MS = 3_600_000n;
const GIB = 2n ** 30n;
const RATE_SCALE = 10n ** 12n;

/** Splits a cumulative quantity in base units over the tiers it reaches; `month_ms` is the length of the local month. */
export function tierCharges(tariff: OracleTariff, quantity: bigint, month_ms: bigint): TierCharge[] {
  const unit = unitOf(tariff, month_ms);
  const tiers = pricedTiers(tariff, unit);
  const priceNano = (c: bigint): bigint => toNano(priceNumerator(tiers, c), unit * RATE_SCALE);
  const charges: TierCharge[] = [];
  for (const [tier, { lo, hi }] of tiers.entries()) {
    if (quantity <= lo) break;
    const end = lower(quantity, hi);
    charges.push({ tier, quantity: end - lo, amount_nano: priceNano(end) - priceNano(lo) });
  }
  return charges;
}

/** The rate of each tier in order; a price per unit is a single open tier. */
export function tierRates(tariff: OracleTariff): string[] {
  return tiersOf(tariff).map(({ rate }) => rate);
}

// P(c) × unit × 10^12, an integer: every base unit at its tier's rate, the one on a border at the lower tier's.
function priceNumerator(tiers: readonly PricedTier[], c: bigint): bigint {
  let sum = 0n;
  for (const { lo, hi, rate12 } of tiers) {
    if (c > lo) sum += (lower(c, hi) - lo) * rate12;
  }
  return sum;
}

function pricedTiers(tariff: OracleTariff, unit: bigint): PricedTier[] {
  const tiers: PricedTier[] = [];
  let lo = 0n;
  for (const { up_to, rate } of tiersOf(tariff)) {
    const hi = up_to === null ? null : whole(up_to, unit);
    tiers.push({ lo, hi, rate12: whole(rate, RATE_SCALE) });
    if (hi !== null && hi <= lo) throw new Error(`tariff ${tariff.id}: tiers do not rise`);
    lo = hi ?? lo;
  }
  if (tiers.findIndex(({ hi }) => hi === null) !== tiers.length - 1) {
    throw new Error(`tariff ${tariff.id}: the last tier alone is open`);
  }
  return tiers;
}

function tiersOf(tariff: OracleTariff): readonly OracleTier[] {
  if (tariff.model === "graduated" && tariff.tiers !== undefined) return tariff.tiers;
  if (tariff.model === "per_unit" && tariff.rate !== undefined) return [{ up_to: null, rate: tariff.rate }];
  throw new Error(`tariff ${tariff.id} has no price`);
}

function unitOf(tariff: OracleTariff, month_ms: bigint): bigint {
  switch (tariff.unit) {
    case "hour":
    case "unit_hour":
      return HOUR_MS;
    case "gib_hour":
      return GIB * HOUR_MS;
    case "month":
      return month_ms;
    case "gib_month":
      return GIB * month_ms;
    case "gib":
      return GIB;
    case "each":
      return 1n;
    case "thousand":
      return 1000n;
    case "million":
      return 1_000_000n;
  }
}

// text × scale where that is a whole number. Borders have up to five decimals for that to hold in every unit, rates twelve.
function whole(text: string, scale: bigint): bigint {
  const { num, den } = fractionOf(text);
  if ((num * scale) % den !== 0n) throw new Error(`${text} × ${scale} is not whole`);
  return (num * scale) / den;
}

function lower(a: bigint, b: bigint | null): bigint {
  return b !== null && b < a ? b : a;
}
