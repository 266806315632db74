import { bombard, formatBombarded } from "../e2e/faults/bombard.ts";
import { openPipeline } from "../pipeline.ts";

/** So many faults of store, log, clock and process in one process, printed as a table; the exit code tells where a bill differed. */
export async function benchManyFaults(faults: number, seed = 1): Promise<void> {
  const pipeline = await openPipeline();
  try {
    const start = performance.now();
    const told = (progress: string): void => void process.stderr.write(`${progress}\n`);
    const found = await bombard(pipeline, { faults, seed, told });
    const took = ((performance.now() - start) / 1000).toFixed(0);
    process.stdout.write(`${formatBombarded(found)}seed ${seed}, ${took} s\n`);
    if (found.wrong.length > 0) process.exitCode = 1;
  } finally {
    await pipeline.close();
  }
}
