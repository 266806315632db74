import { aggregate, type AggregateDeps, type AggregateRequest } from "../aggregate/index.ts";
import { type Accounts, createAccounts } from "../core/accounts.ts";
import { type Catalogue, createCatalogue } from "../core/catalogue.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { createEngine, type Engine } from "../core/engine/engine.ts";
import type { EventLog } from "../core/event-log.ts";
import type { Log } from "../core/log.ts";
import { migrate } from "../core/migrate.ts";
import { createRunLedger, type Run, type RunLedger } from "../core/runs.ts";
import { createSettings, type SettingName, type Settings } from "../core/settings.ts";
import { openStore, type Store, type StoreConfig } from "../core/store.ts";
import { storeUsageTypes } from "../core/usage-types.ts";
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
import { createKeys, type Keys } from "./keys.ts";

/** Everything one process needs, built once and handed to whoever asks: the stages know nothing of each other's making. */
export interface System {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly eventLog: EventLog;
  readonly quarantine: Quarantine;
  readonly ingest: Ingest;
  readonly runs: RunLedger;
  readonly settings: Settings;
  readonly accounts: Accounts;
  readonly catalogue: Catalogue;
  readonly rateCards: RateCards;
  readonly billingRecords: BillingRecords;
  readonly statements: Statements;
  readonly keys: Keys;
  /** One run of aggregation. */
  aggregate(request: AggregateRequest): Promise<Run>;
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
  await storeUsageTypes(store.run);
  return buildSystem(store, { clock, log });
}

/** Builds the stages on a store whose schema is up. */
export async function buildSystem(store: Store, { clock, log }: { clock: Clock; log: Log }): Promise<System> {
  const eventLog = await openEmbeddedLog({ store, clock });
  const quarantine = createQuarantine({ store, clock });
  const runs = createRunLedger({ store, clock });
  const settings = createSettings({ store, clock });
  const horizon_ms = Number(await settings.get("ingest.retention.horizon")) * 86_400_000;
  const accounts = createAccounts({ store, clock });
  const catalogue = createCatalogue({ store, clock });
  const rateCards = createRateCards({ store, clock });
  const ingest = createIngest({ log: eventLog, quarantine, clock, horizon_ms });
  const aggregation: AggregateDeps = {
    store,
    ingest,
    eventLog,
    quarantine,
    runs,
    settings,
    clock,
    log: log.child({ stage: "aggregate" }),
  };
  const rating = { store, ledger: runs, rateCards, log: log.child({ stage: "rating" }) };
  let engine: Engine | null = null;
  return {
    clock,
    log,
    store,
    eventLog,
    quarantine,
    ingest,
    runs,
    settings,
    accounts,
    catalogue,
    rateCards,
    billingRecords: createBillingRecords({ store }),
    statements: createStatements({ store }),
    keys: createKeys({ store, clock }),
    aggregate: (request) => aggregate(aggregation, request),
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
