import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Programs of PyPI in a virtual environment of their own, made once and kept in the user's cache. */
export interface Venv {
  readonly folder: string;
  /** What would have to be there to make it; null = it is made, or can be. */
  readonly missing: string | null;
  /** Makes it where it is not yet. @throws Error that says what is missing */
  install(): void;
}

/** A Python of 3.12 or 3.13, which newer validators need; null = there is none. */
function findPython(): string | null {
  const versions = join(process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"), "versions");
  const own = existsSync(versions)
    ? readdirSync(versions).map((version) => join(versions, version, "bin", "python3"))
    : [];
  const known = ["python3.12", "python3.13", "python3.14", "python3"];
  return [...own, ...known].find((python) => isNewEnough(python)) ?? null;
}

function isNewEnough(python: string): boolean {
  const code = "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] not in ((3, 12), (3, 13)))";
  return spawnSync(python, ["-c", code]).status === 0;
}

/** The virtual environment `name` with these packages. */
export function venvOf(name: string, packages: readonly string[]): Venv {
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "tally", name);
  const python = existsSync(folder) ? null : findPython();
  const missing = existsSync(folder) || python !== null ? null : "install Python 3.12 or 3.13";
  return {
    folder,
    missing,
    install: () => {
      if (existsSync(folder)) return;
      if (python === null) throw new Error(`${name} is not here: ${missing}`);
      const fresh = `${folder}.${process.pid}`;
      mkdirSync(join(folder, ".."), { recursive: true });
      rmSync(fresh, { recursive: true, force: true });
      execFileSync(python, ["-m", "venv", fresh]);
      execFileSync(join(fresh, "bin", "python"), ["-m", "pip", "install", "--quiet", ...packages], { stdio: "pipe" });
      // scripts of a virtual environment name its folder, and are called through its own Python
      for (const script of readdirSync(join(fresh, "bin"), { withFileTypes: true }))
        if (script.isFile()) execFileSync("sed", ["-i", `s|${fresh}|${folder}|g`, join(fresh, "bin", script.name)]);
      renameSync(fresh, folder);
    },
  };
}
