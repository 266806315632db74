import { readFileSync, linkSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../core/errors.ts";
import { makeFolder } from "../core/make-folder.ts";

/** Who holds a data directory; with a `url`, commands may ask there, and `token` lets them in. */
export interface LockHolder {
  readonly pid: number;
  /** Start of the process as the kernel counts it, so that a reused pid is not taken for its former owner; '' where it is not told. */
  readonly started: string;
  readonly url: string | null;
  readonly token: string | null;
  /** SHA-256 of its certificate; null = it speaks plain HTTP. */
  readonly certificate: string | null;
}

/** A data directory held by this process (ARCHITECTURE: one writer). */
export interface DataLock {
  /** Says where this process answers, for commands started beside it. */
  publish(answers: { url: string; token: string; certificate: string | null }): void;
  /** Gives the directory free; safe to call again. */
  release(): void;
}

/** Two processes that find the same stale lock retry a few times at most. */
const ATTEMPTS = 10;

/** Takes the directory, making it where it is missing; the lock of a process that is gone is taken over. @throws AppError data-dir-in-use */
export function takeDataLock(data_dir: string): DataLock {
  makeFolder(data_dir);
  const file = lockFile(data_dir);
  const mine = { pid: process.pid, started: startOf(process.pid) };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (writeNew(file, { ...mine, url: null, token: null, certificate: null })) return holdLock(file, mine);
    const holder = readLock(file);
    if (holder !== null && isAlive(holder)) throw inUse(data_dir, holder);
    removeStale(file, data_dir);
  }
  throw new AppError(
    "data-dir-in-use",
    `${file} comes back each time it is removed as stale; look which processes start there`,
  );
}

/** The living process that holds a directory, or null. */
export function findHolder(data_dir: string): LockHolder | null {
  const holder = readLock(lockFile(data_dir));
  return holder !== null && isAlive(holder) ? holder : null;
}

/** Why a second process cannot have the directory, and what to set so that both can run. */
export function inUse(data_dir: string, { pid, url }: LockHolder): AppError {
  const where = url === null ? "" : ` and answers at ${url}`;
  return new AppError(
    "data-dir-in-use",
    `process ${pid} holds ${data_dir}${where}; set TALLY_DATA_DIR to another directory to run a second one`,
  );
}

function lockFile(data_dir: string): string {
  return join(data_dir, "tally.lock");
}

function holdLock(file: string, mine: { pid: number; started: string }): DataLock {
  let held = true;
  return {
    publish: (answers) => {
      // Written aside and renamed, so that nobody reads half a token.
      const draft = `${file}.${mine.pid}`;
      writeFileSync(draft, JSON.stringify({ ...mine, ...answers }), { mode: 0o600 });
      renameSync(draft, file);
    },
    release: () => {
      if (held && readLock(file)?.pid === mine.pid) rmSync(file, { force: true });
      held = false;
    },
  };
}

/** False where the file is there already. Linked into place whole: a lock half written would look like a stale one. */
function writeNew(file: string, holder: LockHolder): boolean {
  const draft = `${file}.${holder.pid}`;
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Null where there is none; a file cut short by a crash names process 0, which never lives. */
function readLock(file: string): LockHolder | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
  try {
    const { pid, started, url, token, certificate } = JSON.parse(text) as LockHolder;
    return { pid, started, url, token, certificate };
  } catch {
    return { pid: 0, started: "", url: null, token: null, certificate: null };
  }
}

/**
 * Takes a stale lock away. It is moved aside first and looked at again: in the meantime another process may have taken
 * over, and then its lock goes back.
 */
function removeStale(file: string, data_dir: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isCode(error, "ENOENT")) return;
    throw error;
  }
  const moved = readLock(aside);
  if (moved !== null && isAlive(moved)) {
    linkSync(aside, file);
    rmSync(aside, { force: true });
    throw inUse(data_dir, moved);
  }
  rmSync(aside, { force: true });
}

function isAlive({ pid, started }: LockHolder): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isCode(error, "ESRCH")) return false;
  }
  return startOf(pid) === started;
}

/** Field 22 of /proc/<pid>/stat (clock ticks since boot); the name before it may hold blanks and brackets. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
