// Each lint rule that we rely on is seen to fire: a linter that is set up wrongly reports nothing and looks like success.
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const fixtures = "test/fixtures/lint";

// fixture → the rule that must reject it; files not listed must pass
const rejected: Record<string, string> = {
  "core/floating-promise.ts": "typescript(no-floating-promises)",
  "core/misused-promise.ts": "typescript(no-misused-promises)",
  "core/return-in-try.ts": "typescript(return-await)",
  "core/unsafe-any.ts": "typescript(no-unsafe-assignment)",
  "core/open-switch.ts": "typescript(switch-exhaustiveness-check)",
  "core/cycle-a.ts": "import(no-cycle)",
  "core/cycle-b.ts": "import(no-cycle)",
  "core/says-console.ts": "eslint(no-console)",
  "core/imports-decimal.ts": "eslint(no-restricted-imports)",
  "core/imports-luxon.ts": "eslint(no-restricted-imports)",
  "core/imports-stage.ts": "eslint(no-restricted-imports)",
  "ingest/imports-right.ts": "eslint(no-restricted-imports)",
  "aggregate/imports-inside.ts": "eslint(no-restricted-imports)",
  "rating/imports-right.ts": "eslint(no-restricted-imports)",
  "rating/models/imports-inside-deep.ts": "eslint(no-restricted-imports)",
  "api/imports-inside.ts": "eslint(no-restricted-imports)",
};

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

test("the linter rejects each bad fixture by its rule and passes the good ones", async () => {
  const found = await lint("-c", `${fixtures}/oxlint.json`, fixtures);
  const files = readdirSync(`${root}${fixtures}`, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  expect(files).toEqual(expect.arrayContaining(Object.keys(rejected)));
  for (const file of files) {
    const codes = found.filter(({ filename }) => filename === `${fixtures}/${file}`).map(({ code }) => code);
    const rule = rejected[file];
    if (rule === undefined) expect(codes, file).toEqual([]);
    else expect(codes, file).toContain(rule);
  }
});

test("the ordinary lint run leaves the fixtures alone", async () => {
  const found = await lint("-c", ".oxlintrc.json", fixtures);
  expect(found).toEqual([]);
});

// oxlint exits 1 when it finds something, which is what we ask it for
function lint(...args: readonly string[]): Promise<readonly Diagnostic[]> {
  const command = [
    "node_modules/oxlint/bin/oxlint",
    "--type-aware",
    "--no-error-on-unmatched-pattern",
    "-f",
    "json",
    ...args,
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { cwd: root }, (error, stdout, stderr) => {
      try {
        resolve((JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics);
      } catch (cause) {
        reject(new Error(`oxlint gave no JSON: ${stdout}${stderr}`, { cause: error ?? cause }));
      }
    });
  });
}
