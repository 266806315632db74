import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const memory = "/dev/shm";
const ours = "tally-tests-";
const roomMin_bytes = 6 * 1024 ** 3;

/**
 * Run once before all test files: where the system has a file system in memory with room, tests have their folders there. A run of tests makes
 * tens of thousands of small files, each flushed: on a disk that is a sixth of its processor time, and waiting besides. What a killed
 * process leaves behind it leaves in either. TMPDIR in the environment says where else.
 */
export function setup(): (() => void) | undefined {
  if (process.env["TMPDIR"] !== undefined || !hasRoom()) return undefined;
  for (const name of readdirSync(memory)) {
    if (name.startsWith(ours) && !existsSync(`/proc/${name.slice(ours.length)}`))
      rmSync(join(memory, name), { recursive: true, force: true });
  }
  const folder = join(memory, `${ours}${process.pid}`);
  mkdirSync(folder, { recursive: true });
  process.env["TMPDIR"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return tmpdir() !== memory && bavail * bsize >= roomMin_bytes;
  } catch {
    return false;
  }
}
