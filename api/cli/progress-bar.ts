import type { Run } from "../run-answer.ts";
import type { Output } from "./output.ts";

const CELLS = 24;
const WIDTH_MAX = 100;

/** Work that goes on: what it is, and how much of it is done; null = that is not known yet. */
export interface Work {
  readonly kind: string;
  readonly progress: Run["progress"];
}

/** A bar on standard error that is drawn over itself; where nobody watches, nothing is written. */
export interface ProgressBar {
  show(work: Work): void;
  /** Takes the bar away, so that what follows begins a line of its own. */
  clear(): void;
}

/** The bar of one command. */
export function createProgressBar({ err, is_live }: Output): ProgressBar {
  let drawn = false;
  return {
    show: (work) => {
      if (!is_live) return;
      drawn = true;
      err(`\r\u001b[2K${barText(work).slice(0, WIDTH_MAX)}`);
    },
    clear: () => {
      if (drawn) err("\r\u001b[2K");
      drawn = false;
    },
  };
}

/** `[######------------------]  3 of 12 windows, computing windows`: what is done, in whole cells, rounded down. */
export function barText({ kind, progress }: Work): string {
  if (progress === null) return `[${"-".repeat(CELLS)}]  ${kind} has begun`;
  const [done, total] = [Number(progress.done), Number(progress.total)];
  const full = total > 0 ? Math.min(CELLS, Math.floor((CELLS * done) / total)) : 0;
  return `[${"#".repeat(full)}${"-".repeat(CELLS - full)}]  ${done} of ${total} ${progress.unit}, ${progress.what}`;
}
