import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { venvOf } from "./python.ts";

// Schemathesis of PyPI: asks a server everything its OpenAPI document allows, and much that it does not.

const venv = venvOf("schemathesis-4.32.5", ["schemathesis==4.32.5"]);

/** True where it is left out; with TALLY_TEST_REAL=1 it never is: what does not run has failed. */
export const skipSchemathesis = process.env["TALLY_TEST_REAL"] !== "1" && !existsSync(venv.folder);

/** What the name of a test says of its being left out. */
export const schemathesisNote = skipSchemathesis ? ` (not run: ${venv.missing ?? "set TALLY_TEST_REAL=1"})` : "";

/** Installs it where it is not yet. */
export function installSchemathesis(): void {
  venv.install();
}

/** What is held: no fault of the server's, and no answer but those the document promises. */
const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "unsupported_method",
  "ignored_auth",
];

/** How long and how thoroughly to ask. */
export interface Thoroughness {
  readonly seconds: number;
  readonly examples: number;
  readonly phases: readonly string[];
  readonly seed: number;
}

/**
 * Asks all of a server's API as whoever has this token. `known`: values of path parameters by operation, so that what exists is asked for
 * too. Resolves with how many operations were asked, and what was found; nothing found = ''.
 */
export async function askEverything(
  url: string,
  asked: Thoroughness & {
    readonly token: string;
    readonly known: Readonly<Record<string, Readonly<Record<string, string>>>>;
  },
): Promise<{ operations: number; found: string }> {
  const folder = mkdtempSync(join(tmpdir(), "tally-schemathesis-"));
  try {
    writeFileSync(join(folder, "schemathesis.toml"), toToml(asked.known));
    const options = [
      ["--header", `Authorization: Bearer ${asked.token}`],
      ["--checks", checks.join(",")],
      ["--phases", asked.phases.join(",")],
      ["--max-examples", `${asked.examples}`],
      ["--max-time", `${asked.seconds}`],
      ["--seed", `${asked.seed}`],
      ["--workers", "2"],
      ["--request-timeout", "60"],
      ["--suppress-health-check", "all"],
      ["--warnings", "off"],
      ["--continue-on-failure"],
      ["--no-shrink"],
    ].flat();
    const program = join(venv.folder, "bin", "python");
    const config = ["--config-file", join(folder, "schemathesis.toml")];
    const said = await run(
      program,
      ["-m", "schemathesis.cli", ...config, "run", `${url}/openapi.json`, ...options],
      folder,
    );
    const tested = Number(/Tested: (\d+)/.exec(said.text)?.[1] ?? 0);
    return { operations: tested, found: said.status === 0 ? "" : said.text };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd: string): Promise<{ status: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, NO_COLOR: "1", COLUMNS: "160" } });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, text }));
  });
}

/** Besides what it knows itself: too long, too slow and too much are refusals as well; events are refused one by one, in an answer that is a 202. */
const rules = `[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 408, 409, 412, 413, 415, 422, 428, 429, 431]
${["postEvents", "checkEvents"].map((id) => `[[operations]]\ninclude-operation-id = "${id}"\nchecks.negative_data_rejection.expected-statuses = [200, 202, 400, 401, 403, 413, 415, 429, 431]\n`).join("\n")}
`;

function toToml(known: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const operations = Object.entries(known).map(([operation, values]) => {
    const parameters = Object.entries(values).map(
      ([name, value]) => `${JSON.stringify(`path.${name}`)} = ${JSON.stringify(value)}`,
    );
    return `[[operations]]\ninclude-operation-id = ${JSON.stringify(operation)}\nparameters = { ${parameters.join(", ")} }\n`;
  });
  return `${rules}\n${operations.join("\n")}`;
}
