import type { Clock } from "./clock.ts";
import { AppError } from "./errors.ts";

/** How long a run that goes on is waited for, and how often it is asked whether it has ended; ms. */
export interface Patience {
  readonly wait_ms_max: number;
  readonly step_ms: number;
}

/**
 * Does what only one run at a time may: while another is in the way it tries again, until patience ends or the signal aborts.
 * @throws AppError run-in-progress after that, and whatever `begin` throws for another reason, at once
 */
export async function whenFree<T>(
  clock: Pick<Clock, "sleep">,
  begin: () => Promise<T>,
  { wait_ms_max, step_ms, signal }: Patience & { readonly signal?: AbortSignal },
): Promise<T> {
  for (let waited = 0; ; waited += step_ms) {
    signal?.throwIfAborted();
    try {
      return await begin();
    } catch (error) {
      const isBusy = error instanceof AppError && error.key === "run-in-progress";
      if (!isBusy || waited >= wait_ms_max) throw error;
      await clock.sleep(step_ms, signal);
    }
  }
}
