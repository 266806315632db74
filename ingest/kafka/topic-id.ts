import { AppError } from "../../core/errors.ts";
import { showBrokers } from "../../core/kafka-address.ts";
import { askBroker, headOf } from "./ask-broker.ts";

/** METADATA of KIP-516 (Kafka 3.1 and later): the first version that gives a topic's id and is asked by name. */
const metadata = { key: 3, version: 12 };
/** UNKNOWN_TOPIC_OR_PARTITION */
const absent = 3;

/**
 * The id Kafka gave a topic when it was made, in hex; null = there is no such topic. A topic that is deleted and made anew
 * has another one, and its offsets mean something else. kafkajs speaks no version that tells it, so it is asked for here.
 * @throws AppError log-unavailable when no broker answers
 */
export async function readTopicId(brokers: readonly string[], topic: string): Promise<string | null> {
  let failure: unknown;
  for (const broker of brokers) {
    try {
      return readAnswer(await askBroker(broker, request(topic)), topic);
    } catch (error) {
      failure = error;
    }
  }
  if (failure instanceof AppError) throw failure;
  throw new AppError("log-unavailable", `no Kafka broker of ${showBrokers(brokers)} answers`, { cause: failure });
}

function request(topic: string): Buffer {
  const name = Buffer.from(topic);
  return Buffer.concat([
    headOf(metadata),
    Buffer.from([0]),
    // one topic, its id not given; then: do not create it, no authorizations, no tags
    Buffer.from([2]),
    Buffer.alloc(16),
    varint(name.length + 1),
    name,
    Buffer.from([0, 0, 0, 0]),
  ]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left > 127) {
    bytes.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  return Buffer.from([...bytes, left]);
}

function readAnswer(answer: Buffer, topic: string): string | null {
  let at = 4 + 1 + 4;
  const length = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = answer[at++] ?? 0;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  const skipText = (): void => {
    const size = length() - 1;
    at += Math.max(0, size);
  };
  const skipTags = (): void => {
    for (let left = length(); left > 0; left -= 1) {
      length();
      const size = length();
      at += size;
    }
  };
  for (let brokers = length() - 1; brokers > 0; brokers -= 1) {
    at += 4;
    skipText();
    at += 4;
    skipText();
    skipTags();
  }
  skipText();
  at += 4;
  if (length() < 2) return null;
  const error = answer.readInt16BE(at);
  at += 2;
  skipText();
  const id = answer.subarray(at, at + 16).toString("hex");
  if (error === absent) return null;
  if (error !== 0) throw new AppError("log-unavailable", `Kafka says error ${error} of topic ${topic}`);
  return id;
}
