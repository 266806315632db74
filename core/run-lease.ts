import { hostname } from "node:os";
import { AppError } from "./errors.ts";
import { formatInstant, type InstantMs } from "./instant.ts";
import type { Progress } from "./progress.ts";
import type { Run } from "./run.ts";

/** What the beginner of a run makes of one that stands as running: it waits, or takes over for the reason given. */
export type Standing = { readonly held: true } | { readonly held: false; readonly why: string };

/**
 * Whether a run that stands as running, and is not this process's own, holds up the next. Where this process alone has
 * the store (`sole`), whoever began it is gone, and waiting for its lease would only cost time after a crash. Else it
 * counts until its lease expires: at that very millisecond it has.
 */
export function standingOf(
  run: Pick<Run, "holder" | "lease_expires_ms">,
  { now, sole }: { now: InstantMs; sole: boolean },
): Standing {
  if (sole) return { held: false, why: "its process ended before it did" };
  if (now < run.lease_expires_ms) return { held: true };
  const holder = run.holder === "" ? "a process that left no name" : run.holder;
  return {
    held: false,
    why: `its lease expired at ${formatInstant(run.lease_expires_ms)} without a sign of life of ${holder}`,
  };
}

/** The refusal of a second run: which one is going on, since when, and how far it is. */
export function inProgress(run: Run): AppError {
  const progress = run.progress === null ? "" : `, ${progressText(run.progress)}`;
  return new AppError(
    "run-in-progress",
    `run ${run.id} (${run.kind}) is going on since ${formatInstant(run.began_ms)}${progress}`,
  );
}

/** `computing windows: 3 of 31 windows` */
function progressText({ what, done, total, unit }: Progress): string {
  return `${what}: ${done} of ${total} ${unit}`;
}

/** Why a run must stop: what it would still write counts for nothing. */
export function leaseLost(run: Run, why: string): AppError {
  return new AppError("lease-lost", `run ${run.id} (${run.kind}) may not go on: ${why}`);
}

/** Who holds the runs begun here, for people: host and process. */
export function holderName(): string {
  return `${hostname()}/${process.pid}`;
}

/** Signs of life per lease: some may be lost without the lease. */
const RENEWALS = 5;
const RENEW_MS_MAX = 15_000;

/** How often a lease of this length is renewed while nothing else is written of its run, in ms. */
export function renewEvery(lease_ms: number): number {
  return Math.max(1_000, Math.min(RENEW_MS_MAX, Math.floor(lease_ms / RENEWALS)));
}
