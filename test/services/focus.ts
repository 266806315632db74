import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { venvOf } from "./python.ts";

// The published validators of FOCUS, from PyPI into a virtual environment of their own, once.

const packages = ["focus-validator==2.2.1", "pyarrow<24", "numpy<2", "focus-data-toolkit==0.14.1"];
const venv = venvOf("focus-2.2.1", packages);
const { folder, missing } = venv;
const gate = fileURLToPath(new URL("focus-gate.py", import.meta.url));

/** True where the validators are left out; with TALLY_TEST_REAL=1 they never are: what does not run has failed. */
export const skipFocus = process.env["TALLY_TEST_REAL"] !== "1" && !(existsSync(folder) && missing === null);

/** What the name of a group of tests says of its being left out. */
export const focusNote = skipFocus ? ` (not run: ${missing ?? "set TALLY_TEST_REAL=1"})` : "";

/** Installs the validators where they are not yet. @throws Error that says what is missing */
export function installValidators(): void {
  venv.install();
}

/** What a validator says of files: `passed`, and its words. */
export function validate(kind: "official" | "toolkit", files: readonly string[]): { passed: boolean; said: string } {
  const run = spawnSync(join(folder, "bin", "python"), [gate, kind, ...files], { encoding: "utf8" });
  return { passed: run.status === 0, said: `${run.stdout}${run.stderr}` };
}
