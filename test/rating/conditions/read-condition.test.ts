import { expect, test } from "vitest";
import { AppError } from "../../../core/errors.ts";
import type { ConditionShape } from "../../../rating/conditions/expression.ts";
import { matchCondition } from "../../../rating/conditions/match-condition.ts";
import { readCondition } from "../../../rating/conditions/read-condition.ts";
import { readCases } from "../../read-cases.ts";

type Labels = Partial<Record<"project_id" | "zone" | "offering" | "template" | "resource_type" | "vm", string>>;
interface MatchCase {
  readonly why: string;
  readonly given: {
    readonly condition: string;
    readonly shape: Labels & {
      size?: string;
      virtual_size?: string;
      tags?: Record<string, string>;
      details?: Record<string, string>;
    };
  };
  readonly then: "yes" | "no";
}
interface FaultCase {
  readonly why: string;
  readonly given: string;
  readonly at: string;
  readonly says: string;
}

function toShape({ size, virtual_size, ...rest }: MatchCase["given"]["shape"]): ConditionShape {
  const labels = { project_id: "", zone: "", offering: "", template: "", resource_type: "", vm: "" };
  const bytes = (value: string | undefined): bigint | null => (value === undefined ? null : BigInt(value));
  return { ...labels, tags: {}, details: {}, ...rest, size: bytes(size), virtual_size: bytes(virtual_size) };
}

test.each(readCases<MatchCase>("rating/conditions"))("$why", ({ given: { condition, shape }, then }) => {
  expect(matchCondition(readCondition(condition, "condition"), toShape(shape))).toBe(then === "yes");
});

test.each(readCases<FaultCase>("rating/condition-faults"))("refused with its place: $why", ({ given, at, says }) => {
  let fault: unknown;
  try {
    readCondition(given, "tariffs/0/condition");
  } catch (error) {
    fault = error;
  }
  expect(fault).toBeInstanceOf(AppError);
  const { key, field, message } = fault as AppError;
  expect([key, field]).toEqual(["invalid-request", "tariffs/0/condition"]);
  expect(message).toContain(`tariffs/0/condition: ${at}`);
  expect(message).toContain(says);
});

test("a condition too deep or too long is refused, not run into", () => {
  expect(() => readCondition(`${"!(".repeat(500)}zone == "a"${")".repeat(500)}`, "condition")).toThrow(AppError);
  expect(() => readCondition(`zone == "${"a".repeat(20_000)}"`, "condition")).toThrow("16384 at most");
  const list = Array.from({ length: 1001 }, (_, index) => index);
  expect(() => readCondition(`size in [${list.join(", ")}]`, "condition")).toThrow(AppError);
});
