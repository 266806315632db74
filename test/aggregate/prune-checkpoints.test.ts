import { expect, test } from "vitest";
import { superfluous } from "../../aggregate/prune-checkpoints.ts";
import { formatInstant, type InstantMs, instant } from "../../core/instant.ts";

const day = 86_400_000;
const daily = (from: number, days: number): InstantMs[] =>
  Array.from({ length: days }, (_, index) => instant(from + index * day));

test("the last ten checkpoints and the first of each month stay; the others are let go of", () => {
  // 1 September to 15 October 2026 at 22:00Z: 45 checkpoints. Kept: 1 September, 1 October, and 6 to 15 October.
  const checkpoints = daily(Date.UTC(2026, 8, 1, 22), 45);
  const gone = new Set(superfluous(checkpoints));
  const kept = checkpoints.filter((at) => !gone.has(at)).map((at) => formatInstant(at).slice(0, 10));
  const october = Array.from({ length: 10 }, (_, index) => `2026-10-${String(index + 6).padStart(2, "0")}`);
  expect(kept).toEqual(["2026-09-01", "2026-10-01", ...october]);
});

test("where there are few, none goes", () => {
  expect(superfluous(daily(Date.UTC(2026, 8, 20), 10))).toEqual([]);
  expect(superfluous([])).toEqual([]);
});
