import type { TLocalizedValidationError } from "typebox/error";
import { expectationOf, type Refusal, refuse } from "./refusal.ts";

/** Of all that a schema finds wrong with a value the one thing that tells its sender most. */
export function explainShape(faults: readonly TLocalizedValidationError[], raw: unknown): Refusal {
  const unknown = faults.find(({ keyword, instancePath }) => keyword === "boolean" && instancePath !== "");
  const fault = unknown ?? faults.find(({ keyword }) => keyword !== "anyOf") ?? faults[0];
  if (fault === undefined) return refuse("", raw);
  const absent = (fault.params as { requiredProperties?: string[] }).requiredProperties?.[0];
  const path = [...keysOf(fault.instancePath), ...(absent === undefined ? [] : [absent])];
  const field = path.join(".");
  const said =
    unknown === undefined
      ? (expectationOf(field) ?? fault.message.replace(/^must/, "expected it to"))
      : "expected no such field";
  return refuse(field, valueAt(raw, path), said);
}

/** The keys of a JSON pointer (RFC 6901). */
function keysOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function valueAt(raw: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    raw,
  );
}
