import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// The published validators of FOCUS, from PyPI into a virtual environment of their own, once.

const packages = ["focus-validator==2.2.1", "pyarrow<24", "numpy<2", "focus-data-toolkit==0.14.1"];
const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "tally", "focus-2.2.1");
const gate = fileURLToPath(new URL("focus-gate.py", import.meta.url));

/** A Python from 3.12 on, which the official validator needs; null = there is none. */
function findPython(): string | null {
  const versions = join(process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"), "versions");
  const own = existsSync(versions)
    ? readdirSync(versions).map((version) => join(versions, version, "bin", "python3"))
    : [];
  const known = ["python3.12", "python3.13", "python3.14", "python3"];
  return [...own, ...known].find((python) => isNewEnough(python)) ?? null;
}

function isNewEnough(python: string): boolean {
  const asked = spawnSync(python, [
    "-c",
    "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] not in ((3, 12), (3, 13)))",
  ]);
  return asked.status === 0;
}

const python = findPython();
const missing = existsSync(folder) || python !== null ? null : "install Python 3.12 or 3.13";

/** True where the validators are left out; with TALLY_TEST_REAL=1 they never are: what does not run has failed. */
export const skipFocus = process.env["TALLY_TEST_REAL"] !== "1" && !(existsSync(folder) && missing === null);

/** What the name of a group of tests says of its being left out. */
export const focusNote = skipFocus ? ` (not run: ${missing ?? "set TALLY_TEST_REAL=1"})` : "";

/** Installs the validators where they are not yet. @throws Error that says what is missing */
export function installValidators(): void {
  if (existsSync(folder)) return;
  if (python === null) throw new Error(`the validators of FOCUS are not here: ${missing}`);
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(join(folder, ".."), { recursive: true });
  rmSync(fresh, { recursive: true, force: true });
  execFileSync(python, ["-m", "venv", fresh]);
  execFileSync(join(fresh, "bin", "python"), ["-m", "pip", "install", "--quiet", ...packages], { stdio: "pipe" });
  // scripts of a virtual environment name its folder, and are called through its own Python
  execFileSync("sed", ["-i", `s|${fresh}|${folder}|g`, join(fresh, "bin", "focus-toolkit")]);
  renameSync(fresh, folder);
}

/** What a validator says of files: `passed`, and its words. */
export function validate(kind: "official" | "toolkit", files: readonly string[]): { passed: boolean; said: string } {
  const run = spawnSync(join(folder, "bin", "python"), [gate, kind, ...files], { encoding: "utf8" });
  return { passed: run.status === 0, said: `${run.stdout}${run.stderr}` };
}
