import type { EventData, EventJson } from "../oracle/index.ts";
import type { History } from "./history.ts";

/*
 * Many histories in one store: a run of aggregation costs nearly the same for one as for fifty, so they share the runs.
 * Each has accounts, resources and sources of its own, so none can touch another.
 */

/** The history as the one of that number in its batch (from 0, below 2^32): the same in all but names. */
export function inBatch(history: History, number: number): History {
  const accounts = history.accounts.map(({ id, time_zone }) => ({ id: accountIn(id, number), time_zone }));
  return { ...history, accounts, events: history.events.map((event) => eventIn(event, number)) };
}

/** Whose history an account's is. */
export function numberIn(account_id: string): number {
  return Number.parseInt(account_id.slice(0, 8), 16);
}

/** The events of all histories from one share of each to another (from 0 to 1), taking turns. */
export function between(histories: readonly History[], from: number, to: number): EventJson[] {
  const parts = histories.map(({ events }) => events.slice(indexAt(events, from), indexAt(events, to)));
  const longest = Math.max(0, ...parts.map((part) => part.length));
  return Array.from({ length: longest }, (_, turn) => parts.flatMap((part) => part.slice(turn, turn + 1))).flat();
}

/** How many events have arrived at a share of a history. */
export function indexAt(events: readonly EventJson[], share: number): number {
  return Math.ceil(events.length * share);
}

// The order of sources is that of the history, whatever its number.
function eventIn(event: EventJson, number: number): EventJson {
  return { ...event, source: sourceIn(event.source, number), data: dataIn(event.data, number) };
}

function dataIn(data: EventData, number: number): EventData {
  const { account_id, resource, vm, original, event } = data;
  return {
    ...data,
    account_id: accountIn(account_id, number),
    resource: resource === account_id ? accountIn(resource, number) : `${resource}.${number}`,
    ...(vm === undefined || vm === null || vm === "" ? {} : { vm: `${vm}.${number}` }),
    ...(original === undefined ? {} : { original: { ...original, source: sourceIn(original.source, number) } }),
    ...(event === undefined ? {} : { event: eventIn(event, number) }),
  };
}

const sourceIn = (source: string, number: number): string => `cloud-${number}/${source}`;
const accountIn = (id: string, number: number): string => `${number.toString(16).padStart(8, "0")}${id.slice(8)}`;
