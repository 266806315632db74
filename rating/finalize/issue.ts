import { localDay } from "../../core/calendar.ts";
import type { Clock } from "../../core/clock.ts";
import { minorUnit } from "../../core/currencies.ts";
import { dec, formatFixed } from "../../core/decimal.ts";
import { AppError, assert } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Run, RunLedger } from "../../core/runs.ts";
import type { Store } from "../../core/store.ts";
import { bare } from "../profiles/book.ts";
import type { Profiles } from "../profiles/profiles.ts";
import { formatRates, layRates } from "../taxes/lay-rates.ts";
import { checkDocuments, clearScratch, drops, selectMade, selectStale, writeDocuments } from "./finalize-sql.ts";
import { type LaidIssuers, layIssuers } from "./lay-issuers.ts";

/**
 * What else is written under a run before it is published: credits drawn, entries of the ledger. What it throws fails the run, and nothing of
 * it counts; what it writes counts with the run (published_run).
 */
export type FinalizeStep = (rows: { readonly run_seq: string; readonly period: string }) => Promise<void>;

/** What issuing documents stands on. */
export interface IssueDeps {
  readonly store: Store;
  readonly ledger: RunLedger;
  readonly clock: Clock;
  readonly log: Log;
  readonly profiles: Profiles;
  /** In whose days documents are issued. */
  timeZone(): Promise<string>;
  /** In their order. */
  readonly steps?: readonly FinalizeStep[];
  /** Hears of a run that was published; a failure is in the log and changes nothing. */
  readonly issued?: FinalizeStep;
}

/** Why, and by whom. */
export interface Asked {
  readonly period: string;
  readonly asked_by: string;
  readonly reason: string;
}

/** What documents are made by: rates, issuers and the day, read once for all of a run. */
export interface Basis extends LaidIssuers {
  readonly tax_rates: string;
  readonly issued_on: string;
}

/** A document that a run made. */
export interface MadeDocument {
  readonly id: string;
  readonly number: string;
  readonly kind: string;
  readonly payer_account_id: string;
  readonly currency: string;
  readonly total: string;
}

/** What a run made: how many, and the first of them. */
export interface Issued {
  readonly run: Run;
  readonly documents: number;
  readonly made: readonly MadeDocument[];
}

const TOLD_MAX = 500;

/** Reads what documents are made by now. */
export async function readBasis({ profiles, clock, timeZone }: IssueDeps): Promise<Basis> {
  const issued_on = localDay(await timeZone(), clock.now());
  const rates = layRates((await profiles.taxRates.list()).map(bare));
  return {
    ...layIssuers(await profiles.issuers.list(), issued_on.slice(0, 4)),
    tax_rates: formatRates(rates),
    issued_on,
  };
}

/**
 * One finalizing run: `write` lays out what is made, with its lines and taxes; then come numbers and sums, the check, the steps of others, and
 * publishing, by which all of it counts at once (P7). Killed anywhere it leaves rows that nobody reads, and the next run takes the same numbers.
 * Nothing to make: state unchanged. @throws AppError run-in-progress, lease-lost, conflict (a number that its issuer gave before, an issuer that was put meanwhile), what `write` and the steps throw
 */
export async function issueDocuments(
  deps: IssueDeps,
  asked: Asked,
  write: (on: { run_seq: string; basis: Basis; guard: () => void }) => Promise<void>,
): Promise<Issued> {
  const { store, ledger, log, steps = [] } = deps;
  const { period, asked_by, reason } = asked;
  return ledger.hold({ kind: "finalize", period, asked_by, reason }, async (run) => {
    const rows = { run_seq: run.seq.toString(), period };
    const guard = (): void => ledger.guard(run);
    const total = 2 + steps.length;
    const tell = (done: number): Promise<void> =>
      ledger.beat(run, { what: "issuing documents", done, total, unit: "steps" });
    await tell(0);
    await dropStale(store);
    await clearScratch(store.run, {});
    const basis = await readBasis(deps);
    await write({ run_seq: rows.run_seq, basis, guard });
    await tell(1);
    const { issued_on, issuers } = basis;
    await writeDocuments(store.run, { ...rows, issued_on, issuers, asked_by, reason });
    const [found] = await checkDocuments(store.run, rows);
    if (found !== undefined && found.taken_numbers !== "0")
      throw new AppError("conflict", "a number would be given twice; put the issuer with another pattern of numbers", {
        field: "series",
      });
    if (found !== undefined && found.lost_issuers !== "0")
      throw new AppError("conflict", "an issuer was put meanwhile, which documents of this run name; try again", {
        field: "issuer_id",
      });
    const wrong = Object.entries(found ?? { check: "no answer" }).filter(([, count]) => count !== "0");
    assert(
      wrong.length === 0,
      `documents do not add up: ${wrong.map(([what, count]) => `${what} ${count}`).join(", ")}`,
    );
    const made = await selectMade(store.run, { ...rows, limit: TOLD_MAX });
    const documents = Number(made[0]?.documents ?? "0");
    if (documents === 0) return { run: await ledger.step(run, { state: "unchanged" }), documents, made: [] };
    for (const [done, step] of steps.entries()) {
      await tell(2 + done);
      await step(rows);
    }
    const published = await ledger.step(run, { state: "published", counts: { documents: `${documents}` } });
    log.info({ run_id: run.id, period, documents }, "documents issued");
    await deps
      .issued?.(rows)
      .catch((err: unknown) => log.warn({ run_id: run.id, err }, "nobody was told of documents issued"));
    return { run: published, documents, made: made.map(toMade) };
  });
}

function toMade({ documents: _documents, ...row }: Awaited<ReturnType<typeof selectMade>>[number]): MadeDocument {
  return { ...row, total: formatFixed(dec(row.total), minorUnit(row.currency)) };
}

async function dropStale(store: Store): Promise<void> {
  for (const stale of await selectStale(store.run, {})) for (const drop of drops) await drop(store.run, stale);
}
