import { expect, test } from "vitest";
import { parseInstant, type InstantMs } from "../../core/instant.ts";
import { isRefusal } from "../../ingest/refusal.ts";
import { validateEvent } from "../../ingest/validate.ts";
import { readCases } from "../read-cases.ts";
import { rules } from "./rules.ts";

interface ValidationCase {
  readonly why: string;
  readonly whole?: string;
  readonly event?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly refused?: string;
  readonly says?: readonly string[];
  readonly accepted?: Readonly<Record<string, string>>;
}

const cases = readCases<ValidationCase>("ingest/validation");
const now = parseInstant("2026-10-02T00:00:00.000Z") as InstantMs;
const plainData = { account_id: "acme", resource: "vm-1", zone: "z1", offering: "small" };
const plain = { specversion: "1.0", id: "e-1", source: "s", type: "VM.START", time: "2026-10-01T10:12:00Z" };

function overlay(base: object, changes: Readonly<Record<string, string>> = {}): Record<string, unknown> {
  const laid: [string, unknown][] = Object.entries(base);
  for (const [name, text] of Object.entries(changes)) {
    const at = laid.findIndex(([key]) => key === name);
    if (at >= 0) laid.splice(at, 1);
    if (text !== "absent") laid.push([name, read(text)]);
  }
  return Object.fromEntries(laid);
}

/** JSON, with what would be too long to write out said in short. */
function read(text: string): unknown {
  const [, count] = /^READINGS:(\d+)$/.exec(text) ?? [];
  if (count !== undefined)
    return Object.fromEntries(Array.from({ length: Number(count) }, (_, n) => [`reading_${n}`, String(n)]));
  if (text.startsWith("NEW:"))
    return { ...plain, id: "e-0", data: { ...plainData, ...(JSON.parse(text.slice(4)) as object) } };
  return JSON.parse(text.replace(/LONG:(\d+)/, (_, n) => "x".repeat(Number(n))));
}

function valueOf({ whole, event, data }: ValidationCase): unknown {
  if (whole === "DEEP") {
    const depth = 100_000;
    return JSON.parse(
      JSON.stringify({ ...plain, data: { ...plainData, nest: "HERE" } }).replace(
        '"HERE"',
        "[".repeat(depth) + "]".repeat(depth),
      ),
    );
  }
  if (whole !== undefined) return JSON.parse(whole);
  return overlay({ ...plain, data: overlay(plainData, data) }, event);
}

test.each(cases)("$why", (given) => {
  const outcome = validateEvent(valueOf(given), { rules, now });
  if (given.accepted === undefined) {
    expect(isRefusal(outcome), "refused").toBe(true);
    const { field, reason } = outcome as { field: string; reason: string };
    expect(field).toBe(given.refused);
    expect(reason.startsWith(`${field === "" ? "the event" : field} is `), reason).toBe(true);
    for (const words of given.says ?? []) expect(reason).toContain(words);
    expect(reason).toMatch(/, expected \S/);
  } else {
    expect(isRefusal(outcome) ? outcome.reason : "accepted").toBe("accepted");
    const { occurred_at, ...labels } = given.accepted;
    for (const [name, value] of Object.entries(labels)) {
      expect([name, String((outcome as unknown as Record<string, unknown>)[name])]).toEqual([name, value]);
    }
    if (occurred_at !== undefined) expect(outcome).toMatchObject({ occurred_at: parseInstant(occurred_at) });
  }
});

test("a reason is short, whatever was sent", () => {
  const outcome = validateEvent({ ...plain, id: "x".repeat(1_000_000), data: plainData }, { rules, now });
  expect(isRefusal(outcome) && outcome.reason.length < 400).toBe(true);
});
