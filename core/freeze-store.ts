import { existsSync, linkSync, mkdirSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import Type from "typebox";
import { AppError, assert } from "./errors.ts";
import { defineQuery } from "./sql.ts";
import type { WriteGate } from "./write-gate.ts";

const selectTables = defineQuery("core/kept_tables", Type.Object({}), Type.Object({ table: Type.String() }));

/** A file as of the instant: where it is now, and where it was in the data directory. */
export interface FrozenFile {
  readonly from: string;
  readonly path: string;
}

/** A data directory as of one instant: its files as hard links, and its symbolic links as text. */
export interface Frozen {
  readonly files: readonly FrozenFile[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Takes the links away; the space of what was merged or removed since is free then. */
  drop(): void;
}

/** Where links to files outside the engine are held. */
const FROZEN = "frozen";
/** What belongs to this process or this moment, or is looked at by a rule of its own. */
const ownFolders = new Set(["store", "spool", "files", FROZEN]);
/** Of the engine's folders those that say what there is; rows come from the frozen parts. */
const engineFolders = ["metadata", "user_defined", "data"];

/**
 * Freezes the embedded store and all that lies beside it in the data directory. The engine links the parts of each table as they stand
 * (`ALTER TABLE … FREEZE`: a millisecond a table, no bytes copied); no statement that writes begins meanwhile, so nothing in a later table
 * rests on what an earlier one did not have yet: it is what would be there after a crash at that instant, which each start is made for.
 * @param engine a lane of its own, which does not go through the gate
 */
export async function freezeStore(
  engine: ClickHouseClient,
  { data_dir, name, gate }: { data_dir: string; name: string; gate: WriteGate },
): Promise<Frozen> {
  assert(/^\w+$/.test(name), "the name of a frozen state is a plain word");
  const shadow = join(data_dir, "store", "shadow", name);
  const aside = join(data_dir, FROZEN, name);
  const drop = (): void => {
    for (const folder of [shadow, aside]) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const links = await gate.hold(async () => {
      for (const { table } of await selectTables(engine, {}))
        await engine.command({ query: `ALTER TABLE \`${table}\` FREEZE WITH NAME '${name}'` });
      return linkOthers(data_dir, aside);
    });
    const parts = walk(join(shadow, "store"), "store/store").files;
    return { files: [...walk(aside, "").files, ...parts], links, drop };
  } catch (error) {
    drop();
    throw error;
  }
}

/** The folder in a data directory that is there while a backup is being restored into it. */
export const RESTORING = "restoring";

/** @throws AppError restore-unfinished where a restore into the directory has begun and not ended: what is there is not all there was */
export function requireRestored(data_dir: string): void {
  if (existsSync(join(data_dir, RESTORING)))
    throw new AppError("restore-unfinished", `a restore into ${data_dir} was cut short, so not all is there`);
}

/** Takes away what a process left that died while it held a frozen state. */
export function dropFrozen(data_dir: string): void {
  rmSync(join(data_dir, FROZEN), { recursive: true, force: true });
  rmSync(join(data_dir, "store", "shadow"), { recursive: true, force: true });
}

/** Links all files but the rows of tables under `aside`; answers the symbolic links there are. */
function linkOthers(data_dir: string, aside: string): Frozen["links"] {
  const names = readdirSync(data_dir).filter((name) => !ownFolders.has(name) && !name.startsWith("tally.lock"));
  const found = [
    walk(data_dir, "", { only: names }),
    walk(join(data_dir, "store"), "store", { only: engineFolders }),
    walk(join(data_dir, "store", "store"), "store/store", { depth: 2 }),
  ];
  for (const { from, path } of found.flatMap(({ files }) => files)) {
    mkdirSync(dirname(join(aside, path)), { recursive: true });
    linkSync(from, join(aside, path));
  }
  return found.flatMap(({ links }) => links);
}

/** All files under a folder by their path from it, behind `prefix`; parts lie `depth` folders deep and are not entered. */
function walk(
  folder: string,
  prefix: string,
  { only, depth = Infinity }: { only?: readonly string[]; depth?: number } = {},
): { files: FrozenFile[]; links: { path: string; target: string }[] } {
  const files: FrozenFile[] = [];
  const links: { path: string; target: string }[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (only !== undefined && !only.includes(entry.name)) continue;
    const from = join(folder, entry.name);
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isSymbolicLink()) links.push({ path, target: readlinkSync(from) });
    // A mutation that is done says nothing that its parts do not.
    else if (entry.isFile() && !entry.name.startsWith("mutation_") && !entry.name.startsWith("tmp_"))
      files.push({ from, path });
    else if (entry.isDirectory() && depth > 0) {
      const below = walk(from, path, { depth: depth - 1 });
      files.push(...below.files);
      links.push(...below.links);
    }
  }
  return { files, links };
}
