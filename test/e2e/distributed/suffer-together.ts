import { setTimeout as pass } from "node:timers/promises";
import { formatInstant } from "../../../core/instant.ts";
import { systemClock } from "../../../core/clock.ts";
import type { System } from "../../../api/system.ts";
import { readTruth } from "../../pipeline.ts";
import { canonicalLines } from "../faults/canonical.ts";
import { smallCard, smallCloud } from "../small-cloud.ts";
import { faultsOf, type Durations, type InstallationFault } from "./faults.ts";
import { type Installation, roleNames, startInstallation } from "./installation.ts";
import { createSender } from "./sender.ts";

const period = "2026-10";
const BATCH = 5;
const PATIENCE_MS = 240_000;
/** A minute and a little: by then the next tick of aggregation has come. */
const TICK_MS = 65_000;

/** What two installations say in the end. */
export interface Bill {
  readonly records: readonly string[];
  readonly statements: readonly unknown[];
  /** Different events in the store. */
  readonly events: number;
}

/** What came of a system of several processes that met faults, beside one process that met none. */
export interface SufferedTogether {
  readonly faulty: Bill;
  readonly embedded: Bill;
  readonly sent: number;
  /** How often each fault came, in the order of their first coming. */
  readonly faults: ReadonlyMap<string, number>;
  /** Faults that fell into a run going on. */
  readonly in_run: number;
  readonly retries: number;
  /** How runs ended, by kind and state. */
  readonly runs: Readonly<Record<string, number>>;
}

export interface Suffering extends Durations {
  /** Gives the faults in their order, out of all there are. */
  readonly choose: (all: readonly InstallationFault[]) => readonly InstallationFault[];
  readonly machines: number;
  readonly told?: (what: string) => void;
}

/**
 * Sends the events of a small cloud through a system of four processes on a real Kafka, Redis and store, a few batches during each fault,
 * while aggregation and rating run all the time, as a day of minutes is due; then bills the month there and in one embedded process.
 */
export async function sufferTogether(suffering: Suffering): Promise<SufferedTogether> {
  const { choose, machines, told = () => undefined } = suffering;
  const all = await startInstallation();
  try {
    const events = smallCloud(machines);
    const sender = createSender(() => all.role("api"), events, BATCH);
    const faults = choose(faultsOf(all, suffering, () => sender.sendUnheard()));
    await begin(all, () => sender.send(2));
    // A third is sent while nothing goes wrong, so that each fault has its share of the rest.
    const share = Math.max(1, Math.floor(events.length / BATCH / (faults.length + 3)));
    const counts = new Map<string, number>();
    let in_run = 0;
    for (const fault of faults) {
      if (fault.in_run) await until(() => isRunning(all), TICK_MS).catch(() => undefined);
      const sending = sender.send(share);
      if (await isRunning(all).catch(() => false)) in_run += 1;
      const start = performance.now();
      await fault.act();
      const acted_ms = performance.now() - start;
      await sending;
      told(
        `${fault.name}: ${seconds(acted_ms)}, all acknowledged after ${seconds(performance.now() - start)}, ${await standingOf(all)}`,
      );
      counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    }
    await sender.finish();
    // As they are, whatever they went through: nobody helps them along.
    told("waiting until all is stored");
    await until(() => isStored(all), PATIENCE_MS);
    // Those that work on a schedule end; the last run and rating are asked for.
    for (const name of roleNames) {
      all.role(name).spawned.process.kill("SIGKILL");
      await all.role(name).spawned.ended();
    }
    await Promise.all([all.restart("api"), all.restart("ingest")]);
    const bound = systemClock.now();
    await run(all, { kind: "aggregate", to: formatInstant(bound) });
    await run(all, { kind: "rate", period });
    const faulty = await all.open("shared");
    const embedded = await all.open("embedded");
    try {
      const messages = events.map((value) => ({ value, raw: () => JSON.stringify(value) }));
      await embedded.ingest.accept(messages, "test");
      await embedded.rateCards.put("default", structuredClone(smallCard) as never, "test");
      await embedded.aggregate({ until: bound });
      await embedded.rate({ period });
      return {
        faulty: await billOf(faulty),
        embedded: await billOf(embedded),
        sent: events.length,
        faults: counts,
        in_run,
        retries: sender.retries,
        runs: await runsOf(faulty),
      };
    } finally {
      await faulty.close();
      await embedded.close();
    }
  } finally {
    await all.close();
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** For who watches: how far behind storing is, and how the latest runs stand, newest first. */
async function standingOf(all: Installation): Promise<string> {
  try {
    const lag = ((await all.role("api").readiness())?.log ?? []).map((one) => one.lag);
    const { data } = await all.role("api").call<{ data: { state: string }[] }>("GET", "/v1/runs");
    return `lag ${lag.join(" ")}, runs ${data.map(({ state }) => state.slice(0, 2)).join(" ")}`;
  } catch (error) {
    return String(error);
  }
}

/** The first run cuts days; from then on aggregation is due for each minute since midnight, and windows stay days until the month is over. */
async function begin(all: Installation, send: () => Promise<void>): Promise<void> {
  await all.role("api").call("PUT", "/v1/rate-cards/default", smallCard);
  await send();
  await until(() => isStored(all), PATIENCE_MS);
  await run(all, { kind: "aggregate" });
  await all.role("api").call("PUT", "/v1/settings/usage.stats.job.aggregation.range", { value: "1" });
}

/** Asks for a run until one of that kind has done its work. */
async function run(all: Installation, order: object): Promise<void> {
  await until(async () => {
    const told = await all.role("api").call<{ state: string }>("POST", "/v1/runs", { ...order, wait: 60 });
    return told.state === "published" || told.state === "unchanged";
  }, PATIENCE_MS);
}

async function isRunning(all: Installation): Promise<boolean> {
  const { data } = await all.role("api").call<{ data: { kind: string; state: string }[] }>("GET", "/v1/runs");
  return data.some(({ kind, state }) => kind === "aggregate" && state === "running");
}

async function isStored(all: Installation): Promise<boolean> {
  const log = (await all.role("api").readiness())?.log ?? [];
  return log.length > 0 && log.every(({ lag }) => lag === "0");
}

/** @throws Error with the last failure, where it does not come true in time */
async function until(isTrue: () => Promise<boolean>, patience_ms: number): Promise<void> {
  let last: unknown = null;
  for (const start = performance.now(); performance.now() - start < patience_ms;) {
    try {
      if (await isTrue()) return;
    } catch (error) {
      last = error;
    }
    await pass(200);
  }
  throw new Error(`not within ${patience_ms} ms: ${String(isTrue)}`, { cause: last });
}

async function billOf(system: System): Promise<Bill> {
  const rows = await system.store.read.query({
    query: "SELECT uniqExact(source, id) AS n FROM event",
    format: "JSONEachRow",
  });
  const [row] = await rows.json<{ n: string }>();
  return {
    records: canonicalLines(await readTruth(system)),
    statements: await system.statements.list({ period, limit: 1_000 }),
    events: Number(row?.n),
  };
}

async function runsOf({ store }: System): Promise<Record<string, number>> {
  const query = "SELECT concat(kind, ' ', state) AS what, count() AS n FROM current_run GROUP BY what ORDER BY what";
  const rows = await (await store.read.query({ query, format: "JSONEachRow" })).json<{ what: string; n: string }>();
  return Object.fromEntries(rows.map(({ what, n }) => [what, Number(n)]));
}
