import { statfsSync } from "node:fs";
import type { ClickHouseClient } from "@clickhouse/client";
import { AppError } from "./errors.ts";

const MIB = 1_048_576;
/** With less room than this no write begins, and the engine merges no files. */
export const roomMin_bytes = 128 * MIB;
/** With less than this after a write, it is not known whether all of it reached the disk. */
const roomLeftMin_bytes = 16 * MIB;
const lookEvery_ms = 1_000;

/** How many bytes can still be written in a folder. */
export type FreeBytes = (folder: string) => number;

export const freeBytesOf: FreeBytes = (folder) => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};

/** Lets writes happen while there is room on the disk. */
export interface DiskRoom {
  /** @throws AppError disk-full: before, nothing was written; after, it may have been: do it again */
  writing<T>(write: () => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * Watches the disk of the embedded engine. When a write to a file fails there, the engine does not say so: the insert is acknowledged,
 * its part is empty, and so is what a merge made of parts that were whole (measured on chdb 3.4, with ENOSPC and EFBIG; a server
 * raises the error). So P2 needs that it never comes to that: no write begins without room, none is acknowledged that ended without, and
 * merges stop before there is none, which is looked at each second.
 */
export function watchDiskRoom({
  folder,
  free_bytes,
  merges,
}: {
  folder: string;
  free_bytes: FreeBytes;
  /** Starts or stops merging. */
  merges: (word: "START" | "STOP") => Promise<unknown>;
}): DiskRoom {
  let merging = true;
  let applied = true;
  let applying = false;

  /** One word at a time, so that the last one is the one that holds; what fails is said again at the next look. */
  async function apply(): Promise<void> {
    if (applying) return;
    applying = true;
    try {
      while (applied !== merging) {
        const wanted = merging;
        await merges(wanted ? "START" : "STOP");
        applied = wanted;
      }
    } finally {
      applying = false;
    }
  }

  function look(): number {
    const free = free_bytes(folder);
    // Begins again with some more room than it ended with, so that it does not go back and forth.
    merging = free >= (merging ? roomMin_bytes : 2 * roomMin_bytes);
    if (applied !== merging) apply().catch(() => undefined);
    return free;
  }

  function require(least_bytes: number, when: string): void {
    const free = look();
    if (free >= least_bytes) return;
    const mib = (bytes: number): string => `${Math.floor(bytes / MIB)} MiB`;
    throw new AppError("disk-full", `${mib(free)} are free ${when}; ${mib(least_bytes)} are needed in ${folder}`);
  }

  const timer = setInterval(look, lookEvery_ms);
  timer.unref();
  return {
    writing: async (write) => {
      require(roomMin_bytes, "before the write");
      const written = await write();
      require(roomLeftMin_bytes, "after the write, which may have failed");
      return written;
    },
    close: () => clearInterval(timer),
  };
}

const inserts = /\bINSERT\s+INTO\b/i;

/** From here on the client's inserts need room on the disk; reading and removing need none. */
export function withDiskRoom(client: ClickHouseClient, room: DiskRoom): void {
  const raw = {
    command: client.command.bind(client),
    exec: client.exec.bind(client),
    insert: client.insert.bind(client),
  };
  const command: typeof raw.command = (params) =>
    inserts.test(params.query) ? room.writing(() => raw.command(params)) : raw.command(params);
  const exec: typeof raw.exec = (params) =>
    inserts.test(params.query) ? room.writing(() => raw.exec(params)) : raw.exec(params);
  const insert: typeof raw.insert = (params) => room.writing(() => raw.insert(params));
  Object.assign(client, { command, exec, insert });
}
