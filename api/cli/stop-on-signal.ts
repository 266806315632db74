import type { Clock } from "../../core/clock.ts";
import { renderError } from "./output.ts";

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
    try {
      await stop();
    } catch (error) {
      // What would not end holds the process too.
      process.stderr.write(renderError(error));
      process.exit(1);
    }
    // A client that lost its server may still be trying to reach it: nothing of ours is open any more.
    setTimeout(() => process.exit(), SAME_MS).unref();
  };
}
