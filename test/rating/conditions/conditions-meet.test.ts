// Two tariffs that could price one record are refused, so "never" must be proven; a record that matches both is the proof of "yes".
import fc from "fast-check";
import { expect, test } from "vitest";
import { alternativesOf } from "../../../rating/conditions/alternatives.ts";
import { conditionsMeet, type Meeting } from "../../../rating/conditions/conditions-meet.ts";
import { matchCondition } from "../../../rating/conditions/match-condition.ts";
import { readCondition } from "../../../rating/conditions/read-condition.ts";
import { propertyRuns } from "../../property/property-runs.ts";
import { readCases } from "../../read-cases.ts";
import { condition, shape } from "./random-condition.ts";

const read = (text: string) => readCondition(text, "condition");
const meeting = (one: string, other: string): Meeting =>
  conditionsMeet(alternativesOf(read(one)), alternativesOf(read(other)));

interface MeetingCase {
  readonly why: string;
  readonly one: string;
  readonly other: string;
  readonly then: Meeting["meets"];
}

test.each(readCases<MeetingCase>("rating/condition-meetings"))("$then: $why", ({ one, other, then }) => {
  expect([meeting(one, other).meets, meeting(other, one).meets]).toEqual([then, then]);
});

test("what is said never to meet, no record matches; what is said to meet, its example matches", () => {
  const told = { never: 0, yes: 0, unknown: 0 };
  fc.assert(
    fc.property(condition, condition, fc.array(shape, { minLength: 20, maxLength: 20 }), (one, other, shapes) => {
      const found = meeting(one, other);
      told[found.meets] += 1;
      const both = [...shapes, ...(found.meets === "yes" ? [found.example] : [])].filter(
        (of) => matchCondition(read(one), of) && matchCondition(read(other), of),
      );
      if (found.meets === "never") expect(both).toEqual([]);
      if (found.meets === "yes") expect(both).toContain(found.example);
    }),
    { numRuns: propertyRuns({ byDefault: 1500, share: 20 }) },
  );
  expect(Math.min(told.never, told.yes)).toBeGreaterThan(0);
});

test("a condition of too many ways is not taken apart, and counts as met", () => {
  const ways = Array.from({ length: 12 }, (_, index) => `(zone == "a${index}" || vm == "b${index}")`).join(" && ");
  expect(meeting(ways, 'zone == "z"').meets).toBe("unknown");
});
