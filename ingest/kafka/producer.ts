import { CompressionTypes, type Kafka, Partitioners, type Producer } from "kafkajs";
import { AppError } from "../../core/errors.ts";
import { createGroupCommit } from "../group-commit.ts";

/** A message of the topic: the resource's id and the event's text. */
export interface Outgoing {
  readonly key: string;
  readonly value: string;
}

/** The longest value of a message that is taken: what Kafka's own default (message.max.bytes) leaves room for. */
export const valueBytesMax = 1_000_000;
/** One request: a batch of Kafka's has the same bound as a single message. */
const requestBytesMax = 900_000;
/** Below this compressing costs more than it saves. */
const compressFrom_bytes = 32_768;

/** Writes messages durably (acks=all), in the order of each caller; many callers share a request. */
export interface Appender {
  /** @throws AppError log-unavailable: part may be there, send the same again; body-too-large: nothing was sent; what `confirm` throws */
  append(messages: readonly Outgoing[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * A writer of one topic. The key decides the partition as Java clients do it, so that all producers agree. `confirm` is asked
 * once Kafka has the messages and before callers are told so: what it rejects with, they get.
 */
export function createAppender(
  kafka: Kafka,
  topic: string,
  confirm: () => Promise<void> = () => Promise.resolve(),
): Appender {
  let connected: Promise<Producer> | null = null;

  function connect(): Promise<Producer> {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 100, maxRetryTime: 3_000, retries: 8 },
    });
    return producer.connect().then(() => producer);
  }

  async function send(messages: Outgoing[], bytes: number): Promise<void> {
    try {
      const producer = await (connected ??= connect());
      const compression = bytes < compressFrom_bytes ? CompressionTypes.None : CompressionTypes.GZIP;
      await producer.send({ topic, acks: -1, compression, messages });
    } catch (cause) {
      // Its sequence numbers may have a hole now: the next request gets a producer that begins anew.
      const failed = connected;
      connected = null;
      await failed?.then((producer) => producer.disconnect()).catch(() => undefined);
      const reason = cause instanceof Error ? cause.message : "";
      throw new AppError("log-unavailable", `Kafka did not take the events: ${reason}`, { cause });
    }
  }

  const append = createGroupCommit<Outgoing>(async (messages) => {
    let part: Outgoing[] = [];
    let bytes = 0;
    for (const message of messages) {
      const size = Buffer.byteLength(message.key) + Buffer.byteLength(message.value) + 64;
      if (part.length > 0 && bytes + size > requestBytesMax) {
        await send(part, bytes);
        part = [];
        bytes = 0;
      }
      part.push(message);
      bytes += size;
    }
    if (part.length > 0) await send(part, bytes);
    await confirm();
  });

  return {
    append: async (messages) => {
      for (const { key, value } of messages) {
        const size = value.length * 3 > valueBytesMax ? Buffer.byteLength(value) : 0;
        if (size > valueBytesMax)
          throw new AppError(
            "body-too-large",
            `an event of resource ${key} has ${size} bytes, over Kafka at most ${valueBytesMax}`,
          );
      }
      await append(messages);
    },
    close: async () => {
      await connected?.then((producer) => producer.disconnect()).catch(() => undefined);
    },
  };
}
