import { randomUUID } from "node:crypto";
import Type from "typebox";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Bound, EventBatch, EventLog } from "../core/event-log.ts";
import { toCloudEvent } from "../core/events.ts";
import { field, insertLines, timeField } from "../core/insert-lines.ts";
import { createLineBuffer } from "../core/line-buffer.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { EventRow, fromRow, messageColumns, lineOf } from "./event-line.ts";
import { createGroupCommit } from "./group-commit.ts";

const selectLog = defineQuery(
  "ingest/embedded_log",
  Type.Object({}),
  Type.Object({ log_id: Type.String(), next_offset: Type.String() }),
);
const selectCommitted = defineQuery(
  "ingest/committed_offset",
  Type.Object({ reader: Type.String() }),
  Type.Object({ next_offset: Type.String() }),
);
const selectMessages = defineQuery(
  "ingest/messages",
  Type.Object({ from_offset: Type.String(), to_offset: Type.String(), limit: Type.Integer() }),
  EventRow,
);

const columns = ["log_id", "log_partition", "log_offset", "recorded_at", ...messageColumns];
const batchMax = 1000;
const pollMs = 100;

/** The one partition of the embedded log. */
const partition = 0;

/**
 * The event log kept in the store itself: appending is a durable insert into table event, group-committed, so there is
 * nothing to forward. Inserts go one at a time and offsets are given out as they go, so all that lies below the last
 * finished insert is readable: the contiguous bound. An insert that failed leaves a gap nobody was promised anything about;
 * what of it was written is an event like any other, and comes again with the same id when its sender repeats it.
 * `guard` is asked before each insert, and throws where another process may have the log by now.
 */
export async function openEmbeddedLog({
  store,
  clock,
  guard = () => undefined,
}: {
  store: Store;
  clock: Clock;
  guard?: () => void;
}): Promise<EventLog> {
  const { id, next_offset } = await openLog(store);
  let nextOffset = next_offset;
  let readable = next_offset - 1n;

  const append = createGroupCommit(async (lines) => {
    guard();
    const first = nextOffset;
    nextOffset += BigInt(lines.length);
    const recordedAt = timeField(clock.now());
    const rows = createLineBuffer(lines.length * 512);
    lines.forEach((line, index) => {
      rows.add(`${id}\t${partition}\t${first + BigInt(index)}\t${recordedAt}\t`);
      rows.add(line);
      rows.add("\n");
    });
    await insertLines(store.write, { table: "event", columns }, rows.bytes());
    readable = nextOffset - 1n;
  });

  async function readBatch(from: bigint): Promise<EventBatch> {
    const to = readable;
    const rows = await selectMessages(store.read, {
      from_offset: from.toString(),
      to_offset: to.toString(),
      limit: batchMax,
    });
    const first = rows[0];
    const last = rows.at(-1);
    if (first === undefined || last === undefined) return passed(from, to);
    const messages = rows.map((row) => Buffer.from(JSON.stringify(toCloudEvent(fromRow(row)))));
    return {
      id: `${id}/${partition}:${first.log_offset}-${last.log_offset}`,
      partition,
      first_offset: BigInt(first.log_offset),
      last_offset: BigInt(last.log_offset),
      messages,
    };
  }

  /** Nothing is left at these positions: their events are archived, or an insert failed. Whoever reads up to the bound gets there. */
  function passed(from: bigint, to: bigint): EventBatch {
    return { id: `${id}/${partition}:${from}-${to}`, partition, first_offset: from, last_offset: to, messages: [] };
  }

  return {
    id,
    append: (events) => append(events.map(lineOf)),
    consume: async (reader, handle, signal) => {
      const [committed] = await selectCommitted(store.read, { reader });
      let from = BigInt(committed?.next_offset ?? "0");
      while (!signal.aborted) {
        const batch = from <= readable ? await readBatch(from) : null;
        if (batch === null) {
          await clock.sleep(pollMs, signal).catch(() => undefined);
          continue;
        }
        await handle(batch);
        await insertLines(
          store.write,
          { table: "event_log_commit", columns: ["reader", "log_partition", "log_offset"] },
          `${field(reader)}\t${partition}\t${batch.last_offset}\n`,
        );
        from = batch.last_offset + 1n;
      }
    },
    bound: async (): Promise<Bound> => (readable < 0n ? {} : { [`${id}/${partition}`]: readable.toString() }),
  };
}

/**
 * The event log kept in the store, as a process sees it that does not append to it: what is readable is asked each time.
 * Inserts of the one that appends go one at a time, so nothing below the highest offset is still on its way.
 */
export async function followEmbeddedLog({ store }: { store: Store }): Promise<EventLog> {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new AppError(
        "log-unavailable",
        "this process only reads the event log; set TALLY_KAFKA_BROKERS for all processes",
      ),
    );
  return {
    id: (await readLog(store))?.log_id ?? "",
    append: refuse,
    consume: refuse,
    bound: async () => {
      const found = await readLog(store);
      const readable = BigInt(found?.next_offset ?? 0) - 1n;
      return found === undefined || readable < 0n ? {} : { [`${found.log_id}/${partition}`]: readable.toString() };
    },
  };
}

/** The log of this store, made on first use; after a restart offsets go on above whatever was ever written. */
async function openLog(store: Store): Promise<{ id: string; next_offset: bigint }> {
  const found = await readLog(store);
  if (found !== undefined) return { id: found.log_id, next_offset: BigInt(found.next_offset) };
  const id = `embedded-${randomUUID().slice(0, 8)}`;
  await insertLines(store.write, { table: "event_log", columns: ["log_id"] }, `${id}\n`);
  return { id, next_offset: 0n };
}

/** Undefined before it is made. @throws AppError log-mismatch where the store is filled from Kafka */
async function readLog(store: Store): Promise<{ log_id: string; next_offset: string } | undefined> {
  const [found] = await selectLog(store.read, {});
  if (found !== undefined && !found.log_id.startsWith("embedded-"))
    throw new AppError("log-mismatch", `this store holds events of ${found.log_id}: set TALLY_KAFKA_BROKERS`);
  return found;
}
