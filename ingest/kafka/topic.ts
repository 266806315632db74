import type { Admin, ITopicConfig } from "kafkajs";
import { type Clock, systemClock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { patiently } from "./patiently.ts";
import { readTopicId } from "./topic-id.ts";

/** Partitions of a topic that is made here: as many ingest processes can share its work. */
const partitionsMade = 8;

/**
 * Everything is kept, since the log is what a cloud's past is read from. And a broker acknowledges what has reached its memory: this
 * topic's write it to the disk first, so that what is acknowledged outlives a loss of power, with one broker too (P2).
 */
const configEntries = [
  { name: "retention.ms", value: "-1" },
  { name: "flush.messages", value: "1" },
];

/** A topic as it was found or made: its id is new when it is made anew. */
export interface Topic {
  readonly brokers: readonly string[];
  readonly name: string;
  readonly log_id: string;
}

/** The topic of this name; made where there is none. One that is there is taken as its operator made it. */
export async function openTopic(admin: Admin, brokers: readonly string[], name: string): Promise<Topic> {
  const found = await readTopicId(brokers, name);
  if (found === null) {
    await makeTopic(admin, { topic: name, numPartitions: partitionsMade, replicationFactor: -1, configEntries });
  }
  const id = found ?? (await readTopicId(brokers, name));
  if (id === null) throw new AppError("log-unavailable", `topic ${name} could not be made`);
  return { brokers, name, log_id: logIdOf(id) };
}

/** Makes a topic, and waits until somebody leads it: a broker may not know for a moment what it was just asked to make. */
export async function makeTopic(admin: Admin, topic: ITopicConfig, clock: Clock = systemClock): Promise<void> {
  await admin.createTopics({ topics: [topic], waitForLeaders: false });
  const asked = { clock, admin, tries_max: 50, also: ["UNKNOWN_TOPIC_OR_PARTITION"] };
  await patiently(asked, () => admin.fetchTopicMetadata({ topics: [topic.topic] }));
}

/**
 * Refuses to go on where another topic has its name. One that is not there may come to be again, the same one or another: a
 * broker that has just begun does not know all topics yet.
 * @throws AppError log-mismatch, log-unavailable
 */
export async function checkTopic({ brokers, name, log_id }: Topic): Promise<void> {
  const found = await readTopicId(brokers, name);
  if (found === null) throw new AppError("log-unavailable", `topic ${name} (${log_id}) is not there`);
  if (logIdOf(found) !== log_id)
    throw new AppError("log-mismatch", `topic ${name} was made anew: it is ${logIdOf(found)} now and was ${log_id}`);
}

function logIdOf(id: string): string {
  return `kafka-${id}`;
}
