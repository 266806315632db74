import { type System } from "../api/system.ts";
import { buildSystem } from "../api/open-system.ts";
import type { EventLog } from "../core/event-log.ts";
import type { TestClock } from "../core/clock.ts";
import { instant } from "../core/instant.ts";
import type { Run } from "../core/runs.ts";
import type { Settings } from "../core/settings.ts";
import type { Store } from "../core/store.ts";
import type { Ingest, Outcome, Quarantine } from "../ingest/index.ts";
import { openTestSystem } from "./test-system.ts";

/** The real stages on a real engine in a folder of its own; one per test file (one engine per process). */
export interface Pipeline {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: TestClock;
  readonly system: () => System;
  readonly quarantine: () => Quarantine;
  readonly eventLog: () => EventLog;
  readonly ingest: () => Ingest;
  send(events: readonly unknown[]): Promise<Outcome>;
  aggregate(until_ms: number, from_ms?: number): Promise<Run>;
  putAccount(account_id: string, time_zone: string): Promise<void>;
  /** Names zones for accounts that nobody has put so far, all at once. */
  putAccounts(accounts: readonly { readonly id: string; readonly time_zone: string }[]): Promise<void>;
  /** Names a zone for an account; whether it counts from the beginning: no run that counts has seen the account. */
  moveAccount(account_id: string, time_zone: string): Promise<boolean>;
  /** Forgets what a process holds in memory, as a restart does. */
  restart(): Promise<void>;
  /** Empties everything but the schema and the registry, as if the folder were new. */
  reset(): Promise<void>;
  /** Keeps what came in; forgets all that was made of it, and the settings and accounts. */
  forgetUsage(): Promise<void>;
  close(): Promise<void>;
}

const kept = ["schema_migration", "usage_type", "usage_type_effect", "usage_type_added"];

/** Opens a pipeline; its clock stands at `now`, by default after everything the generators write. `served`: on a server, over HTTP. */
export async function openPipeline(now = Date.UTC(2027, 0, 1), { served = false } = {}): Promise<Pipeline> {
  const opened = await openTestSystem(instant(now), { served });
  let { system } = opened;
  const { clock, log, store, settings } = system;

  async function restart(): Promise<void> {
    system = await buildSystem(store, { clock, log });
  }

  return {
    store,
    settings,
    clock: opened.clock,
    system: () => system,
    quarantine: () => system.quarantine,
    eventLog: () => system.eventLog,
    ingest: () => system.ingest,
    send: (events) =>
      system.ingest.accept(
        events.map((value) => ({ value, raw: () => JSON.stringify(value) })),
        "test",
      ),
    aggregate: (until_ms, from_ms) =>
      system.aggregate({ until: instant(until_ms), ...(from_ms === undefined ? {} : { from: instant(from_ms) }) }),
    putAccount: async (account_id, time_zone) => {
      await system.accounts.put({ account_id, name: account_id, time_zone }, { by: "test" });
    },
    putAccounts: async ([first, ...others]) => {
      if (first === undefined) return;
      await system.accounts.put({ account_id: first.id, name: first.id, time_zone: first.time_zone }, { by: "test" });
      // Rows as putting them one after the other writes them, which takes forty seconds for those of two thousand histories.
      await store.write.command({
        query: `INSERT INTO account (account_id, name, payer_account_id, time_zone, kind, domain, payment, state, version, changed_at, changed_by)
          SELECT id, id, id, time_zone, 'account', 'ROOT', 'postpaid', 'active', 1, fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'), 'test'
          FROM (SELECT {ids:Array(String)} AS ids, {zones:Array(String)} AS zones) ARRAY JOIN ids AS id, zones AS time_zone`,
        query_params: {
          now_ms: opened.clock.now(),
          ids: others.map(({ id }) => id),
          zones: others.map(({ time_zone }) => time_zone),
        },
      });
    },
    moveAccount: async (account_id, time_zone) => {
      const result = await store.read.query({
        query: `SELECT count() AS seen FROM account_zone WHERE account_id = {account_id:String}
          AND run_seq IN (SELECT run_seq FROM run WHERE state = 'published')`,
        query_params: { account_id },
        format: "JSONEachRow",
      });
      const [row] = await result.json<{ seen: string }>();
      await system.accounts.put({ account_id, time_zone }, { by: "test" });
      return row?.seen === "0";
    },
    restart,
    reset: () => empty(kept),
    forgetUsage: () => empty([...kept, "event", "event_log"]),
    close: opened.close,
  };

  async function empty(except: readonly string[]): Promise<void> {
    const query =
      "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine NOT LIKE '%View' AND total_rows != 0";
    const result = await store.run.query({ query, format: "JSONEachRow" });
    for (const { name } of await result.json<{ name: string }>()) {
      if (!except.includes(name)) await store.run.command({ query: `TRUNCATE TABLE ${name}` });
    }
    await restart();
  }
}

interface TruthRow {
  readonly account_id: string;
  readonly usage_type: number;
  readonly resource: string;
  readonly part: string;
  readonly start_ms: string;
  readonly end_ms: string;
  readonly quantity: string;
  readonly duration_ms: string;
  readonly slices: string;
  readonly first_ms: string;
  readonly last_ms: string;
  readonly size: string;
  readonly virtual_size: string;
  readonly details: string;
  readonly tags: string;
  readonly [label: string]: string | number;
}

/** The published truth, read plainly from the tables: the sum of published rows of each key, with what its shape stands for. */
export async function readTruth({ store }: { store: Store }): Promise<Record<string, unknown>[]> {
  const result = await store.read.query({
    format: "JSONEachRow",
    query: `SELECT u.*, s.project_id, s.zone, s.offering, s.template, s.resource_type, s.vm, s.size, s.virtual_size, s.details, s.tags
      FROM (
        SELECT account_id, usage_type, resource, part, shape, toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms,
          sum(quantity) AS quantity, sum(usage_record.duration_ms) AS duration_ms, sum(usage_record.slices) AS slices,
          toUnixTimestamp64Milli(argMaxIf(first_at, run_seq, sign = 1)) AS first_ms, toUnixTimestamp64Milli(argMaxIf(last_at, run_seq, sign = 1)) AS last_ms, sum(sign) AS n
        FROM usage_record WHERE run_seq IN (SELECT run_seq FROM run WHERE state = 'published')
        GROUP BY account_id, usage_type, resource, part, shape, start_ms, end_ms HAVING n != 0
      ) AS u LEFT ANY JOIN shape AS s ON s.shape = u.shape`,
  });
  const rows = await result.json<TruthRow>();
  return rows.map((row) => ({
    account_id: row.account_id,
    usage_type: row.usage_type,
    resource: row.resource,
    part: row.part,
    shape: {
      project_id: row["project_id"],
      zone: row["zone"],
      offering: row["offering"],
      template: row["template"],
      size: row.size === "-1" ? null : row.size,
      virtual_size: row.virtual_size === "-1" ? null : row.virtual_size,
      resource_type: row["resource_type"],
      vm: row["vm"],
      details: JSON.parse(row.details) as unknown,
      tags: JSON.parse(row.tags) as unknown,
    },
    window_start_ms: Number(row.start_ms),
    window_end_ms: Number(row.end_ms),
    quantity: BigInt(row.quantity),
    duration_ms: BigInt(row.duration_ms),
    slices: Number(row.slices),
    first_ms: Number(row.first_ms),
    last_ms: Number(row.last_ms),
  }));
}
