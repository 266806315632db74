import type { Run } from "../core/runs.ts";
import type { Settings } from "../core/settings.ts";
import type { InControl } from "../core/versions.ts";
import {
  bookDocuments,
  checkBalances,
  createCredits,
  createLedger,
  createPayments,
  createThresholds,
  type Credits,
  drawCredits,
  expireCredits,
  type FinalizeStep,
  type Ledger,
  type Payments,
  type RateOutcome,
  type RatingDeps,
  readMoneyMark,
  settle,
  tellLog,
  type TellBalance,
  type Thresholds,
} from "../rating/index.ts";
import { scheduled } from "./jobs.ts";
import type { System } from "./system.ts";

/** What is owed and paid: the ledger, credits, payments and prepaid balances. */
export interface Money {
  readonly ledger: Ledger;
  readonly credits: Credits;
  readonly payments: Payments;
  readonly thresholds: Thresholds;
  /** What a run of kind finalize does before it is published, after it has written its documents, lines and taxes; and once it is. */
  readonly finalizing: { readonly steps: readonly FinalizeStep[]; readonly issued: FinalizeStep };
  /** Books out what is left of credits that are over; null = there was nothing to do. @throws AppError run-in-progress */
  expireCredits(): Promise<Run | null>;
  /** Puts money where it belongs, and looks how prepaid balances stand; "" = of all payers. */
  settleMoney(payer_account_id?: string): Promise<void>;
  /** The same when a run has published a rating; a failure is in the log, and caught up with. */
  accrued(outcome: RateOutcome): Promise<RateOutcome>;
  /** The same, and credits that are over; now and then, whoever has died since. */
  catchUpMoney(): Promise<void>;
}

interface Deps extends Pick<System, "accounts" | "clock"> {
  readonly rating: RatingDeps;
  readonly settings: Pick<Settings, "get">;
  readonly inControl: InControl;
  /** Hears of prepaid balances that have become low or empty; the log where left out. */
  readonly tell?: TellBalance;
}

/** Where nothing happened, credits expire all the same. */
const LOOK_MS = 3_600_000;

/** Money on what rating stands on. */
export function createMoney({ accounts, clock, rating, settings, inControl, tell = tellLog(rating.log) }: Deps): Money {
  const { store, ledger, log } = rating;
  const deps = { store, clock, accounts, inControl };
  const watched = { store, clock, inControl, tell, defaultLow: () => settings.get("billing.prepaid.low") };
  const settleMoney = async (payer_account_id = ""): Promise<void> => {
    await settle({ store, clock, inControl }, payer_account_id);
    await checkBalances(watched, payer_account_id);
  };
  const expire = (): Promise<Run | null> =>
    expireCredits({
      store,
      clock,
      ledger,
      graceDays: async () => Number(await settings.get("billing.credit.grace")),
      defaultZone: () => settings.get("usage.aggregation.timezone"),
      asked_by: scheduled("expire-credits"),
    });
  let looked = { mark: "", at_ms: 0 };
  return {
    ledger: createLedger({ store, clock }),
    credits: createCredits(deps),
    payments: createPayments(deps),
    thresholds: createThresholds(deps),
    finalizing: {
      steps: [drawCredits({ store, ledger }), bookDocuments({ store, clock, ledger })],
      issued: () => settleMoney(),
    },
    expireCredits: expire,
    settleMoney,
    accrued: async (outcome) => {
      const { state, period } = outcome.run;
      if (state === "published")
        await settleMoney().catch((err: unknown) => log.warn({ err, period }, "balances were not looked at yet"));
      return outcome;
    },
    catchUpMoney: async () => {
      const mark = await readMoneyMark(store);
      const now = clock.now();
      if (mark === looked.mark && now - looked.at_ms < LOOK_MS) return;
      await settleMoney();
      // what was bought and ended goes on account, and from there to what is open
      if ((await expire()) !== null) await settleMoney();
      looked = { mark, at_ms: now };
    },
  };
}
