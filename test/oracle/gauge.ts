import type { Stretch } from "./intervals.ts";
import { inStepOrder, type Step } from "./order.ts";
import { masked } from "./shape.ts";
import type { OracleType } from "./usage-types.ts";

/**
 * The stretches of one story of a gauge: each reading holds until the next step (a reading, or a close of its own account) or
 * for its longest gap, whichever is shorter. Of several in one instant only the last holds; zero holds nothing.
 */
export function gaugeStretches(type: OracleType, steps: readonly Step[]): Stretch[] {
  const gap_ms = type.max_gap_ms ?? 0;
  const telling = tellingSteps(type, steps);
  const stretches: Stretch[] = [];
  for (const [index, { effect, event }] of telling.entries()) {
    if (effect === "close") continue;
    const until_ms = Math.min(
      telling[index + 1]?.event.at_ms ?? Number.POSITIVE_INFINITY,
      gap_ms === 0 ? Number.POSITIVE_INFINITY : event.at_ms + gap_ms,
    );
    const rate = event.readings.get(type.reading ?? "") ?? 0n;
    if (rate === 0n || until_ms <= event.at_ms) continue;
    stretches.push({
      account_id: event.account_id,
      shape: masked(event.shape, type.shape_by ?? []),
      from_ms: event.at_ms,
      to_ms: until_ms === Number.POSITIVE_INFINITY ? null : until_ms,
      rate,
    });
  }
  return stretches;
}

// In order, without samples that lack the reading, and without closes that name another account than the last reading.
function tellingSteps({ reading }: OracleType, steps: readonly Step[]): Step[] {
  const telling: Step[] = [];
  let account_id: string | null = null;
  for (const step of [...steps].sort(inStepOrder)) {
    const { effect, event } = step;
    if (effect === "close" ? event.account_id !== account_id : !event.readings.has(reading ?? "")) continue;
    telling.push(step);
    account_id = event.account_id;
  }
  return telling;
}
