import {
  aggregate,
  type AggregateDeps,
  type AggregateRequest,
  archiveEvents,
  clearDryRun,
  closePeriod,
  coverNewAccounts,
  eraseNames,
  lastSanityCheck,
  restoreArchive,
  runSanityChecks,
  takeInventory,
  usageChecks,
  watchHorizon,
  createLive,
  repeatRun,
} from "../aggregate/index.ts";
import { createAccess } from "./access/access.ts";
import { createAccounts } from "../core/accounts.ts";
import { tellBrokenParts } from "../core/broken-parts.ts";
import { createCatalogue } from "../core/catalogue.ts";
import type { Clock } from "../core/clock.ts";
import { type Config, type Role, roles as allRoles } from "../core/config.ts";
import { createEngine, type Engine } from "../core/engine/engine.ts";
import { readEngineHorizon } from "../core/engine/horizon.ts";
import type { EventLog } from "../core/event-log.ts";
import { createControlLock } from "../core/control-lock.ts";
import type { InstantMs } from "../core/instant.ts";
import { createJobLeases } from "../core/job-lease.ts";
import { openJobQueues } from "../core/job-queues.ts";
import type { Log } from "../core/log.ts";
import { migrate } from "../core/migrate.ts";
import { requireFree, type StorePart, storeParts, takeParts } from "../core/process-lease.ts";
import { connectRedis, redisAnswers } from "../core/redis.ts";
import { createRunLedger, type Run } from "../core/runs.ts";
import { createSettings } from "../core/settings.ts";
import { type SettingName } from "../core/setting-list.ts";
import { openStore, type Store, type StoreConfig } from "../core/store.ts";
import { createUsageTypes } from "../core/usage-types.ts";
import { createSoleControl } from "../core/versions.ts";
import {
  createIngest,
  createPastEvents,
  createQuarantine,
  followEmbeddedLog,
  openEmbeddedLog,
  openKafkaLog,
} from "../ingest/index.ts";
import {
  createBillingHistory,
  createBillingRecords,
  createAssignments,
  createExplanations,
  createRateCards,
  createRatingDifferences,
  previewPeriod,
  ratePeriod,
  type RatingDefaults,
} from "../rating/index.ts";
import { createBudgeting } from "./budgeting.ts";
import { createDocumenting } from "./documenting.ts";
import { createExporting } from "./exporting.ts";
import { createFinalizing } from "./finalizing.ts";
import { createJobHealth } from "./job-health.ts";
import { createMoney } from "./money.ts";
import { openOperations } from "./operations/operations.ts";
import { createNotifying } from "./notify/notifying.ts";
import type { System } from "./system.ts";
import { createUnratedCheck } from "./unrated-check.ts";

/** Where the store of a configuration is. */
export function storeConfig({ clickhouse_url, data_dir }: Config): StoreConfig {
  return { url: clickhouse_url, data_dir };
}

/** How a process of this configuration shares its store: a data directory is its own by the lock there, a server others may have too. */
export function sharing(
  config: Config,
): Required<Pick<SystemDeps, "redis_url" | "smtp_url" | "secret" | "kafka" | "parts" | "roles">> {
  const { redis_url, smtp_url, secret, kafka_brokers: brokers, kafka_topic: topic, roles } = config;
  const parts = config.clickhouse_url === null ? [] : storeParts(config);
  return { redis_url, smtp_url, secret, kafka: brokers.length === 0 ? null : { brokers, topic }, parts, roles };
}

/** What a system stands on beside its store. */
export interface SystemDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Where several processes take turns at control data and scheduled jobs; null = there is this one alone. */
  readonly redis_url?: string | null;
  /** The server that takes mail; null = none is sent. */
  readonly smtp_url?: string | null;
  /** What secret keys are derived from; null = a file in the data directory. */
  readonly secret?: string | null;
  /** Where the event log is; null = in the store. */
  readonly kafka?: { readonly brokers: readonly string[]; readonly topic: string } | null;
  /** What it has of a store that others may have too; nothing where the data directory's lock sees to it. */
  readonly parts?: readonly StorePart[];
  /** What the process is for; all where left out. */
  readonly roles?: readonly Role[];
}

