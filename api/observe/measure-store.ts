import { statfsSync } from "node:fs";
import Type from "typebox";
import { readLastBackup } from "../backup/last-backup.ts";
import { roomMin_bytes } from "../../core/disk-room.ts";
import { readMigrations } from "../../core/migrate.ts";
import { defineQuery } from "../../core/sql.ts";
import type { System } from "../system.ts";
import type { Measure, MetricMaker } from "./measure.ts";

const readSize = defineQuery(
  "api/store_size",
  Type.Object({}),
  Type.Object({ rows: Type.String(), bytes: Type.String(), parts: Type.String() }),
);

/** What is asked of the store, and waits there. Needs no store to answer. */
export function measureLanes(make: MetricMaker, { store }: System): Measure {
  return make.measure("lanes", ({ gauge, counter }) => {
    const inFlight = gauge(
      "tally_store_statements_in_flight",
      "Statements sent to the store and not answered; the engine in the process does one at a time on a lane",
      ["lane"],
    );
    const oldest = gauge("tally_store_oldest_statement_seconds", "How long the oldest of them has been under way", [
      "lane",
    ]);
    const statements = counter("tally_store_statements_total", "Statements that have ended", ["lane"]);
    const failed = counter("tally_store_statement_failures_total", "Statements that failed", ["lane"]);
    const seconds = counter(
      "tally_store_statement_seconds_total",
      "What statements took from being sent to their answer, waiting included",
      ["lane"],
    );
    return async () => {
      for (const { lane, in_flight, oldest_ms, ...done } of store.load()) {
        inFlight.set({ lane }, in_flight);
        oldest.set({ lane }, oldest_ms / 1000);
        statements.inc({ lane }, done.statements);
        failed.inc({ lane }, done.failed);
        seconds.inc({ lane }, done.took_ms / 1000);
      }
    };
  });
}

/** Room on the disk of the data directory, and how old the last backup is. */
export function measureDisk(make: MetricMaker, { store }: System): Measure {
  return make.measure("disk", ({ gauge }) => {
    const free = gauge("tally_disk_free_bytes", "Room on the disk of the data directory");
    const size = gauge("tally_disk_size_bytes", "Size of that disk");
    const least = gauge("tally_disk_required_bytes", "With less room than this the embedded store takes nothing in");
    const backup = gauge(
      "tally_last_backup_timestamp_seconds",
      "The instant that the last whole backup of the embedded store is of; 0 = none was made",
    );
    return async () => {
      const { bavail, blocks, bsize } = statfsSync(store.data_dir);
      free.set(bavail * bsize);
      size.set(blocks * bsize);
      least.set(roomMin_bytes);
      if (store.freeze !== null) backup.set((readLastBackup(store.data_dir)?.made_ms ?? 0) / 1000);
    };
  });
}

/** Whether the store answers, how large it is, and the schema of this version. */
export function measureStore(make: MetricMaker, { store }: System): Measure {
  const up = make.gauge("tally_store_up", "1 while the store answers, else 0");
  const measure = make.measure("store", ({ gauge }) => {
    const rows = gauge("tally_store_rows", "Rows in all tables");
    const bytes = gauge("tally_store_bytes", "What all tables take on the disk of the store");
    const parts = gauge("tally_store_parts", "Files that tables are in; merging keeps them few");
    const schema = gauge("tally_schema_version", "The last migration that this version knows");
    return async () => {
      schema.set(readMigrations().at(-1)?.version ?? 0);
      up.set(0);
      const [size] = await readSize(store.read, {});
      up.set(1);
      rows.set(Number(size?.rows ?? 0));
      bytes.set(Number(size?.bytes ?? 0));
      parts.set(Number(size?.parts ?? 0));
    };
  });
  return measure;
}
