import type { LifecycleEvent } from "./events.ts";

/**
 * How far a log has come, contiguously: "<log id>/<partition>" → the highest offset, as a decimal string, up to which
 * every event is readable in the store. System time is this, never a clock (P1).
 */
export type Bound = Readonly<Record<string, string>>;

/**
 * What the log hands over at once: messages in order within one partition, as CloudEvents JSON in UTF-8. Positions may be left out
 * (archived, or of an append that failed), so that there may be none at all.
 */
export interface EventBatch {
  /** `<log id>/<partition>:<first>-<last offset>` */
  readonly id: string;
  readonly partition: number;
  readonly first_offset: bigint;
  readonly last_offset: bigint;
  readonly messages: readonly Uint8Array[];
}

/** The port of the event log. Adapters: ingest/event-log-embedded.ts. */
export interface EventLog {
  /** Made with the log; a position means nothing without it. */
  readonly id: string;
  /** Resolves when all are durable (P2). May be partly written when it rejects: send the same again, ids make that harmless. */
  append(events: readonly LifecycleEvent[]): Promise<void>;
  /**
   * Hands over what the reader has not committed, in order within a partition, one batch at a time. A handler that
   * resolves commits its batch; one that rejects ends the call with its error, and the next call gets the batch again.
   * Returns when the signal aborts.
   */
  consume(reader: string, handle: (batch: EventBatch) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** The contiguous positions readable now. An empty log has no entry. */
  bound(): Promise<Bound>;
}

/** A bound as SQL takes it: partitions and, in the same order, their offsets. */
export function boundArrays(bound: Bound): { bound_partitions: number[]; bound_offsets: bigint[] } {
  const offsets = [...offsetsOf(bound)];
  return {
    bound_partitions: offsets.map(([partition]) => partition),
    bound_offsets: offsets.map(([, offset]) => offset),
  };
}

/** The offset of each partition in a bound. */
export function offsetsOf(bound: Bound): Map<number, bigint> {
  return new Map(
    Object.entries(bound).map(([key, offset]) => [Number(key.slice(key.lastIndexOf("/") + 1)), BigInt(offset)]),
  );
}