/** Opens the store, brings its schema up, and builds the stages on it. @throws AppError role-in-use */
export async function openSystem(config: StoreConfig, deps: SystemDeps): Promise<System> {
  const store = openStore(config);
  try {
    await requireFree(deps.parts ?? [], { store, clock: deps.clock });
    await migrate(store.run);
    return await buildSystem(store, deps);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Builds the stages on a store whose schema is up. @throws AppError role-in-use */
export async function buildSystem(store: Store, deps: SystemDeps): Promise<System> {
  const { clock, log, redis_url = null, smtp_url = null, secret = null, kafka = null, roles = allRoles } = deps;
  const { parts: wanted = [] } = deps;
  const broken_parts = await tellBrokenParts(store, log);
  const parts = await takeParts(wanted, { store, clock });
  const redis = redis_url === null ? null : connectRedis(redis_url, { log });
  const inControl = redis === null ? createSoleControl(store, parts.guard) : createControlLock({ store, clock, redis });
  const usageTypes = await createUsageTypes({ store, clock, inControl });
  const kafkaLog = kafka === null ? null : await openKafkaLog({ ...kafka, store, clock, log });
  const appends = roles.some((role) => role === "core" || role === "ingest" || role === "api");
  const openOwnLog = (): Promise<EventLog> =>
    appends ? openEmbeddedLog({ store, clock, guard: parts.guard }) : followEmbeddedLog({ store });
  const eventLog = kafkaLog ?? (await openOwnLog());
  const quarantine = createQuarantine({ store, clock });
  const settings = createSettings({ store, clock, inControl });
  const lease_ms = async (): Promise<number> => Number(await settings.get("usage.job.lease")) * 1000;
  const runs = createRunLedger({ store, clock, lease_ms, ...(redis === null ? {} : { inControl }) });
  const horizon_ms = Number(await settings.get("ingest.retention.horizon")) * 86_400_000;
  const accounts = createAccounts({ store, clock, inControl });
  const catalogue = createCatalogue({ store, clock, inControl });
  const rateCards = createRateCards({ store, clock, usageTypes, inControl });
  const assignments = createAssignments({ store, clock, rateCards, inControl });
  const horizon = await watchHorizon({ store });
  const archived_before = (): InstantMs | null => horizon.before();
  const past = createPastEvents({ store });
  const ingest = createIngest({ log: eventLog, quarantine, clock, usageTypes, horizon_ms, archived_before, past });
  const aggregation: AggregateDeps = {
    store,
    ingest,
    // A run counts what is readable in the store, not what the topic holds.
    eventLog: kafkaLog === null ? eventLog : { ...kafkaLog, bound: kafkaLog.stored },
    quarantine,
    runs,
    settings,
    clock,
    usageTypes,
    log: log.child({ stage: "aggregate" }),
  };
  const rating = { store, ledger: runs, rateCards, usageTypes, log: log.child({ stage: "rating" }) };
  const checks = [...usageChecks({ store, runs, usageTypes }), createUnratedCheck({ store, runs })];
  const refresh = async (): Promise<void> => {
    await Promise.all([usageTypes.refresh(), horizon.refresh()]);
  };
  const runAggregation = async (request: AggregateRequest): Promise<Run> => {
    if (redis !== null) await refresh();
    await coverNewAccounts({ store }, { default_zone: () => settings.get("usage.aggregation.timezone") });
    return aggregate(aggregation, request);
  };
  const retention = { ...aggregation, horizon, aggregate: runAggregation };
  const defaults = async (): Promise<RatingDefaults> => ratingDefaults(await settings.all());
  const { rated, closeForecasts, ...budgeting } = createBudgeting({
    accounts,
    clock,
    log,
    rating,
    inControl,
    defaults,
    project: async (request) => {
      if (redis !== null) await refresh();
      return aggregate(aggregation, request);
    },
    clear: (run) => clearDryRun(aggregation, run),
  });
  const { accrued, ...money } = createMoney({ accounts, clock, rating, settings, inControl });
  const jobQueues = redis_url === null ? null : openJobQueues({ redis_url, log });
  const billingRecords = createBillingRecords({ store });
  const finalizing = createFinalizing({ store, clock, log, runs, settings, accounts, inControl, ...money.finalizing });
  const documenting = createDocumenting({ ...finalizing, accounts, usageTypes, settings });
  const notifying = createNotifying({ ...finalizing, store, clock, log, settings, inControl, smtp_url });
  let engine: Engine | null = null;
  return {
    clock,
    log,
    store,
    broken_parts,
    eventLog,
    kafkaLog,
    quarantine,
    ingest,
    runs,
    jobHealth: createJobHealth({ store, settings, clock, split: redis !== null }),
    jobLeases: redis === null ? null : createJobLeases({ store, clock, inControl, lease_ms }),
    jobQueues,
    redis,
    askRedis: redis === null ? null : () => redisAnswers(redis),
    parts,
    refresh,
    settings,
    accounts,
    catalogue,
    usageTypes,
    rateCards,
    assignments,
    ...budgeting,
    ...money,
    billingRecords,
    ...finalizing,
    ...documenting,
    ...notifying,
    explanations: createExplanations({ store, usageTypes }),
    operations: await openOperations({ store, clock, log, runs }),
    exports: await createExporting({ store, usageTypes, settings, clock, log: rating.log }),
    ratingDifferences: createRatingDifferences({ store }),
    readBillingHistory: createBillingHistory({ store, billingRecords }),
    ...createAccess({ store, clock, settings, accounts, catalogue, inControl, redis, secret }),
    checks,
    aggregate: runAggregation,
    repeat: (request) => repeatRun(aggregation, request),
    live: createLive({ aggregate: (request) => aggregate(aggregation, request), runs, clock }),
    checkSanity: (request) => runSanityChecks(aggregation, request),
    takeInventory: (request, by) => takeInventory(aggregation, request, by),
    lastSanityCheck: () => lastSanityCheck({ store }),
    closePeriod: (request) => closePeriod({ store, runs, settings, clock, checks, aggregate: runAggregation }, request),
    archive: (request) => archiveEvents(retention, request),
    restoreArchive: (request) => restoreArchive(retention, request),
    eraseNames: (request) => eraseNames(retention, request),
    previewRates: async (request) => previewPeriod(rating, { ...request, defaults: await defaults() }),
    rate: async (request) => accrued(await rated(await ratePeriod(rating, { ...request, defaults: await defaults() }))),
    engine: () =>
      (engine ??= createEngine({
        log: eventLog,
        clock,
        accounts,
        catalogue,
        horizon: (source) => readEngineHorizon({ store }, source),
      })),
    close: async () => {
      // First what this process still writes, then what others wait for: the services may be away, and then their clients take their time.
      await closeForecasts();
      await parts.release();
      await documenting.closeDocuments();
      notifying.closeNotifying();
      await jobQueues?.close();
      redis?.disconnect();
      await kafkaLog?.close();
      await store.close();
    },
  };
}

function ratingDefaults(settings: Readonly<Record<SettingName, string>>): RatingDefaults {
  return {
    currency: settings["billing.currency"],
    time_zone: settings["usage.aggregation.timezone"],
    rate_card_id: settings["rating.default.rate.card"],
  };
}
