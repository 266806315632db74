import { Kafka, logLevel, type SASLOptions } from "kafkajs";
import { type KafkaLogin, readBroker } from "../../core/kafka-address.ts";
import type { Log } from "../../core/log.ts";

/** The client of a cluster: what it says goes to our log, as a warning at most; what matters reaches callers as errors. */
export function connectKafka({ brokers, log }: { brokers: readonly string[]; log: Log }): Kafka {
  const told = log.child({ stage: "kafka" });
  const read = brokers.map(readBroker);
  const login = read[0]?.login ?? null;
  return new Kafka({
    clientId: "tallyhouse",
    brokers: read.map(({ host, port }) => `${host}:${port}`),
    ssl: read[0]?.tls ?? false,
    ...(login === null ? {} : { sasl: saslOf(login) }),
    connectionTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 3_000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => {
      const { message, error, groupId: group } = entry.log;
      told.warn({ client_said: message, reason: error as unknown, group: group as unknown }, "kafka client");
    },
  });
}

function saslOf({ mechanism, username, password }: KafkaLogin): SASLOptions {
  switch (mechanism) {
    case "plain":
    case "scram-sha-256":
    case "scram-sha-512":
      return { mechanism, username, password };
  }
}
