import type { OracleShape } from "./event.ts";
import { inStepOrder, type Step } from "./order.ts";
import { masked } from "./shape.ts";
import type { OracleType } from "./usage-types.ts";

/** One billable stretch [from_ms, to_ms) in which each millisecond counts `rate`; `to_ms` is null while it is open. */
export interface Stretch {
  readonly account_id: string;
  readonly shape: OracleShape;
  readonly from_ms: number;
  readonly to_ms: number | null;
  readonly rate: bigint;
}

interface Holder {
  readonly account_id: string;
  readonly shape: OracleShape;
  /** 1 for a duration, the size for a capacity: without a size it holds nothing. */
  readonly rate: bigint;
}

/** The stretches of one story of a duration or capacity, in time order, without those of no length. */
export function intervalsOf(type: OracleType, steps: readonly Step[]): Stretch[] {
  const stretches: Stretch[] = [];
  let holder: Holder | null = null;
  let since_ms = 0;
  for (const step of [...steps].sort(inStepOrder)) {
    const next: Holder | null = after(type, holder, step);
    if (same(holder, next)) continue;
    if (holder !== null && since_ms < step.event.at_ms) {
      stretches.push({ ...holder, from_ms: since_ms, to_ms: step.event.at_ms });
    }
    holder = next;
    since_ms = step.event.at_ms;
  }
  if (holder !== null) stretches.push({ ...holder, from_ms: since_ms, to_ms: null });
  return stretches;
}

function after(type: OracleType, holder: Holder | null, step: Step): Holder | null {
  const { account_id, shape } = step.event;
  switch (step.effect) {
    case "open":
      return silentOfSize(type, holder, step) ? holder : holding(type, account_id, shape, shape.size);
    case "change":
      if (holder === null) return null;
      if (step.partial !== null) return merged(type, holder, step);
      return silentOfSize(type, holder, step) ? holder : holding(type, account_id, shape, shape.size);
    case "close":
      // A close acts on the interval of the account it names, and on no other's.
      return holder !== null && holder.account_id !== account_id ? holder : null;
    case "report":
      throw new Error(`${step.event.type} cannot report to usage type ${type.usage_type}`);
  }
}

// An event that says no size of a capacity its own account holds already says nothing new: what was known of it stays.
function silentOfSize(type: OracleType, holder: Holder | null, { event }: Step): boolean {
  return type.measure === "capacity" && event.shape.size === null && holder?.account_id === event.account_id;
}

// What a partial change leaves as it is, stays as it is held.
function merged(type: OracleType, holder: Holder, { event, partial }: Step): Holder {
  const { tags, size, virtual_size } = event.shape;
  if (partial === "owner") return { ...holder, account_id: event.account_id };
  if (partial === "tags") return { ...holder, shape: masked({ ...holder.shape, tags }, type.shape_by ?? []) };
  const sizes = virtual_size === null ? { size } : { size, virtual_size };
  return holding(type, holder.account_id, { ...holder.shape, ...sizes }, size);
}

function holding(type: OracleType, account_id: string, shape: OracleShape, size: string | null): Holder {
  const rate = type.measure === "capacity" ? BigInt(size ?? "0") : 1n;
  return { account_id, shape: masked(shape, type.shape_by ?? []), rate };
}

function same(a: Holder | null, b: Holder | null): boolean {
  if (a === null || b === null) return a === b;
  return a.account_id === b.account_id && a.rate === b.rate && JSON.stringify(a.shape) === JSON.stringify(b.shape);
}
