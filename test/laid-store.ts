import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const kept = join(root, "out", "laid-stores");

/**
 * Puts a store with the whole schema into a folder that has none: a copy of one laid for the same sql/ and engine, where there is one.
 * What opens it migrates all the same, and finds nothing to do: 0.3 s of processor instead of 1.1.
 */
export function copyLaidStore(data_dir: string): void {
  const laid = process.env["TALLY_TEST_LAID_STORE"];
  if (laid === undefined || !existsSync(laid)) return;
  cpSync(laid, data_dir, { recursive: true, verbatimSymlinks: true });
}

/** Run once before all test files: lays the store that they copy, unless that was done for the same schema before. */
export function setup(): void {
  const laid = join(kept, fingerprint());
  if (!existsSync(laid)) {
    mkdirSync(kept, { recursive: true });
    removeOld();
    const folder = join(kept, `unfinished-${process.pid}`);
    // The engine binds a process to one folder, and tests are children of this one.
    const done = spawnSync(process.execPath, ["--import", "tsx", join(root, "test/tools/lay-store.ts"), folder]);
    // Without it every test lays its own, and says what is wrong with it.
    if (done.status !== 0) return;
    try {
      renameSync(folder, laid);
    } catch {
      // Another run was there first.
      rmSync(folder, { recursive: true, force: true });
    }
  }
  process.env["TALLY_TEST_LAID_STORE"] = laid;
}

/** Those of former schemas, when they are older than any run of tests. */
function removeOld(): void {
  for (const name of readdirSync(kept)) {
    const path = join(kept, name);
    if (statSync(path).mtimeMs < Date.now() - 86_400_000) rmSync(path, { recursive: true, force: true });
  }
}

/** What a laid store depends on: the schema, how it is brought in, and the engine. */
function fingerprint(): string {
  const hash = createHash("sha256");
  const files = ["sql/migrations", "sql/views"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .toSorted()
      .map((file) => join(folder, file)),
  );
  for (const file of [...files, "core/migrate.ts", "node_modules/chdb/package.json"])
    hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex").slice(0, 16);
}
