// Real processes that are killed with -9 while they make statements final: numbers stay without gaps, and no document is there twice.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Statement } from "../../rating/index.ts";
import { programAt } from "../programs.ts";

const main = new URL("finalize-process.ts", import.meta.url);
/** At which statements of the run: what it begins with, lines, taxes, numbers, the check, and publishing. */
const kills = [1, 4, 5, 6, 7, 8, 9, 10];

interface Told {
  readonly made: number;
  readonly left: string;
  readonly statements: readonly Statement[];
}

let folder: string;
let drafts: Told;

async function run(what: string, place = "-1"): Promise<{ signal: string | null; said: string; failed: string }> {
  const child = spawn(process.execPath, [...programAt(main), folder, what, place], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [said, failed, [, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null, string | null]>,
  ]);
  return { signal, said, failed };
}

function told({ said, failed }: { said: string; failed: string }): Told {
  const last = said.trim().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) throw new Error(`the process said ${said} ${failed}`);
  return JSON.parse(last) as Told;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tally-killed-"));
  drafts = told(await run("prepare"));
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("killed at any statement of finalizing, then done again: no number left out, none twice, and the drafts as they were", async () => {
  expect(drafts.statements.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => "draft"));
  let killed = 0;
  for (const place of kills) {
    const { signal, ...said } = await run("finalize", `${place}`);
    // a kill that came after publishing has published
    if (signal === "SIGKILL") killed += 1;
    else expect(told(said).statements.every(({ state }) => state === "final")).toBe(true);
  }
  expect(killed).toBeGreaterThanOrEqual(5);
  const done = told(await run("finalize"));
  expect(done.left).toBe("0");
  expect(done.statements.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5].map((no) => `2026-00000${no}`));
  expect(done.statements.map(({ id, net, total, taxes, lines }) => ({ id, net, total, taxes, lines }))).toEqual(
    drafts.statements.map(({ id, net, total, taxes, lines }) => ({ id, net, total, taxes, lines })),
  );
}, 580_000);
