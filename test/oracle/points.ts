import type { OracleShape } from "./event.ts";
import { inStepOrder, type Step } from "./order.ts";
import { masked } from "./shape.ts";
import type { OracleType } from "./usage-types.ts";

/** Something that counts at one instant, for one account in one shape. */
export interface Point {
  readonly account_id: string;
  readonly shape: OracleShape;
  readonly at_ms: number;
  /** A number, or for unique what must differ. */
  readonly value: bigint | string;
}

/** The points of one story of a sum, count, max, unique or latest, in step order. */
export function reportedPoints(type: OracleType, steps: readonly Step[]): Point[] {
  const points: Point[] = [];
  for (const { event } of [...steps].sort(inStepOrder)) {
    const value = valueOf(type, event);
    if (value === undefined) continue;
    const shape = masked(event.shape, type.shape_by ?? []);
    points.push({ account_id: event.account_id, shape, at_ms: event.at_ms, value });
  }
  return points;
}

// An event without the reading means nothing to the type.
function valueOf({ measure, reading }: OracleType, { readings, shape }: Step["event"]): bigint | string | undefined {
  if (measure === "count") return 1n;
  return measure === "unique" ? shape.details[reading ?? ""] : readings.get(reading ?? "");
}

/** What points of one record (same window, account and shape; in step order) come to. */
export interface Told {
  readonly quantity: bigint;
  /** Instants at which something counts, each once; never empty. */
  readonly instants: readonly number[];
}

/** Tells what the points of a record come to by the measure of their type; null when that is nothing. */
export function tell(measure: OracleType["measure"], points: readonly Point[]): Told | null {
  switch (measure) {
    case "counter":
    case "sum":
    case "count":
      return added(points);
    case "max":
      return decided(largest(points));
    case "latest":
      return decided(points.at(-1));
    case "unique": {
      const [first] = points;
      const quantity = BigInt(new Set(points.map(({ value }) => value)).size);
      return first === undefined ? null : { quantity, instants: [first.at_ms] };
    }
    case "duration":
    case "capacity":
    case "gauge":
      throw new Error(`a ${measure} is no matter of points`);
  }
}

function added(points: readonly Point[]): Told | null {
  const counting = points.filter(({ value }) => value !== 0n);
  const instants = [...new Set(counting.map(({ at_ms }) => at_ms))];
  const quantity = counting.reduce((sum, { value }) => sum + BigInt(value), 0n);
  return quantity === 0n ? null : { quantity, instants };
}

// The earliest of the largest ones.
function largest(points: readonly Point[]): Point | undefined {
  let found = points[0];
  for (const point of points) if (found !== undefined && point.value > found.value) found = point;
  return found;
}

function decided(point: Point | undefined): Told | null {
  if (point === undefined || point.value === 0n) return null;
  return { quantity: BigInt(point.value), instants: [point.at_ms] };
}
