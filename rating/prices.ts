import { type PriceCurve, readRate, smoothCurve, withIncluded } from "./models/curve.ts";
import { graduated } from "./models/graduated.ts";
import { valueCondition } from "./models/matrix.ts";
import { packages } from "./models/package.ts";
import { perUnit } from "./models/per-unit.ts";
import { volume } from "./models/volume.ts";
import type { PriceBand, Tariff } from "./tariff.ts";

/** What a curve is chosen by, when a tariff has several: its condition, its time, or (volume) the total of the period. */
export interface Price {
  readonly curve: PriceCurve;
  /** Of each tier of the curve. */
  readonly labels: readonly string[];
  readonly condition: string;
  /** Conditions of the tariff's other prices, which come first. */
  readonly except: readonly string[];
  /** Bands in which it holds; null = always. */
  readonly inside: PriceBand | null;
  /** Bands in which it does not. */
  readonly outside: readonly PriceBand[];
  /** Volume: the total in base units up to which it is the one; null = whatever the total. */
  readonly total_to: bigint | null;
}

type Priced = Pick<Tariff, "model" | "rate" | "package_size" | "tiers" | "included" | "condition" | "bands" | "matrix">;

/** All prices of a tariff where `unit_base` base units are one unit: one, or one for each band, value or volume tier. */
export function pricesOf(tariff: Priced, unit_base: bigint): Price[] {
  const included = BigInt(tariff.included);
  const plain = { condition: tariff.condition, except: [], inside: null, outside: [], total_to: null };
  if (tariff.bands !== undefined) return bandPrices(tariff, tariff.bands, unit_base);
  if (tariff.matrix !== undefined) return matrixPrices(tariff, tariff.matrix, unit_base);
  switch (tariff.model) {
    case "per_unit": {
      const steps = withIncluded(perUnit(tariff.rate ?? "0"), included);
      return [{ ...plain, curve: smoothCurve(steps, unit_base), labels: labelsFor(steps, included, 1) }];
    }
    case "graduated": {
      const tiers = tariff.tiers ?? [];
      const steps = withIncluded(graduated(tiers), included);
      return [{ ...plain, curve: smoothCurve(steps, unit_base), labels: labelsFor(steps, included, tiers.length) }];
    }
    case "volume": {
      const tiers = tariff.tiers ?? [];
      return volume(tiers).map(({ up_to, steps }) => {
        const moved = withIncluded(steps, included);
        const total_to = up_to === null ? null : (up_to + included) * unit_base;
        return {
          ...plain,
          curve: smoothCurve(moved, unit_base),
          labels: labelsFor(moved, included, tiers.length),
          total_to,
        };
      });
    }
    case "package": {
      const { package_size = "1", rate = "0" } = tariff;
      const curve = packages({ package_size, rate, included }, unit_base);
      return [{ ...plain, curve, labels: labelsFor(curve.tiers, included, 1) }];
    }
  }
}

/** Of the prices of a volume tariff the one that a total picks; of any other its only one. */
export function priceForTotal(prices: readonly Price[], total: bigint): Price {
  const found = prices.find(({ total_to }) => total_to === null || total <= total_to);
  if (found === undefined) throw new Error(`no price for a total of ${total}`);
  return found;
}

function bandPrices(tariff: Priced, bands: readonly PriceBand[], unit_base: bigint): Price[] {
  const rated = bands.map((band, index) => ({
    ...oneRate(band.rate, { tier: index + 1, unit_base }),
    labels: [band.name],
    condition: tariff.condition,
    except: [],
    inside: band,
    outside: [],
    total_to: null,
  }));
  if (tariff.rate === undefined) return rated;
  const rest = { condition: tariff.condition, except: [], inside: null, outside: bands, total_to: null };
  return [{ ...oneRate(tariff.rate, { tier: 0, unit_base }), labels: [""], ...rest }, ...rated];
}

function matrixPrices(tariff: Priced, matrix: NonNullable<Tariff["matrix"]>, unit_base: bigint): Price[] {
  const always = { inside: null, outside: [], total_to: null };
  const rated = matrix.values.map(({ value, rate }, index) => ({
    ...oneRate(rate, { tier: index + 1, unit_base }),
    labels: [value],
    condition: valueCondition(tariff.condition, matrix, value),
    except: [],
    ...always,
  }));
  if (tariff.rate === undefined) return rated;
  const except = rated.map(({ condition }) => condition);
  const rest = { labels: [""], condition: tariff.condition, except, ...always };
  return [{ ...oneRate(tariff.rate, { tier: 0, unit_base }), ...rest }, ...rated];
}

function oneRate(rate: string, { tier, unit_base }: { tier: number; unit_base: bigint }): { curve: PriceCurve } {
  return { curve: smoothCurve([{ tier, up_to: null, rate: readRate(rate) }], unit_base) };
}

// A price in one step needs no word for it.
function labelsFor(steps: readonly { tier: number }[], included: bigint, count: number): string[] {
  return steps.map(({ tier }) => {
    if (included > 0n && tier === 0) return "included";
    return count === 1 ? "" : `tier ${included > 0n ? tier : tier + 1}`;
  });
}
