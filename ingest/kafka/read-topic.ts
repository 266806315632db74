import { randomUUID } from "node:crypto";
import { AppError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { connectKafka } from "./connect.ts";
import { consumeGroup } from "./consume-group.ts";

/** Where to read a topic from: the first offset of each partition that is read; null = all of them from their beginning. */
export interface TopicPosition {
  readonly topic: string;
  readonly from: ReadonlyMap<number, bigint> | null;
}

const form = /^([\w.-]+)(?:\/(\d{1,9}:\d{1,18}(?:,\d{1,9}:\d{1,18})*))?$/;

/** `events` or `events/0:1200,1:0`; null = it is neither. */
export function parseTopicPosition(text: string): TopicPosition | null {
  const [, topic, places] = form.exec(text) ?? [];
  if (topic === undefined) return null;
  if (places === undefined) return { topic, from: null };
  const from = new Map(
    places.split(",").map((place): [number, bigint] => {
      const [partition = "", offset = ""] = place.split(":");
      return [Number(partition), BigInt(offset)];
    }),
  );
  return { topic, from };
}

/**
 * Hands over the values of a topic from a position to its end as it is now, partition by partition in order, a batch at a
 * time: the next one is fetched when `handle` is done. Nobody's offsets move. A message without a value is left out.
 * @throws AppError log-unavailable, not-found where there is no such topic or partition; what `handle` rejects with
 */
export async function readTopic(
  { brokers, log }: { brokers: readonly string[]; log: Log },
  { topic, from }: TopicPosition,
  handle: (values: readonly string[]) => Promise<void>,
): Promise<void> {
  const kafka = connectKafka({ brokers, log });
  const admin = kafka.admin();
  const group = `${topic}.backfill.${randomUUID()}`;
  try {
    await admin.connect();
    if (!(await admin.listTopics()).includes(topic)) throw new AppError("not-found", `there is no topic ${topic}`);
    const offsets = await admin.fetchTopicOffsets(topic);
    const open = spansOf(offsets, { topic, from });
    const done = new AbortController();
    // A group starts where it has committed: nothing of a partition that is not asked for is fetched.
    const start = [...open].map(([partition, { first }]) => ({ partition, offset: first.toString() }));
    const rest = offsets.filter(({ partition }) => !open.has(partition));
    const skipped = rest.map(({ partition, high }) => ({ partition, offset: high }));
    await admin.setOffsets({ groupId: group, topic, partitions: [...start, ...skipped] });
    const finish = (partition: number): void => {
      open.delete(partition);
      if (open.size === 0) done.abort();
    };
    if (open.size === 0) return;
    await consumeGroup({
      kafka,
      topic,
      group,
      signal: done.signal,
      handle: async (batch) => {
        const { partition } = batch;
        const span = open.get(partition);
        const last = BigInt(batch.lastOffset());
        // Written since then.
        if (span === undefined) return;
        const wanted = batch.messages.filter(({ offset }) => BigInt(offset) >= span.first && BigInt(offset) < span.end);
        await handle(wanted.flatMap(({ value }) => (value === null ? [] : [value.toString("utf8")])));
        open.set(partition, { ...span, first: last + 1n });
        if (last + 1n >= span.end) finish(partition);
      },
      // A topic may end with what a transaction took back.
      onPassed: async ({ partition, last }) => {
        const span = open.get(partition);
        if (span !== undefined && last + 1n >= span.end) finish(partition);
      },
    });
    await admin.deleteGroups([group]).catch(() => undefined);
  } finally {
    await admin.disconnect();
  }
}

/** What is to be read of each partition: from the first offset, below the end. */
function spansOf(
  offsets: readonly { partition: number; low: string; high: string }[],
  { topic, from }: TopicPosition,
): Map<number, { first: bigint; end: bigint }> {
  for (const partition of from?.keys() ?? []) {
    if (!offsets.some((one) => one.partition === partition))
      throw new AppError("not-found", `topic ${topic} has no partition ${partition}`);
  }
  const spans = offsets.flatMap(({ partition, low, high }): [number, { first: bigint; end: bigint }][] => {
    const asked = from === null ? BigInt(low) : from.get(partition);
    if (asked === undefined) return [];
    const first = asked > BigInt(low) ? asked : BigInt(low);
    return first < BigInt(high) ? [[partition, { first, end: BigInt(high) }]] : [];
  });
  return new Map(spans);
}
