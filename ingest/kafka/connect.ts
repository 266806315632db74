import { Kafka, logLevel } from "kafkajs";
import type { Log } from "../../core/log.ts";

/** The client of a cluster: what it says goes to our log, as a warning at most; what matters reaches callers as errors. */
export function connectKafka({ brokers, log }: { brokers: readonly string[]; log: Log }): Kafka {
  const told = log.child({ stage: "kafka" });
  return new Kafka({
    clientId: "tallyhouse",
    brokers: [...brokers],
    connectionTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 3_000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => {
      const { message, error, groupId: group } = entry.log;
      told.warn({ client_said: message, reason: error as unknown, group: group as unknown }, "kafka client");
    },
  });
}
