import {
  aggregate,
  type AggregateDeps,
  type AggregateRequest,
  archiveEvents,
  type ArchiveOutcome,
  type ArchiveRequest,
  type CloseOutcome,
  closePeriod,
  type CloseRequest,
  coverNewAccounts,
  eraseNames,
  type Erasure,
  lastSanityCheck,
  type ReadinessCheck,
  restoreArchive,
  type RestoreOutcome,
  runSanityChecks,
  type InventoryRequest,
  type SanityOutcome,
  takeInventory,
  usageChecks,
  watchHorizon,
  createLive,
  repeatRun,
  type Repetition,
  type Live,
} from "../aggregate/index.ts";
import { type Accounts, createAccounts } from "../core/accounts.ts";
import { type Catalogue, createCatalogue } from "../core/catalogue.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { createEngine, type Engine } from "../core/engine/engine.ts";
import type { EventLog } from "../core/event-log.ts";
import type { InstantMs } from "../core/instant.ts";
import type { Log } from "../core/log.ts";
import { migrate } from "../core/migrate.ts";
import { createRunLedger, type Run, type RunLedger } from "../core/runs.ts";
import { createSettings, type SettingName, type Settings } from "../core/settings.ts";
import { openStore, type Store, type StoreConfig } from "../core/store.ts";
import { createUsageTypes, type UsageTypes } from "../core/usage-types.ts";
import { createIngest, createQuarantine, type Ingest, openEmbeddedLog, type Quarantine } from "../ingest/index.ts";
import {
  type BillingRecords,
  createBillingRecords,
  createRateCards,
  createStatements,
  type RateCards,
  type RateOutcome,
  ratePeriod,
  type RateRequest,
  type RatingDefaults,
  type Statements,
} from "../rating/index.ts";
import { createJobHealth, type JobHealth } from "./job-health.ts";
import { createKeys, type Keys } from "./keys.ts";
import { createUnratedCheck } from "./unrated-check.ts";

/** Everything one process needs, built once and handed to whoever asks: the stages know nothing of each other's making. */
export interface System {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly eventLog: EventLog;
  readonly quarantine: Quarantine;
  readonly ingest: Ingest;
  readonly runs: RunLedger;
  readonly jobHealth: JobHealth;
  readonly settings: Settings;
  readonly accounts: Accounts;
  readonly catalogue: Catalogue;
  readonly usageTypes: UsageTypes;
  readonly rateCards: RateCards;
  readonly billingRecords: BillingRecords;
  readonly statements: Statements;
  readonly keys: Keys;
  /** What is asked before a period closes. */
  readonly checks: readonly ReadinessCheck[];
  /** One run of aggregation. */
  aggregate(request: AggregateRequest): Promise<Run>;
  /** Makes a published run of aggregation again, and compares. */
  repeat(request: { run_id: string }): Promise<Repetition>;
  /** Usage up to now, published or not. */
  readonly live: Live;
  /** All sanity checks, now. */
  checkSanity(): Promise<SanityOutcome>;
  /** Sets a list of what exists against what is metered; gives the id of its report. */
  takeInventory(request: InventoryRequest, by: string): Promise<string>;
  /** When they were last done; null = never. */
  lastSanityCheck(): Promise<InstantMs | null>;
  /** Closes a billing period, if nothing speaks against it. */
  closePeriod(request: CloseRequest): Promise<CloseOutcome>;
  /** Moves raw events before a month to archive files. */
  archive(request: ArchiveRequest): Promise<ArchiveOutcome>;
  /** Brings an archived month of raw events back. */
  restoreArchive(request: { month: string; by: string }): Promise<RestoreOutcome>;
  /** Erases an account's names. */
  eraseNames(request: { account_id: string; by: string }): Promise<Erasure>;
  /** One run of rating, with the defaults that the settings name. */
  rate(request: Omit<RateRequest, "defaults">): Promise<RateOutcome>;
  /** The orchestration engine of this installation's own cloud; made when first asked for, since it reads its past from the log. */
  engine(): Engine;
  close(): Promise<void>;
}

