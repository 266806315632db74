// How a run ends is read by scripts, so it is tried on a run in which everything that can go wrong does.
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;

// worked by hand from test/fixtures/run
const endings: readonly (readonly [string, string, number])[] = [
  ["clean", "2 passed, 0 failed, 0 skipped", 0],
  ["mixed", "2 passed, 2 failed, 3 skipped", 1], // one test and one hook fail; skipped, left to do and behind the hook
  ["hook", "0 passed, 1 failed, 1 skipped", 1],
  ["unloadable", "0 passed, 1 failed, 0 skipped", 1],
  ["astray", "1 passed, 1 failed, 0 skipped", 1],
];

test.each(endings)("a run of the %s file ends with %j alone on the last line", (file, line, status) => {
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/fixtures/run/vitest.config.ts", file];
  const run = spawnSync(process.execPath, vitest, { cwd: root, encoding: "utf8" });
  expect(run.stdout.split("\n").slice(-2)).toEqual([line, ""]);
  expect(run.status).toBe(status);
});
