import { expect, test } from "vitest";
import { checkUsageType } from "../../core/check-usage-type.ts";
import { createRegistry } from "../../core/registry.ts";
import type { UsageTypeInput } from "../../core/usage-type.ts";

const registry = createRegistry();
const gpu: UsageTypeInput = {
  usage_type: 2001,
  name: "GPU_HOURS",
  measure: "duration",
  unit: "ms",
  display_unit: "hours",
  display_divisor: "3600000",
  effects: { "GPU.ATTACH": "open", "GPU.DETACH": "close" },
};
const disk: UsageTypeInput = { ...gpu, measure: "capacity", unit: "byte_ms" };
const tokens: UsageTypeInput = {
  ...gpu,
  measure: "sum",
  unit: "tokens",
  reading: "tokens",
  effects: { "LLM.COMPLETION": "report" },
};
const traffic: UsageTypeInput = { ...tokens, measure: "counter", effects: { "tally.counter": "report" } };
const sessions: UsageTypeInput = { ...tokens, measure: "gauge", unit: "session_ms", max_gap_ms: 600_000 };
const calls: UsageTypeInput = { ...tokens, measure: "count", reading: "" };
const users: UsageTypeInput = { ...tokens, measure: "unique", reading: "User ID" };

test.each([
  ["a duration", gpu],
  ["a capacity", disk],
  ["a capacity whose events come without size", { ...disk, unsized: ["GPU.ATTACH"] }],
  [
    "a capacity that a start opens, which has no size",
    {
      ...disk,
      effects: { "VM.START": "open", "VM.STOP": "close" },
      unsized: ["VM.START"],
    },
  ],
  ["a sum", tokens],
  ["a counter", traffic],
  ["a gauge", sessions],
  [
    "a gauge of tally.gauge that something closes",
    {
      ...sessions,
      parts: true,
      effects: { "tally.gauge": "report", "VM.DESTROY": "close" },
    },
  ],
  ["a sum of what counters report", { ...tokens, effects: { "tally.counter": "report" } }],
  ["a count of what is metered already", { ...calls, effects: { "VM.START": "report" } }],
  ["a count of what is not metered", { ...calls, effects: { "VM.REBOOT": "report" } }],
  ["a largest reading", { ...tokens, measure: "max" }],
  ["a latest reading", { ...tokens, measure: "latest" }],
  ["distinct values of a detail", users],
  ["the lowest id", { ...gpu, usage_type: 100 }],
  ["the highest id", { ...gpu, usage_type: 65_535 }],
  ["a display unit of less than one base unit", { ...tokens, display_divisor: "0.001" }],
] satisfies [string, UsageTypeInput][])("%s can be added", (_what, input) => {
  const added = { ...checkUsageType(input, registry), counts_from: null };
  expect(added).toMatchObject(input);
  expect(createRegistry([...registry.list(), added]).find(input.usage_type)).toEqual(added);
});

