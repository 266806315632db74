import type { Redis } from "ioredis";
import type {
  AggregateRequest,
  ArchiveOutcome,
  ArchiveRequest,
  CloseOutcome,
  CloseRequest,
  Erasure,
  ReadinessCheck,
  RestoreOutcome,
  InventoryRequest,
  SanityOutcome,
  Repetition,
  Live,
} from "../aggregate/index.ts";
import type { Access } from "./access/access.ts";
import type { Accounts } from "../core/accounts.ts";
import type { Catalogue } from "../core/catalogue.ts";
import type { Clock } from "../core/clock.ts";
import type { Engine } from "../core/engine/engine.ts";
import type { EventLog } from "../core/event-log.ts";
import type { InstantMs } from "../core/instant.ts";
import type { JobLeases } from "../core/job-lease.ts";
import type { JobQueues } from "../core/job-queues.ts";
import type { Log } from "../core/log.ts";
import type { ProcessLease } from "../core/process-lease.ts";
import type { Run, RunLedger } from "../core/runs.ts";
import type { Settings } from "../core/settings.ts";
import type { Store } from "../core/store.ts";
import type { UsageTypes } from "../core/usage-types.ts";
import type { Ingest, KafkaLog, Quarantine } from "../ingest/index.ts";
import type {
  BillingRecords,
  BillingHistory,
  Assignments,
  Explanations,
  Exports,
  RatingDifferences,
  previewPeriod,
  RateCards,
  RateOutcome,
  RateRequest,
} from "../rating/index.ts";
import type { Budgeting } from "./budgeting.ts";
import type { Documenting } from "./documenting.ts";
import type { Finalizing } from "./finalizing.ts";
import type { JobHealth } from "./job-health.ts";
import type { Money } from "./money.ts";
import type { Operations } from "./operations/operations.ts";
import type { Notifying } from "./notify/notifying.ts";

/** Everything one process needs, built once and handed to whoever asks: the stages know nothing of each other's making. */
export interface System
  extends
    Access,
    Omit<Budgeting, "rated" | "closeForecasts">,
    Omit<Money, "accrued">,
    Finalizing,
    Documenting,
    Notifying {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  /** Parts of tables that the engine could not read when it began: rows may be missing. */
  readonly broken_parts: number;
  readonly eventLog: EventLog;
  /** The event log where it is on Kafka; null = it is kept in the store. */
  readonly kafkaLog: KafkaLog | null;
  readonly quarantine: Quarantine;
  readonly ingest: Ingest;
  readonly runs: RunLedger;
  readonly jobHealth: JobHealth;
  /** Who does what is due of a job, where several processes may; null = this one does. */
  readonly jobLeases: JobLeases | null;
  /** The bells of scheduled jobs in Redis; null = there are none. */
  readonly jobQueues: JobQueues | null;
  /** The connection to Redis; null = there is none. */
  readonly redis: Redis | null;
  /** Whether Redis answers; null = there is none. */
  readonly askRedis: (() => Promise<boolean>) | null;
  /** What this process has of its store. */
  readonly parts: ProcessLease;
  readonly settings: Settings;
  readonly accounts: Accounts;
  readonly catalogue: Catalogue;
  readonly usageTypes: UsageTypes;
  readonly rateCards: RateCards;
  readonly assignments: Assignments;
  readonly billingRecords: BillingRecords;
  readonly explanations: Explanations;
  readonly exports: Exports;
  /** What goes on after its request was answered. */
  readonly operations: Operations;
  readonly ratingDifferences: RatingDifferences;
  readBillingHistory(billing_record_id: string): Promise<BillingHistory | null>;
  /** What is asked before a period closes. */
  readonly checks: readonly ReadinessCheck[];
  /** One run of aggregation. */
  aggregate(request: AggregateRequest): Promise<Run>;
  /** Makes a published run of aggregation again, and compares. */
  repeat(request: { run_id: string; asked_by?: string }): Promise<Repetition>;
  /** Usage up to now, published or not. */
  readonly live: Live;
  /** All sanity checks, now. */
  checkSanity(request?: { asked_by: string }): Promise<SanityOutcome>;
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
  /** What a period would come to at other prices, with the same defaults; publishes nothing. */
  previewRates(request: Omit<Parameters<typeof previewPeriod>[1], "defaults">): ReturnType<typeof previewPeriod>;
  /** Takes in what other processes on this store have changed of what is kept in memory here. */
  refresh(): Promise<void>;
  /** The orchestration engine of this installation's own cloud; made when first asked for, since it reads its past from the log. */
  engine(): Engine;
  close(): Promise<void>;
}