/** Where the store of a configuration is. */
export function storeConfig({ clickhouse_url, data_dir }: Config): StoreConfig {
  return { url: clickhouse_url, data_dir };
}

/** Opens the store, brings its schema up, and builds the stages on it. */
export async function openSystem(config: StoreConfig, { clock, log }: { clock: Clock; log: Log }): Promise<System> {
  const store = openStore(config);
  await migrate(store.run);
  return buildSystem(store, { clock, log });
}

/** Builds the stages on a store whose schema is up. */
export async function buildSystem(store: Store, { clock, log }: { clock: Clock; log: Log }): Promise<System> {
  const usageTypes = await createUsageTypes({ store, clock });
  const eventLog = await openEmbeddedLog({ store, clock });
  const quarantine = createQuarantine({ store, clock });
  const settings = createSettings({ store, clock });
  const lease_ms = async (): Promise<number> => Number(await settings.get("usage.job.lease")) * 1000;
  const runs = createRunLedger({ store, clock, lease_ms });
  const horizon_ms = Number(await settings.get("ingest.retention.horizon")) * 86_400_000;
  const accounts = createAccounts({ store, clock });
  const catalogue = createCatalogue({ store, clock });
  const rateCards = createRateCards({ store, clock, usageTypes });
  const horizon = await watchHorizon({ store });
  const archived_before = (): InstantMs | null => horizon.before();
  const ingest = createIngest({ log: eventLog, quarantine, clock, usageTypes, horizon_ms, archived_before });
  const aggregation: AggregateDeps = {
    store,
    ingest,
    eventLog,
    quarantine,
    runs,
    settings,
    clock,
    usageTypes,
    log: log.child({ stage: "aggregate" }),
  };
  const rating = { store, ledger: runs, rateCards, usageTypes, log: log.child({ stage: "rating" }) };
  const checks = [...usageChecks({ store, runs }), createUnratedCheck({ store, runs })];
  const runAggregation = async (request: AggregateRequest): Promise<Run> => {
    await coverNewAccounts({ store }, { default_zone: await settings.get("usage.aggregation.timezone") });
    return aggregate(aggregation, request);
  };
  const retention = { ...aggregation, horizon, aggregate: runAggregation };
  let engine: Engine | null = null;
  return {
    clock,
    log,
    store,
    eventLog,
    quarantine,
    ingest,
    runs,
    jobHealth: createJobHealth({ store, settings, clock }),
    settings,
    accounts,
    catalogue,
    usageTypes,
    rateCards,
    billingRecords: createBillingRecords({ store }),
    statements: createStatements({ store }),
    keys: createKeys({ store, clock }),
    checks,
    aggregate: runAggregation,
    repeat: (request) => repeatRun(aggregation, request),
    live: createLive({ aggregate: (request) => aggregate(aggregation, request), runs, clock }),
    checkSanity: () => runSanityChecks(aggregation),
    takeInventory: (request, by) => takeInventory(aggregation, request, by),
    lastSanityCheck: () => lastSanityCheck({ store }),
    closePeriod: (request) => closePeriod({ store, runs, settings, clock, checks, aggregate: runAggregation }, request),
    archive: (request) => archiveEvents(retention, request),
    restoreArchive: (request) => restoreArchive(retention, request),
    eraseNames: (request) => eraseNames(retention, request),
    rate: async (request) => ratePeriod(rating, { ...request, defaults: ratingDefaults(await settings.all()) }),
    engine: () => (engine ??= createEngine({ log: eventLog, clock, accounts, catalogue })),
    close: () => store.close(),
  };
}

function ratingDefaults(settings: Readonly<Record<SettingName, string>>): RatingDefaults {
  return {
    currency: settings["billing.currency"],
    time_zone: settings["usage.aggregation.timezone"],
    rate_card_id: settings["rating.default.rate.card"],
  };
}