test.each([
  ["an id of CloudStack's", { ...gpu, usage_type: 99 }, "usage_type", "99"],
  ["an id past the highest", { ...gpu, usage_type: 65_536 }, "usage_type", "65535"],
  ["a name in small letters", { ...gpu, name: "gpu" }, "name", '"gpu"'],
  ["a duration in bytes", { ...gpu, unit: "bytes" }, "unit", "expected ms"],
  ["a capacity in ms", { ...disk, unit: "ms" }, "unit", "expected byte_ms"],
  ["a gauge without time in its unit", { ...sessions, unit: "sessions" }, "unit", "_ms"],
  ["a unit with blanks", { ...tokens, unit: "a b" }, "unit", '"a b"'],
  ["no display unit", { ...gpu, display_unit: " " }, "display_unit", "1 to 64"],
  ["a divisor of zero", { ...gpu, display_divisor: "0" }, "display_divisor", "above 0"],
  ["a divisor below zero", { ...gpu, display_divisor: "-1" }, "display_divisor", "above 0"],
  ["a divisor with an exponent", { ...gpu, display_divisor: "1e3" }, "display_divisor", '"1e3"'],
  [
    "a report for a duration",
    { ...gpu, effects: { ...gpu.effects, X: "report" } },
    "effects.X",
    "open or close or change",
  ],
  ["an open for a sum", { ...tokens, effects: { X: "open" } }, "effects.X", "expected report"],
  ["a close for a count", { ...calls, effects: { X: "close" } }, "effects.X", "expected report"],
  ["a change for a gauge", { ...sessions, effects: { X: "change" } }, "effects.X", "report or close"],
  ["nothing that opens", { ...gpu, effects: { X: "close" } }, "effects", "open"],
  ["nothing that closes", { ...gpu, effects: { X: "open" } }, "effects", "close"],
  ["no event at all", { ...calls, effects: {} }, "effects", "report"],
  ["an event type with blanks", { ...calls, effects: { "A B": "report" } }, "effects.A B", "without blanks"],
  [
    "a partial change",
    { ...gpu, effects: { ...gpu.effects, "tally.size": "change" } },
    "effects.tally.size",
    "tally.counter and tally.gauge",
  ],
  [
    "a revision",
    { ...calls, effects: { "tally.event.amended": "report" } },
    "effects.tally.event.amended",
    "of your own",
  ],
  [
    "a reserved name that is not known yet",
    { ...calls, effects: { "Tally.New": "report" } },
    "effects.Tally.New",
    "of your own",
  ],
  [
    "readings that close",
    { ...sessions, effects: { X: "report", "tally.gauge": "close" } },
    "effects.tally.gauge",
    "as report",
  ],
  [
    "the end of an account",
    { ...gpu, effects: { ...gpu.effects, "ACCOUNT.DELETE": "close" } },
    "effects.ACCOUNT.DELETE",
    "by itself",
  ],
  ["a counter of its own event", { ...traffic, effects: { X: "report" } }, "effects.X", "tally.counter alone"],
  ["no reading for a sum", { ...tokens, reading: "" }, "reading", "data.readings"],
  ["a reading in capitals", { ...tokens, reading: "Tokens" }, "reading", '"Tokens"'],
  ["a reading for a duration", { ...gpu, reading: "x" }, "reading", "expected nothing"],
  ["a reading for a count", { ...calls, reading: "x" }, "reading", "expected nothing"],
  ["no detail for distinct values", { ...users, reading: "" }, "reading", "data.details"],
  ["parts of what nothing closes", { ...tokens, parts: true }, "parts", "expected false"],
  ["a gap for a duration", { ...gpu, max_gap_ms: 1 }, "max_gap_ms", "expected 0"],
  ["a gap of more than a year", { ...sessions, max_gap_ms: 366 * 86_400_000 + 1 }, "max_gap_ms", "366 days"],
  ["events without size for a duration", { ...gpu, unsized: ["GPU.ATTACH"] }, "unsized", "no size"],
  ["a close as event without size", { ...disk, unsized: ["GPU.DETACH"] }, "unsized", "GPU.DETACH"],
  ["a stranger as event without size", { ...disk, unsized: ["X"] }, "unsized", '"X"'],
  [
    "a size asked of events that have none today",
    { ...disk, effects: { "VM.START": "open", X: "close" } },
    "unsized",
    "VM.START in it",
  ],
] satisfies [string, UsageTypeInput, string, string][])("%s is refused by its field", (_what, input, field, words) => {
  expect(() => checkUsageType(input, registry)).toThrow(
    expect.objectContaining({
      key: "invalid-request",
      field,
      message: expect.stringContaining(words) as string,
    }) as Error,
  );
});

test.each([
  ["id", { ...gpu, usage_type: 1001 }, "usage_type", "SNAPSHOT_ON_PRIMARY"],
  ["name", { ...gpu, name: "RUNNING_VM" }, "name", "usage type 1"],
] satisfies [string, UsageTypeInput, string, string][])(
  "a taken %s is a conflict that says whose it is",
  (_what, input, field, words) => {
    expect(() => checkUsageType(input, registry)).toThrow(
      expect.objectContaining({ key: "conflict", field, message: expect.stringContaining(words) as string }) as Error,
    );
  },
);
