import { AppError } from "../core/errors.ts";
import { ingestFromKafka } from "../ingest/index.ts";
import type { System } from "./system.ts";

const againMs = 5_000;

/**
 * Stores what the topic of the event log holds until the signal aborts; a log kept in the store needs nobody for that. What
 * goes wrong is told and tried again, but for a topic that is not the one this store was filled from: then nothing more is stored.
 */
export async function startIngesting(system: System, { signal }: { signal: AbortSignal }): Promise<void> {
  const { kafkaLog, store, ingest, quarantine, clock, log } = system;
  if (kafkaLog === null) return;
  const told = log.child({ stage: "ingest" });
  while (!signal.aborted) {
    try {
      await ingestFromKafka({ log: kafkaLog, store, ingest, quarantine, clock, told }, signal);
    } catch (error) {
      if (error instanceof AppError && error.key === "log-mismatch") {
        told.fatal({ err: error }, "the topic is not the one this store was filled from, nothing more is stored");
        return;
      }
      told.error({ err: error, again_in_ms: againMs }, "ingesting failed");
      await clock.sleep(againMs, signal).catch(() => undefined);
    }
  }
}
