import { type Archive, listArchives } from "../../aggregate/index.ts";
import { monthOf } from "../../core/calendar.ts";
import { formatMs, instant } from "../../core/instant.ts";
import type { Store } from "../../core/store.ts";
import type { ExplainedEvent, ExplainedRecord, ExplainedUsage } from "./explanation.ts";
import {
  type EventRow,
  type RecordRow,
  selectEvents,
  selectSlices,
  selectUsage,
  type SliceRow,
  type UsageRow,
} from "./explain-sql.ts";

/** A usage record, less what only its billing record and its runs know. */
export type FoundUsage = Omit<ExplainedUsage, "window" | "unit" | "published"> & {
  readonly rows: readonly { readonly run_seq: string; readonly quantity: string }[];
};
/** What a billing record stands on. */
export interface UsageOfRecord {
  readonly usage: FoundUsage;
  readonly slices: ExplainedRecord["slices"];
}

/** Records of one account and usage type, each with the instant up to which its part of the window reaches. */
export interface UsageAsked {
  readonly as_of: string;
  readonly account_id: string;
  readonly usage_type: number;
  readonly records: readonly (RecordRow & { readonly part_end_ms: string })[];
  /** Slices shown of each. */
  readonly limit: number;
}

/** Usage records, slices and events of billing records, in their order; each is read by the key of its table. */
export async function readUsage(store: Store, { records, limit, ...of }: UsageAsked): Promise<UsageOfRecord[]> {
  if (records.length === 0) return [];
  const keys = {
    ...of,
    window_starts: records.map(({ window_start_ms }) => BigInt(window_start_ms)),
    resources: records.map(({ resource }) => resource),
    parts: records.map(({ part }) => part),
    shapes: records.map(({ shape }) => BigInt(shape)),
  };
  const usage = await selectUsage(store.read, keys);
  const slices = await selectSlices(store.read, {
    ...keys,
    part_starts: records.map(({ part_start_ms }) => BigInt(part_start_ms)),
    part_ends: records.map(({ part_end_ms }) => BigInt(part_end_ms)),
    limit,
  });
  const eventOf = await readEvents(store, { account_id: of.account_id, resources: keys.resources, slices });
  return records.map((record, index) => {
    const own = slices.filter(({ no }) => no === index + 1);
    const count = own[0]?.slices ?? "0";
    const shown = own.map((slice) => ({
      from: formatMs(slice.from_ms),
      to: formatMs(slice.to_ms),
      quantity: slice.quantity,
      opened: eventOf(slice.opened_by, slice.opened_ms),
      closed: slice.closed_by === "0" ? null : eventOf(slice.closed_by, slice.to_ms),
    }));
    return {
      usage: toUsage(
        record,
        usage.filter(({ usage_record_no }) => usage_record_no === record.usage_record_no),
      ),
      slices: { count, quantity: own[0]?.used ?? "0", shown, more: (BigInt(count) - BigInt(shown.length)).toString() },
    };
  });
}

const attributes = [
  "project_id",
  "zone",
  "offering",
  "template",
  "resource_type",
  "vm",
  "size",
  "virtual_size",
] as const;

function toUsage({ usage_record_id }: RecordRow, rows: readonly UsageRow[]): FoundUsage {
  const [first] = rows;
  const sum = (read: (row: UsageRow) => string | number): bigint =>
    rows.reduce((all, row) => all + BigInt(read(row)), 0n);
  const said = attributes.flatMap((name) => {
    const value = first?.[name] ?? "";
    return value === "" || value === "-1" ? [] : [[name, value] as const];
  });
  // canonical JSON, written by ingest alone
  const texts = (json: string | undefined): Record<string, string> =>
    JSON.parse(json ?? "{}") as Record<string, string>;
  return {
    id: usage_record_id,
    name: first === undefined || first.name === "" ? null : first.name,
    quantity: sum(({ quantity }) => quantity).toString(),
    slices: Number(sum(({ slices }) => slices)),
    attributes: Object.fromEntries(said),
    details: texts(first?.details),
    tags: texts(first?.tags),
    rows: rows.map(({ run_seq, quantity }) => ({ run_seq, quantity })),
  };
}

type EventOf = (ref: string, at_ms: string) => ExplainedEvent;

/** Finds the events that slices name. A counter's sample stands a millisecond after the point that it makes. */
async function readEvents(
  store: Store,
  { slices, ...of }: { account_id: string; resources: readonly string[]; slices: readonly SliceRow[] },
): Promise<EventOf> {
  const named = slices.flatMap(({ opened_by, opened_ms, closed_by, to_ms }) => [
    { ref: opened_by, at_ms: opened_ms },
    { ref: closed_by, at_ms: to_ms },
  ]);
  const refs = [...new Set(named.map(({ ref }) => ref))].filter((ref) => ref !== "0");
  const at_ms = [...new Set(named.flatMap(({ at_ms: at }) => [BigInt(at), BigInt(at) + 1n]))];
  const resources = [...new Set(of.resources)];
  const found =
    refs.length === 0 ? [] : await selectEvents(store.read, { ...of, resources, refs: refs.map(BigInt), at_ms });
  const byRef = new Map(found.map((event) => [event.ref, event]));
  const archives = refs.every((ref) => byRef.has(ref)) ? [] : await listArchives({ store });
  return (ref, at) => toEvent(byRef.get(ref), { at_ms: at, archives });
}

function toEvent(
  found: EventRow | undefined,
  { at_ms, archives }: { at_ms: string; archives: readonly Archive[] },
): ExplainedEvent {
  if (found !== undefined) {
    const { source, id, type, position, original_source, original_id } = found;
    const amends = original_id === "" ? null : { source: original_source, id: original_id };
    return { at: formatMs(found.at_ms), source, id, type, position, amends, archive: null };
  }
  const month = monthOf({ zone: "UTC", at: instant(Number(at_ms)) });
  const archive = archives.find((one) => one.month === month && one.state !== "restored");
  return {
    at: formatMs(at_ms),
    source: null,
    id: null,
    type: null,
    position: null,
    amends: null,
    archive: archive === undefined ? null : { month, file: archive.file },
  };
}
