import { spawn } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
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

/** How thoroughly to ask: so many examples of each operation and phase, and with `seconds` again and again until those are over. */
export interface Thoroughness {
  readonly phases: readonly string[];
  readonly examples: number;
  readonly seed: number;
  readonly seconds?: number;
}

/** A server to ask: where it is, what it says of itself, and values of path parameters by operation, so that what exists is asked for too. */
export interface Asked {
  readonly url: string;
  readonly document: object;
  readonly known: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Asks all of a server's API as whoever has this token, null = nobody. Resolves with the operations that were asked and answered, as
 * "GET /v1/runs", and with what was found; nothing found = ''.
 */
export async function askEverything(
  { url, document, known }: Asked,
  token: string | null,
  { phases, examples, seed, seconds }: Thoroughness,
): Promise<{ operations: string[]; found: string }> {
  const folder = mkdtempSync(join(tmpdir(), "tally-schemathesis-"));
  const [config, description, report] = ["schemathesis.toml", "openapi.json", "report.ndjson"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  try {
    writeFileSync(config, toToml(known));
    // From a file: it leaves out the address that it has a description from.
    writeFileSync(description, JSON.stringify(document));
    const options = [
      ["--url", url],
      ...(token === null ? [] : [["--header", `Authorization: Bearer ${token}`]]),
      ["--checks", checks.join(",")],
      ["--phases", phases.join(",")],
      ["--max-examples", `${examples}`],
      ...(seconds === undefined ? [] : [["--max-time", `${seconds}`]]),
      ["--seed", `${seed}`],
      ["--workers", "2"],
      ["--request-timeout", "60"],
      ["--suppress-health-check", "all"],
      ["--warnings", "off"],
      ["--continue-on-failure"],
      ["--no-shrink"],
      ["--report", "ndjson"],
      ["--report-ndjson-path", report],
    ].flat();
    const program = join(venv.folder, "bin", "python");
    const said = await run(
      program,
      ["-m", "schemathesis.cli", "--config-file", config, "run", description, ...options],
      folder,
    );
    return { operations: await answeredOf(report), found: said.status === 0 ? "" : said.text };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Scenario {
  readonly ScenarioFinished?: {
    readonly recorder: {
      readonly label: string;
      readonly interactions: Readonly<Record<string, { readonly response: unknown }>>;
    };
  };
}

/** Which operations a report has answers of. */
async function answeredOf(report: string): Promise<string[]> {
  const answered = new Set<string>();
  if (!existsSync(report)) return [];
  for await (const line of createInterface({ input: createReadStream(report) })) {
    const { recorder } = (JSON.parse(line) as Scenario).ScenarioFinished ?? {};
    if (Object.values(recorder?.interactions ?? {}).some(({ response }) => response !== null))
      answered.add(recorder?.label ?? "");
  }
  return [...answered].toSorted();
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
# of what it can only send as lines it has no examples
[[operations]]
include-operation-id = "takeInventory"
phases.examples.enabled = false
# the folder of its example would be made on this machine
[[operations]]
include-operation-id = "createBackup"
phases.examples.enabled = false
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
