// The examples of the description: what the API really answers when the golden cases of test/cases/api/examples.yaml are lived through.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LightMyRequestResponse } from "fastify";
import { expect } from "vitest";
import { addressOf, type OperationId, type QueryValue } from "../../api/client/client.ts";
import { routes } from "../../api/client/operations.ts";
import type { GoldenExample } from "../../api/examples/golden.ts";
import { at } from "../at.ts";
import { readCases } from "../read-cases.ts";
import type { TestApi } from "./test-api.ts";

type Values = Readonly<Record<string, unknown>>;

interface ExampleCase {
  readonly why: string;
  readonly now: string;
  readonly worked: string;
  readonly steps: readonly ExampleStep[];
}
interface ExampleStep {
  readonly ask: OperationId;
  /** A token; left out: that of the admin. */
  readonly by?: string;
  readonly with?: Values;
  readonly body?: unknown;
  readonly then?: Values;
  readonly keep?: Readonly<Record<string, string>>;
  /** Of the answer what differs from run to run, and how it is shown. */
  readonly shown?: Values;
}

interface Lived {
  /** By operation. */
  readonly examples: Record<string, GoldenExample>;
  /** Values of path parameters that are there, by operation. */
  readonly known: Record<string, Record<string, string>>;
}

/** Lives through all cases on an installation that has nothing yet. Fails where an answer is not what a case has worked out. */
export async function liveExamples(api: TestApi): Promise<Lived> {
  const examples: Record<string, GoldenExample> = {};
  const known: Lived["known"] = {};
  const folder = mkdtempSync(join(tmpdir(), "tally-examples-"));
  const kept = new Map([["folder", folder]]);
  for (const golden of readCases<ExampleCase>("api/examples", "core")) {
    api.clock.set(at(golden.now));
    for (const written of golden.steps) {
      const step = fill(written, kept) as ExampleStep;
      const { answer, path } = await ask(api, step);
      for (const [name, place] of Object.entries(step.keep ?? {})) kept.set(name, valueAt(answer.json(), place));
      known[step.ask] = path;
      take(examples, golden, { step, answer });
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return { examples: steady(examples), known };
}

/** Asks, and holds the answer to the case. A read is asked again for five seconds: what it shows may be made in the background. */
async function ask(api: TestApi, { ask: operation, by = api.admin, with: values = {}, body, then }: ExampleStep) {
  const [method, pattern] = routes[operation];
  const whereOf = (name: string) => (name === "if-match" ? "header" : pattern.includes(`{${name}}`) ? "path" : "query");
  const pick = (where: string) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => whereOf(name) === where));
  const place = { path: pick("path") as Record<string, string>, query: pick("query") as Record<string, QueryValue> };
  const headers = { authorization: `Bearer ${by}`, ...(pick("header") as Record<string, string>) };
  const until = Date.now() + (method === "GET" ? 5_000 : 0);
  for (;;) {
    const answer = await api.call(method, addressOf(operation, place), body, headers);
    try {
      expect(answer.statusCode, `${operation}: ${answer.body}`).toBeLessThan(300);
      if (then !== undefined) expect(answer.json(), operation).toMatchObject(then);
      return { answer, path: place.path };
    } catch (error) {
      if (Date.now() >= until) throw error;
      await sleep(100);
    }
  }
}

/** The first answer of each kind to an operation is its example; what was asked is shown as it was then. */
function take(
  examples: Record<string, GoldenExample>,
  { why, worked }: ExampleCase,
  { step, answer }: { step: ExampleStep; answer: LightMyRequestResponse },
): void {
  const type = String(answer.headers["content-type"]).split(";")[0] ?? "";
  const told: unknown = type === "application/json" ? { ...answer.json<object>(), ...step.shown } : answer.body;
  const before = examples[step.ask] ?? {
    why,
    worked,
    parameters: step.with ?? {},
    ...(step.body === undefined ? {} : { body: step.body }),
    answers: {},
  };
  const { [answer.statusCode]: ofStatus = {} } = before.answers;
  const answers = { ...before.answers, [answer.statusCode]: { [type]: told, ...ofStatus } };
  examples[step.ask] = { ...before, answers };
}

/** Puts kept values where `${name}` stands. */
function fill(value: unknown, kept: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return value.replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => kept.get(name) ?? "");
  if (Array.isArray(value)) return value.map((inner) => fill(inner, kept));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner, kept)]));
}

/** "data.0.id" of an answer. */
function valueAt(of: unknown, path: string): string {
  const found = path.split(".").reduce((value, name) => (value as Record<string, unknown> | undefined)?.[name], of);
  if (typeof found !== "string") throw new Error(`an answer has no text at ${path}`);
  return found;
}

/** What differs from run to run: ids that are drawn by lot, and the machine's time zone data. */
const drawn = /\b(run|ex|op|key|inv|embedded|req|wh|backup)([_-])([0-9a-f]{8,20})\b/g;
/** Secrets are told once, and here not even that; what is made of ids drawn by lot differs as they do. */
const hidden = [
  [/\btally_[\w-]{43}/g, "tally_<43 characters>"],
  [/"secret_key":"[\w-]+"/g, '"secret_key":"<43 characters>"'],
  [/\bwhsec_[\w+/=]+/g, "whsec_<44 characters>"],
  [/"next_cursor":"[\w-]+"/g, '"next_cursor":"<opaque>"'],
  [/"[^"]*tally-examples-\w+"/g, '"/var/backups/tally/2026-11-20"'],
  [/"sha256":"[0-9a-f]{64}"/g, '"sha256":"<64 digits>"'],
  [/(\.parquet","rows":"\d+","bytes":)"\d+"/g, '$1"13325"'],
  [/"(row|state)_checksum":"\d+"/g, '"$1_checksum":"<a sum>"'],
] as const;

/** The same each time: the first id drawn of a kind is the first there, whatever it was. */
function steady<T>(value: T): T {
  const seen = new Map<string, string>();
  const told = hidden.reduce((text, [told, shown]) => text.replaceAll(told, shown), JSON.stringify(value));
  const text = told
    .replaceAll(drawn, (id, kind: string, sign: string, digits: string) => {
      const nth = [...seen.keys()].filter((one) => one.startsWith(kind)).length + 1;
      const steadied = seen.get(id) ?? `${kind}${sign}${`${nth}`.padStart(digits.length, "0")}`;
      seen.set(id, steadied);
      return steadied;
    })
    .replaceAll(/"tzdb":"\w+"/g, '"tzdb":"2026a"');
  return JSON.parse(text) as T;
}

/** The file that holds them. */
export function printExamples(examples: Lived["examples"]): string {
  return `${JSON.stringify(examples, null, 2)}\n`;
}
