import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { RunLedger } from "../core/runs.ts";
import type { Settings } from "../core/settings.ts";
import type { Store } from "../core/store.ts";
import type { InControl } from "../core/versions.ts";
import type { Accounts } from "../core/accounts.ts";
import {
  createProfiles,
  createStatements,
  type FinalizeOutcome,
  finalizePeriod,
  type FinalizeRequest,
  type FinalizeStep,
  type Profiles,
  readReadiness,
  reissueStatement,
  type Reversed,
  type StatementReadiness,
  type Statements,
  voidStatement,
  writeOffStatement,
} from "../rating/index.ts";

/** Statements, and what makes them final. */
export interface Finalizing {
  readonly profiles: Profiles;
  readonly statements: Statements;
  /** What speaks against making statements final, by payer. */
  statementReadiness(asked: Parameters<typeof readReadiness>[1]): Promise<StatementReadiness[]>;
  /** Makes statements final. */
  finalize(request: FinalizeRequest): Promise<FinalizeOutcome>;
  /** Takes a final statement back by a credit note. */
  voidStatement(request: Parameters<typeof voidStatement>[1]): Promise<Reversed>;
  /** Issues a void statement again. */
  reissueStatement(request: Parameters<typeof reissueStatement>[1]): Promise<Reversed>;
  /** Gives up what a void statement billed. */
  writeOffStatement(request: Parameters<typeof writeOffStatement>[1]): Promise<Reversed>;
}

interface Deps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly runs: RunLedger;
  readonly settings: Settings;
  readonly accounts: Accounts;
  readonly inControl: InControl;
  /** What else is written under a finalizing run before it is published, in their order. */
  readonly steps?: readonly FinalizeStep[];
  /** Who hears of documents that were issued. */
  readonly issued?: FinalizeStep;
}

/** Statements on the store, made final by runs of their own. */
export function createFinalizing({
  store,
  clock,
  log,
  runs,
  settings,
  accounts,
  inControl,
  steps = [],
  issued,
}: Deps): Finalizing {
  const profiles = createProfiles({ store, clock, accounts, inControl });
  const deps = {
    store,
    clock,
    profiles,
    ledger: runs,
    log: log.child({ stage: "rating" }),
    timeZone: () => settings.get("usage.aggregation.timezone"),
    steps,
    ...(issued === undefined ? {} : { issued }),
  };
  return {
    profiles,
    statements: createStatements({ store, profiles }),
    statementReadiness: (asked) => readReadiness(deps, asked),
    finalize: (request) => finalizePeriod(deps, request),
    voidStatement: (request) => voidStatement(deps, request),
    reissueStatement: (request) => reissueStatement(deps, request),
    writeOffStatement: (request) => writeOffStatement(deps, request),
  };
}
