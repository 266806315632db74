import { existsSync, mkdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { type DiskRoom, type FreeBytes, freeBytesOf, watchDiskRoom, withDiskRoom } from "./disk-room.ts";
import { openEmbeddedLane } from "./embedded-lane.ts";
import { dropFrozen, type Frozen, freezeStore, requireRestored } from "./freeze-store.ts";
import { type LaneLoad, watchLane } from "./lane-watch.ts";
import { openServerLane } from "./server-lane.ts";
import { createWriteGate, withWriteGate } from "./write-gate.ts";

/**
 * A ClickHouse server at `url` (a cluster with `?cluster=NAME`: core/cluster-schema.ts), or the engine in this process with its
 * files in `data_dir`.
 */
export interface StoreConfig {
  readonly url: string | null;
  readonly data_dir: string;
  /** How much room there is on the disk of the embedded engine; by default what the system says. */
  readonly free_bytes?: FreeBytes;
}

/**
 * The store: one engine, three lanes. Calls on one embedded connection queue, so a read never waits behind a run
 * or an insert (measured: 0.9 s behind a 1 s query on one connection, 4-7 ms on another).
 */
export interface Store {
  readonly read: ClickHouseClient;
  readonly write: ClickHouseClient;
  readonly run: ClickHouseClient;
  /** The folder that this process has for itself, absolute: embedded, all is in it; of a server's store, archives. */
  readonly data_dir: string;
  /** Who reads and rewrites files of this machine: the lane itself where the engine is here, else an engine that holds nothing. */
  files(lane: ClickHouseClient): ClickHouseClient;
  /** The whole data directory as of one instant, under a name; null = a server, whose files are elsewhere. */
  readonly freeze: ((name: string) => Promise<Frozen>) | null;
  /** What each lane has done and does. */
  load(): LaneLoad[];
  close(): Promise<void>;
}

/**
 * Digits survive the way out (64-bit and decimals as text); every insert is synchronous, so that its end is durability;
 * one insert may fall into any number of months.
 */
const settings = {
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
  output_format_decimal_trailing_zeros: 1,
  output_format_json_quote_denormals: 1,
  date_time_output_format: "iso",
  async_insert: 0,
  wait_end_of_query: 1,
  max_partitions_per_insert_block: "0",
  session_timezone: "UTC",
  max_query_size: "67108864",
  max_ast_elements: "1000000",
} satisfies Record<string, string | number>;

/** Whose a folder is among all processes on a store: containers have the same path, each on a machine of its own. */
export function placeOf({ data_dir }: Pick<Store, "data_dir">): string {
  return `${hostname()}:${data_dir}`;
}

/** Whether this process has the store alone. */
export function isSole({ read, write, run }: Pick<Store, "read" | "write" | "run">): boolean {
  return [read, write, run].some(isEmbedded);
}

/** Whether a data directory has a store of the embedded engine. */
export function hasStore({ data_dir }: Pick<StoreConfig, "data_dir">): boolean {
  return existsSync(join(data_dir, "store"));
}

/** Opens the store: the embedded engine without a url, a server with one; nothing else differs. @throws AppError restore-unfinished */
export function openStore(config: StoreConfig): Store {
  const embedded = config.url === null;
  if (embedded) requireRestored(config.data_dir);
  if (embedded) rmSync(join(config.data_dir, "spool"), { recursive: true, force: true });
  if (embedded) dropFrozen(config.data_dir);
  const lanes = [openLane(config, { again: true, connections: READERS }), openLane(config), openLane(config)] as const;
  const [read, write, run] = lanes;
  const data_dir = resolve(config.data_dir);
  const room = embedded ? guardDisk(lanes, { ...config, data_dir }) : null;
  const gate = createWriteGate();
  if (embedded) for (const lane of lanes) withWriteGate(lane, gate);
  // Around all else: what waits at the gate or in a lane's queue waits for whoever asked.
  const loads = [watchLane("read", read), watchLane("write", write), watchLane("run", run)];
  let files: ClickHouseClient | null = null;
  return {
    read,
    write,
    run,
    data_dir,
    files: (lane) => {
      if (isEmbedded(lane)) return lane;
      files ??= openLane({ url: null, data_dir: join(data_dir, "files") });
      return files;
    },
    freeze: embedded ? (name) => withOwnLane(data_dir, (own) => freezeStore(own, { data_dir, name, gate })) : null,
    load: () => loads.map((load) => load()),
    close: async () => {
      room?.close();
      for (const lane of [...lanes, ...(files === null ? [] : [files])]) await lane.close();
    },
  };
}

/** Reads that are answered beside each other: a page need not wait for a sum over a year. */
const READERS = 3;

function openLane(
  { url, data_dir }: StoreConfig,
  { again = false, connections = 1 }: { again?: boolean; connections?: number } = {},
): ClickHouseClient {
  if (url !== null) return openServerLane(url, { settings, again });
  mkdirSync(data_dir, { recursive: true });
  const { wait_end_of_query: _http, ...embedded } = settings;
  const spool = join(data_dir, "spool");
  mkdirSync(spool, { recursive: true });
  const client = openEmbeddedLane(join(data_dir, "store"), embedded, { connections });
  spools.set(client, resolve(spool));
  return client;
}

/** No lane writes without room on the disk. */
function guardDisk(lanes: readonly ClickHouseClient[], { data_dir, free_bytes = freeBytesOf }: StoreConfig): DiskRoom {
  const merges = async (word: "START" | "STOP"): Promise<unknown> =>
    withOwnLane(data_dir, (own) => own.command({ query: `SYSTEM ${word} MERGES` }));
  const room = watchDiskRoom({ folder: data_dir, free_bytes, merges });
  for (const lane of lanes) withDiskRoom(lane, room);
  return room;
}

/** Not on a lane of the store: its queue may be long. */
async function withOwnLane<T>(data_dir: string, act: (own: ClickHouseClient) => Promise<T>): Promise<T> {
  const own = openLane({ url: null, data_dir });
  try {
    return await act(own);
  } finally {
    await own.close();
  }
}

const spools = new WeakMap<ClickHouseClient, string>();

/** The folder through which large inserts reach the embedded engine; undefined for a server, which reads bodies well. */
export function spoolOf(client: ClickHouseClient): string | undefined {
  return spools.get(client);
}

/** Whether the engine behind a lane is in this process, and so sees its files. */
export function isEmbedded(client: ClickHouseClient): boolean {
  return spools.has(client);
}
