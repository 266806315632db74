import { randomUUID } from "node:crypto";
import { type EventBatch, type EventLog, offsetsOf } from "../event-log.ts";
import type { CloudEvent } from "../events.ts";
import { instant, parseInstant } from "../instant.ts";
import { createResources, type FoldedEvent, type Resources } from "./resources.ts";

/** What is left of a source's archived events (core/engine/horizon.ts). */
export type ReadHorizon = (source: string) => AsyncIterable<FoldedEvent>;

/**
 * The resources as the log tells them: what is left of archived events of `source`, then every event from the log's start to its end
 * as it is now, folded in order. Reads as a reader of its own, so that it gets everything whatever was read before; a resource's
 * events lie in one partition.
 */
export async function rebuild(
  { log, horizon }: { log: EventLog; horizon?: ReadHorizon | undefined },
  source: string,
): Promise<Resources> {
  const resources = createResources();
  if (horizon !== undefined) for await (const event of horizon(source)) resources.fold(event);
  resources.mark();
  const missing = offsetsOf(await log.bound());
  if (missing.size === 0) return resources;

  const done = new AbortController();
  const handle = async ({ partition, last_offset, messages }: EventBatch): Promise<void> => {
    for (const message of messages) {
      const event = readOwn(message, source);
      if (event !== null) resources.fold(event);
    }
    resources.mark();
    if (last_offset >= (missing.get(partition) ?? -1n)) missing.delete(partition);
    if (missing.size === 0) done.abort();
  };
  await log.consume(`core-engine-${randomUUID()}`, handle, done.signal);
  return resources;
}

/** What an event of ours tells; null for one of another source. Ours were complete when they were written; others write what they like. */
function readOwn(message: Uint8Array, source: string): FoldedEvent | null {
  const event = parse(message);
  if (event?.source !== source) return null;
  const { data } = event;
  const pairs = (value: Record<string, string> | undefined): string => JSON.stringify(value ?? {});
  return {
    id: event.id,
    sequence: BigInt(event.sequence ?? -1),
    type: event.type,
    occurred_at: parseInstant(event.time) ?? instant(0),
    account_id: data.account_id,
    zone: data.zone ?? "",
    resource: data.resource,
    name: data.name ?? "",
    offering: data.offering ?? "",
    template: data.template ?? "",
    resource_type: data.resource_type ?? "",
    vm: data.vm ?? "",
    size: BigInt(data.size ?? -1),
    details: pairs(data.details),
    tags: pairs(data.tags),
  };
}

function parse(message: Uint8Array): CloudEvent | null {
  try {
    return JSON.parse(new TextDecoder().decode(message)) as CloudEvent | null;
  } catch {
    return null;
  }
}
