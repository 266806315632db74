import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256OfFile, syncToDisk } from "../../core/kept-file.ts";
import type { Store } from "../../core/store.ts";

const UNFINISHED = ".part";

/** Where exports are: beside the store, or in the folder of the process that has it on a server. */
function exportFolder({ data_dir }: Pick<Store, "data_dir">): string {
  return join(data_dir, "exports");
}

/** Where the files of one export are. */
export function folderOf(store: Pick<Store, "data_dir">, id: string): string {
  return join(exportFolder(store), id);
}

/**
 * Lets `write` make the files of an export in a folder of another name, and gives it its own once all of them are on the disk: an export
 * that is cut short, or refused, has no file under its name.
 */
export async function keepFolder<T>(
  store: Pick<Store, "data_dir">,
  id: string,
  write: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = folderOf(store, id);
  const unfinished = `${folder}${UNFINISHED}`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  try {
    const written = await write(unfinished);
    for (const name of await readdir(unfinished)) await syncToDisk(join(unfinished, name));
    await syncToDisk(unfinished);
    await rename(unfinished, folder);
    await syncToDisk(exportFolder(store));
    return written;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

/** Removes what exports left that were cut short. */
export async function clearUnfinished(store: Pick<Store, "data_dir">): Promise<void> {
  const names = await readdir(exportFolder(store)).catch(() => []);
  for (const name of names)
    if (name.endsWith(UNFINISHED)) await rm(join(exportFolder(store), name), { recursive: true, force: true });
}

/** The ids of exports whose files are here. */
export async function keptHere(store: Pick<Store, "data_dir">): Promise<string[]> {
  const names = await readdir(exportFolder(store)).catch(() => []);
  return names.filter((name) => !name.endsWith(UNFINISHED));
}

/** Removes the files of an export, where they are here. */
export async function removeFolder(store: Pick<Store, "data_dir">, id: string): Promise<void> {
  await rm(folderOf(store, id), { recursive: true, force: true });
}

/** How large a file is, and its SHA-256; beside it goes a file that `sha256sum -c` reads. */
export async function sealFile(folder: string, name: string): Promise<{ bytes: string; sha256: string }> {
  const path = join(folder, name);
  const sha256 = await sha256OfFile(path);
  await writeFile(`${path}.sha256`, `${sha256}  ${name}\n`);
  return { bytes: String((await stat(path)).size), sha256 };
}
