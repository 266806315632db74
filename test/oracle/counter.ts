import { inStepOrder, type Step } from "./order.ts";
import type { Point } from "./points.ts";
import { masked } from "./shape.ts";
import type { OracleType } from "./usage-types.ts";

/** What a device's counter stands at. */
interface Baseline {
  readonly high: bigint;
  readonly epoch: string;
}

/** The points of one story of a counter: what each sample adds, a millisecond before the sample, so that one on an edge closes a window. */
export function counterPoints(type: OracleType, steps: readonly Step[]): Point[] {
  const points: Point[] = [];
  let baseline: Baseline | null = null;
  for (const { event } of [...steps].sort(inStepOrder)) {
    const value = event.readings.get(type.reading ?? "");
    if (value === undefined) continue;
    let added = value;
    if (event.counter === "cumulative") {
      added = addedSince(baseline, value, event.epoch);
      baseline = nextBaseline(baseline, value, event.epoch);
    }
    const shape = masked(event.shape, type.shape_by ?? []);
    points.push({ account_id: event.account_id, shape, at_ms: event.at_ms - 1, value: added });
  }
  return points;
}

function addedSince(baseline: Baseline | null, value: bigint, epoch: string): bigint {
  // A device's first sample says only where it stands.
  if (baseline === null) return 0n;
  const epochs = epochsOf(baseline, epoch);
  if (epochs === "differ") return value;
  if (value >= baseline.high) return value - baseline.high;
  return epochs === "same" ? 0n : value;
}

function nextBaseline(baseline: Baseline | null, value: bigint, epoch: string): Baseline {
  const falls = baseline !== null && value < baseline.high;
  // Within an epoch a counter cannot fall: the lower sample came by a detour.
  return falls && epochsOf(baseline, epoch) === "same" ? baseline : { high: value, epoch };
}

function epochsOf(baseline: Baseline, epoch: string): "same" | "differ" | "unknown" {
  if (baseline.epoch === "" || epoch === "") return "unknown";
  return baseline.epoch === epoch ? "same" : "differ";
}
