import { once } from "node:events";
import Type, { type Static } from "typebox";
import type { Clock } from "./clock.ts";

/** How far work has come in what it does now: `done` of `total` units, such as 3 of 31 windows. */
export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}

/** The same as it is shown. */
export const ToldProgress = Type.Object(
  { what: Type.String(), done: Type.String(), total: Type.String(), unit: Type.String() },
  { additionalProperties: false },
);
export type ToldProgress = Static<typeof ToldProgress>;

export function tellProgress({ what, done, total, unit }: Progress): ToldProgress {
  return { what, done: `${done}`, total: `${total}`, unit };
}

/** While the work does the same it is written no oftener: each time is a row. */
export const PROGRESS_MS_MIN = 2_000;

/** What work says of itself as it goes on; `look` is asked for how far it is whenever that is to be written. */
export type Tell = (look: () => Progress | Promise<Progress>) => void;

/**
 * Does work of which single statements take minutes, and meanwhile writes every two seconds how far it has come, where that is
 * something else than before. What takes a moment only is never told. The work goes on whatever becomes of the looking and the writing.
 */
export async function whileTelling<T>(
  { clock, write }: { readonly clock: Clock; readonly write: (progress: Progress) => Promise<void> },
  work: (tell: Tell) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  let look: Parameters<Tell>[0] | null = null;
  let written = "";
  const over = once(ended.signal, "abort").then(() => undefined);
  const tellNow = async (): Promise<void> => {
    // Nobody waits for a look at what has ended.
    const progress = await Promise.race([look?.(), over]);
    const seen = JSON.stringify(progress ?? null);
    if (progress === undefined || seen === written || ended.signal.aborted) return;
    written = seen;
    await write(progress);
  };
  const telling = (async () => {
    while (!ended.signal.aborted) {
      await clock.sleep(PROGRESS_MS_MIN, ended.signal).catch(() => undefined);
      if (!ended.signal.aborted) await tellNow().catch(() => undefined);
    }
  })();
  try {
    return await work((next) => (look = next));
  } finally {
    ended.abort();
    await telling;
  }
}
