import type { Clock } from "../../core/clock.ts";

/** Ctrl-C reaches a process from the terminal and again from the npm and tsx around it: so close together they are one. */
const SAME_MS = 500;

/**
 * Listens for SIGTERM and SIGINT from now on; answers a wait for the first of them that lets `stop` finish. A later one
 * ends the process at once. To be called before anybody is told that the process runs.
 */
export function stopOnSignal(stop: () => Promise<void>, clock: Clock): () => Promise<void> {
  const signalled = new Promise<void>((resolve) => {
    let first: number | null = null;
    const onSignal = (): void => {
      const now = clock.now();
      first ??= now;
      // The shell's way to say that a signal ended it.
      if (now - first > SAME_MS) process.exit(130);
      resolve();
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
  return async () => {
    await signalled;
    await stop();
  };
}
