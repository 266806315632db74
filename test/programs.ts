import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));
const kept = join(root, "out", "programs");

/** What tests start in processes of their own. */
const sources = [
  "api/main.ts",
  "test/api/access/apart-process.ts",
  "test/api/backup/drill-process.ts",
  "test/clickhouse-server/main.ts",
  "test/core/processes/child.ts",
  "test/e2e/faults/child.ts",
  "test/e2e/finalize-process.ts",
  "test/e2e/kafka-member.ts",
  "test/ingest/read-topic-id.ts",
];

/**
 * What node is told to start a program of this tree. In a run of tests it is one file that was made of its sources when the run began: tsx
 * reads some hundred of them at each start, three seconds of processor instead of one.
 */
export function programAt(source: URL): string[] {
  const path = fileURLToPath(source);
  const folder = process.env["TALLY_TEST_PROGRAMS"];
  const made = join(folder ?? kept, relative(root, path).replace(/ts$/, "js"));
  return folder !== undefined && existsSync(made) ? [made] : ["--import", tsx, path];
}

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** Run once before all test files. */
export async function setup(): Promise<() => void> {
  removeOld();
  const { build } = await import("esbuild");
  // Under the tree, where they find its packages.
  const folder = join(kept, `${process.pid}`);
  await build({
    entryPoints: sources.map((source) => join(root, source)),
    outbase: root,
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    plugins: [ownAddress],
    logLevel: "error",
  });
  process.env["TALLY_TEST_PROGRAMS"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** A source looks for what lies beside it where it lay itself. */
const ownAddress: Plugin = {
  name: "own-address",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: "ts",
      contents: readFileSync(path, "utf8").replaceAll(/import\.meta\.url/g, JSON.stringify(pathToFileURL(path).href)),
    })),
};

/** Those of runs that were killed. */
function removeOld(): void {
  mkdirSync(kept, { recursive: true });
  for (const name of readdirSync(kept))
    if (!existsSync(`/proc/${name}`)) rmSync(join(kept, name), { recursive: true, force: true });
}
