import { createHash } from "node:crypto";
import { mkdir, open, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** How much of a file is in memory at a time. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Most files are small, and each waits for the disk. */
const AT_ONCE = 8;

/** What was copied. */
export interface Copied {
  readonly bytes: number;
  readonly sha256: string;
}

/** Copies a file and flushes it; answers what was copied, from the bytes that were written. `mode` as of the file it came from. */
export async function copyFileSealed(from: string, to: string): Promise<Copied> {
  await mkdir(dirname(to), { recursive: true });
  const source = await open(from, "r");
  try {
    const { mode, size } = await source.stat();
    const target = await open(to, "wx", mode & 0o777);
    try {
      const hash = createHash("sha256");
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(size, 1)));
      let bytes = 0;
      for (;;) {
        const { bytesRead } = await source.read(chunk, 0, chunk.length);
        if (bytesRead === 0) break;
        const read = chunk.subarray(0, bytesRead);
        hash.update(read);
        await target.writeFile(read);
        bytes += bytesRead;
      }
      await target.sync();
      return { bytes, sha256: hash.digest("hex") };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Does `act` for all, some at once; the first that fails ends it, once those under way have ended. */
export async function forAll<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const left = all.values();
  let failed = false;
  const work = async (): Promise<void> => {
    for (const one of left) {
      if (failed) return;
      try {
        await act(one);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** Writes a small file so that it is on the disk. */
export async function writeSealed(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: "wx", flush: true });
}

/** Makes what was made, renamed or removed in a folder last. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
