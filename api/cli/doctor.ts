import { accessSync, constants, statfsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { tzdbVersion } from "../../core/calendar.ts";
import type { Config } from "../../core/config.ts";
import { AppError } from "../../core/errors.ts";
import { formatInstant, type InstantMs, instant, parseInstant } from "../../core/instant.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { readMigrations } from "../../core/migrate.ts";
import { hasStore } from "../../core/store.ts";
import { readTls, type Tls } from "../access/tls.ts";
import { readLastBackup } from "../backup/last-backup.ts";
import { findHolder } from "../data-lock.ts";
import { checkRoles } from "../check-roles.ts";
import type { Readiness, ScheduledJob } from "../readiness.ts";
import { type Found, withRemedy } from "./remedies.ts";
import { checkFonts } from "./check-fonts.ts";
import { type Cli, resultCommand } from "./cli.ts";
import type { Client } from "../client/client.ts";
import { renderTable } from "./output.ts";

const GIB = 2 ** 30;
/** So long before its end a certificate should be on its way. */
const CERTIFICATE_MS = 21 * 86_400_000;
/** More than some seconds' work. */
const LAG_MAX = 1_000_000;
/** Usage a day and a half behind has missed a daily run. */
const LAG_MS_MAX = 36 * 3_600_000;
/** A nightly backup that was left out twice. */
const BACKUP_MS_MAX = 48 * 3_600_000;

/** `tally doctor`: whether this installation can work, and what to look at. Status 1 where something is bad. */
export function doctorCommand(cli: Cli): Command {
  return resultCommand("doctor", "check this installation").action(async (options: { json?: boolean }) => {
    const checks: Found[] = [checkNode(), checkZones()];
    const config = await attempt(checks, "configuration", async () => {
      const read = cli.config();
      checkRoles(read);
      return { ...read, tls: readTls(read) };
    });
    if (config !== null) {
      checks.push({ check: "configuration", state: "ok", detail: `data in ${resolve(config.data_dir)}` });
      if (config.tls !== null) checks.push(checkCertificate(config.tls, cli.clock.now()));
      checks.push(checkDisk(config));
      // A directory that cannot be had holds nothing else to look at.
      const found = checks.at(-1)?.state === "wrong" ? [] : await checkData(cli, checks, config);
      checks.push(...found);
    }
    if (checks.some(({ state }) => state === "wrong")) cli.fail();
    const told = checks.map(withRemedy);
    cli.show({ checks: told }, options, () => {
      const table = renderTable(
        told.map(({ check, state, detail }) => [check, state, detail]),
        { head: ["check", "state", "detail"] },
      );
      return `${table}${told.map(({ check, remedy }) => (remedy === "" ? "" : `${check}: ${remedy}.\n`)).join("")}`;
    });
  });
}

async function checkData(cli: Cli, checks: Found[], config: Config): Promise<Found[]> {
  if (config.clickhouse_url === null && !hasStore(config)) checks.push(tellNew(config));
  checks.push(checkHolder(config), checkBackup(config, cli.clock.now()));
  return (await attempt(checks, "store", () => checkStore(cli, config))) ?? [];
}

/** A mistyped directory looks like a new installation. */
function tellNew({ data_dir }: Config): Found {
  const detail = `there was no store in ${resolve(data_dir)}: an empty one is laid there`;
  return { check: "data directory", state: "warning", detail };
}

async function attempt<T>(checks: Found[], check: string, act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    checks.push({ check, state: "wrong", detail: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

function checkNode(): Found {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const good = major > 20 || (major === 20 && minor >= 19);
  return { check: "node", state: good ? "ok" : "wrong", detail: `${process.versions.node}, 20.19 or newer is needed` };
}

function checkZones(): Found {
  return {
    check: "time zones",
    state: tzdbVersion() === "unknown" ? "warning" : "ok",
    detail: `tz database ${tzdbVersion()}`,
  };
}

function checkCertificate({ ends_at }: Tls, now: InstantMs): Found {
  const state = ends_at <= now ? "wrong" : ends_at <= now + CERTIFICATE_MS ? "warning" : "ok";
  return { check: "certificate", state, detail: `good until ${formatInstant(ends_at)}` };
}

function checkDisk({ data_dir }: Config): Found {
  try {
    makeFolder(data_dir);
    accessSync(`${data_dir}/.`, constants.W_OK);
  } catch {
    return { check: "disk", state: "wrong", detail: `${resolve(data_dir)} is no folder that can be written to` };
  }
  const { bavail, bsize } = statfsSync(data_dir);
  const free_bytes = bavail * bsize;
  return {
    check: "disk",
    state: free_bytes < GIB ? "warning" : "ok",
    detail: `${(free_bytes / GIB).toFixed(1)} GiB free`,
  };
}

function checkHolder({ data_dir }: Config): Found {
  const holder = findHolder(data_dir);
  if (holder === null) return { check: "server", state: "ok", detail: "none runs on this data directory" };
  return {
    check: "server",
    state: "ok",
    detail: `process ${holder.pid}${holder.url === null ? "" : ` at ${holder.url}`}`,
  };
}

/** A backup that nobody makes is missed on one day. On a server it is that server's. */
function checkBackup({ data_dir, clickhouse_url }: Config, now: number): Found {
  if (clickhouse_url !== null)
    return { check: "backup", state: "ok", detail: "that of the ClickHouse server, which this cannot see" };
  const last = readLastBackup(data_dir);
  if (last === null) return { check: "backup", state: "warning", detail: "none was made of this data directory" };
  const detail = `the last is of ${formatInstant(last.made_ms)}, in ${last.dir}`;
  return { check: "backup", state: now - last.made_ms > BACKUP_MS_MAX ? "warning" : "ok", detail };
}

/** The store, and what stands beside it, as the API tells it; opening it applies what migrations are missing. */
async function checkStore({ reach, clock }: Cli, config: Config): Promise<Found[]> {
  const now = clock.now();
  const range = new URLSearchParams({ from: formatInstant(instant(now - 1)), to: formatInstant(now) });
  return reach(async ({ client }) => {
    // A process that is not ready says in the same words what it lacks.
    const told = (await client.call({ method: "GET", path: "/readyz", answers: 503 })) as Readiness;
    const services = checkServices(told, config);
    if (told.checks.store !== "answers")
      return [{ check: "store", state: "wrong", detail: "does not answer: see the log" }, ...services];
    const usage = (await client.call({ method: "GET", path: `/v1/usage-summary?${range.toString()}` })) as {
      complete_to: string | null;
    };
    const refused = (await client.call({ method: "GET", path: "/v1/quarantine?limit=1000" })) as {
      data: unknown[];
      next_cursor: string | null;
    };
    const count = `${refused.data.length}${refused.next_cursor === null ? "" : " or more"}`;
    return [
      checkParts(told),
      ...told.jobs.map(checkJob),
      ...services,
      checkLag(usage.complete_to, now),
      await checkFonts(client),
      { check: "quarantine", state: refused.data.length === 0 ? "ok" : "warning", detail: `${count} messages` },
      await checkSanity(client),
    ];
  });
}

function checkParts({ broken_parts = 0 }: Readiness): Found {
  const answers = `answers; schema at ${readMigrations().at(-1)?.version ?? 0}`;
  if (broken_parts === 0) return { check: "store", state: "ok", detail: answers };
  const lost = `${broken_parts} parts of its tables could not be read, so rows may be missing: the log names the tables`;
  return { check: "store", state: "wrong", detail: `${answers}; ${lost}` };
}

/** Kafka, Redis and the role of ingest, each where the process asked has it; without the store nobody knows how far Kafka is ahead. */
function checkServices({ checks, log, stopping }: Readiness, { kafka_brokers, redis_url }: Config): Found[] {
  const found: Found[] = [];
  if (kafka_brokers.length > 0 && checks.store === "answers") found.push(checkLog(log));
  if (redis_url !== null && checks.redis === "answers") found.push({ check: "redis", state: "ok", detail: "answers" });
  else if (redis_url !== null)
    found.push({
      check: "redis",
      state: "wrong",
      detail: "does not answer: see TALLY_REDIS_URL; changes are refused and scheduled runs wait until it does",
    });
  if (checks.ingest === "ended")
    found.push({
      check: "ingest",
      state: "wrong",
      detail: "this process stores nothing more: its topic was made anew, see the log",
    });
  if (stopping === true) found.push({ check: "server", state: "warning", detail: "it is coming to its end" });
  return found;
}

/** How far the store is behind the topic; what it lost is gone for good. */
function checkLog(log: Readiness["log"]): Found {
  if (log === undefined)
    return { check: "kafka", state: "wrong", detail: "no broker answers: see TALLY_KAFKA_BROKERS" };
  const sum = (name: "lag" | "lost"): number => log.reduce((total, one) => total + Number(one[name]), 0);
  const [lag, lost] = [sum("lag"), sum("lost")];
  if (lost > 0)
    return { check: "kafka", state: "wrong", detail: `${lost} messages were deleted before they were stored` };
  return { check: "kafka", state: lag > LAG_MAX ? "warning" : "ok", detail: `${lag} messages are not stored yet` };
}

/** Does the sanity checks, unless a run goes on or none can begin. */
async function checkSanity(client: Client): Promise<Found> {
  try {
    const path = "/v1/findings/check";
    const { found, failed } = (await client.call({ method: "POST", path })) as {
      found: Readonly<Record<string, number>>;
      failed: readonly string[];
    };
    const open = (await client.call({ method: "GET", path: "/v1/findings?state=open&limit=1000" })) as {
      data: readonly { severity: string }[];
    };
    const serious = open.data.filter(({ severity }) => severity !== "info").length;
    const detail = `${Object.keys(found).length} checks found something; ${serious} open errors and warnings: tally findings list`;
    const lacking = failed.length === 0 ? "" : `; could not be done: ${failed.join(", ")}`;
    return { check: "sanity", state: serious + failed.length === 0 ? "ok" : "warning", detail: detail + lacking };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.key === "run-in-progress")
      return { check: "sanity", state: "warning", detail: "not checked: a run is going on" };
    if (error.key === "control-unavailable")
      return { check: "sanity", state: "warning", detail: `not checked: ${error.message}` };
    throw error;
  }
}

function checkJob({ job, state, due_ticks, oldest_due_at, last_success_at, failures_in_row }: ScheduledJob): Found {
  const last = last_success_at === null ? "never done" : `last done ${last_success_at}`;
  const due = due_ticks === 0 ? "nothing due" : `${due_ticks} due since ${oldest_due_at}`;
  const failed = failures_in_row === 0 ? "" : `, failed ${failures_in_row} times in a row: see the log`;
  return { check: `job ${job}`, state: state === "on-time" ? "ok" : "warning", detail: `${last}, ${due}${failed}` };
}

function checkLag(complete_to: string | null, now: number): Found {
  const reached = complete_to === null ? null : parseInstant(complete_to);
  if (reached === null) return { check: "usage", state: "warning", detail: "nothing is published yet" };
  const behind_ms = now - reached;
  const detail = `complete to ${formatInstant(reached)}, ${Math.floor(behind_ms / 3_600_000)} hours behind`;
  return { check: "usage", state: behind_ms > LAG_MS_MAX ? "warning" : "ok", detail };
}
