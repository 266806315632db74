import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Credentials } from "../api/cloudstack/asking.ts";
import { venvOf } from "./python.ts";

// Clients of CloudStack from PyPI, in a virtual environment of their own, once.

const packages = ["cs==3.4.0", "apache-libcloud==3.9.1", "cloudstack-openapi-ngine==0.1.0"];
const venv = venvOf("cloudstack-clients-1", packages);
const { folder, missing } = venv;
const script = fileURLToPath(new URL("cloudstack-clients.py", import.meta.url));
const run = promisify(execFile);

/** True where they are left out; with TALLY_TEST_REAL=1 they never are: what does not run has failed. */
export const skipClients = process.env["TALLY_TEST_REAL"] !== "1" && !(existsSync(folder) && missing === null);

/** What the name of a group of tests says of its being left out. */
export const clientsNote = skipClients ? ` (not run: ${missing ?? "set TALLY_TEST_REAL=1"})` : "";

/** Installs them where they are not yet. @throws Error that says what is missing */
export function installClients(): void {
  venv.install();
}

/** What a client asks, and what came of it. */
export interface ClientCase {
  readonly client: "cs" | "libcloud";
  readonly key: string;
  readonly secret: string;
  readonly command: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly method?: "get" | "post";
}
export type ClientAnswer = { readonly ok?: unknown; readonly refused?: number; readonly text?: string };

/** Has the clients ask a server, one after the other. */
export async function askAsClients(endpoint: string, cases: readonly ClientCase[]): Promise<ClientAnswer[]> {
  const asked = run(join(folder, "bin", "python"), [script], { maxBuffer: 64 * 1024 * 1024 });
  asked.child.stdin?.end(JSON.stringify({ endpoint, cases }));
  return JSON.parse((await asked).stdout) as ClientAnswer[];
}

/** The OpenAPI document that cloudstack-openapi-ngine makes of a server's listApis. */
export async function generateOpenApi(
  endpoint: string,
  { apiKey, secretKey }: Credentials,
): Promise<Record<string, unknown>> {
  const out = mkdtempSync(join(tmpdir(), "tally-test-openapi-"));
  try {
    const file = join(out, "openapi.json");
    const env = {
      ...process.env,
      CLOUDSTACK_ENDPOINT: endpoint,
      CLOUDSTACK_KEY: apiKey,
      CLOUDSTACK_SECRET: secretKey,
      CLOUDSTACK_TIMEOUT: "60",
    };
    await run(join(folder, "bin", "python"), ["-m", "cloudstack_openapi", "-o", file], { env });
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
