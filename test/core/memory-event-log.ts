import { setImmediate } from "node:timers/promises";
import type { EventLog } from "../../core/event-log.ts";
import { toCloudEvent, type LifecycleEvent } from "../../core/events.ts";

const BATCH_MAX = 1000;

export interface MemoryEventLog extends EventLog {
  /** All messages, partition by partition, as text. */
  messages(): string[];
  /** The next append keeps so many of its events and then rejects, as a broken connection does. */
  breakAfter(events: number): void;
}

/** An event log that lives as long as the test: partitions by resource, readers with their own positions, batches handed again until they are done. */
export function createMemoryEventLog({ partitions = 1 }: { partitions?: number } = {}): MemoryEventLog {
  const id = "memory-1";
  const kept: Uint8Array[][] = Array.from({ length: partitions }, () => []);
  const committed = new Map<string, number[]>();
  let breaksAfter: number | null = null;

  const partitionOf = (resource: string): number =>
    [...resource].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 65_521, 7) % partitions;

  return {
    id,
    append: (events: readonly LifecycleEvent[]) => {
      const limit = breaksAfter ?? events.length;
      breaksAfter = null;
      for (const event of events.slice(0, limit)) {
        kept[partitionOf(event.resource)]?.push(new TextEncoder().encode(JSON.stringify(toCloudEvent(event))));
      }
      return limit < events.length ? Promise.reject(new Error("the log went away")) : Promise.resolve();
    },
    consume: async (reader, handle, signal) => {
      const positions = committed.get(reader) ?? kept.map(() => 0);
      committed.set(reader, positions);
      while (!signal.aborted) {
        for (const [partition, messages] of kept.entries()) {
          const first = positions[partition] ?? 0;
          const batch = messages.slice(first, first + BATCH_MAX);
          if (batch.length === 0 || signal.aborted) continue;
          const last = first + batch.length - 1;
          const offsets = { first_offset: BigInt(first), last_offset: BigInt(last) };
          await handle({ id: `${id}/${partition}:${first}-${last}`, partition, ...offsets, messages: batch });
          positions[partition] = last + 1;
        }
        await setImmediate();
      }
    },
    bound: () =>
      Promise.resolve(
        Object.fromEntries(
          kept.flatMap((messages, index) =>
            messages.length === 0 ? [] : [[`${id}/${index}`, String(messages.length - 1)]],
          ),
        ),
      ),
    messages: () => kept.flat().map((message) => new TextDecoder().decode(message)),
    breakAfter: (events) => {
      breaksAfter = events;
    },
  };
}
