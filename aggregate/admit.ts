import Type from "typebox";
import { offsetsOf } from "../core/event-log.ts";
import { toCloudEvent } from "../core/events.ts";
import type { InstantMs } from "../core/instant.ts";
import { defineQuery } from "../core/sql.ts";
import { EventRow, fromRow } from "../ingest/index.ts";
import { emptyScratch, type RunContext } from "./context.ts";
import {
  excludeRepeats,
  readArrivals,
  writeAccounts,
  writeIdentities,
  writeNames,
  writeShapes,
  writeTouched,
} from "./statements.ts";

const selectConflicts = defineQuery(
  "aggregate/conflicts",
  Type.Object({
    log_partition: Type.Integer(),
    from_offset: Type.String(),
    to_offset: Type.String(),
    after_offset: Type.String(),
    limit: Type.Integer(),
  }),
  EventRow,
);

/** Positions looked at in one go: about 0.4 GB of scratch. */
const stretchMax = 5_000_000n;
const conflictsMax = 1_000;

interface Stretch {
  readonly log_partition: number;
  readonly from_offset: string;
  readonly to_offset: string;
}

/**
 * Looks at what arrived since the former run: repeats and conflicts are excluded (P3), ids remembered, new shapes, names
 * and accounts kept, and resources noted whose facts come late, that is before `lateBefore`. Every step may be done twice.
 */
export async function admitArrivals(context: RunContext, lateBefore: InstantMs): Promise<{ arrivals: bigint }> {
  const { deps, run_seq } = context;
  const lane = deps.store.run;
  let arrivals = 0n;
  for (const stretch of newStretches(context)) {
    const { log_partition: _partition, ...offsets } = stretch;
    await emptyScratch(context, "scratch_arrival");
    await readArrivals(lane, stretch);
    await excludeRepeats(lane, {});
    await quarantineConflicts(context, stretch);
    await writeShapes(lane, stretch);
    await writeNames(lane, stretch);
    await writeAccounts(lane, { ...stretch, now_ms: deps.clock.now() });
    await writeTouched(lane, { run_seq, late_before_ms: lateBefore, ...offsets });
    await writeIdentities(lane, offsets);
    arrivals += BigInt(stretch.to_offset) - BigInt(stretch.from_offset) + 1n;
  }
  await emptyScratch(context, "scratch_arrival");
  return { arrivals };
}

/** The positions above the former bound and up to this one, per partition, in pieces of bounded size. */
function newStretches({ run }: RunContext): Stretch[] {
  const former = offsetsOf(run.former_bound);
  return [...offsetsOf(run.bound)].flatMap(([log_partition, last]) => {
    const stretches: Stretch[] = [];
    for (let from = (former.get(log_partition) ?? -1n) + 1n; from <= last; from += stretchMax) {
      const to = from + stretchMax - 1n;
      stretches.push({ log_partition, from_offset: from.toString(), to_offset: (to < last ? to : last).toString() });
    }
    return stretches;
  });
}

async function quarantineConflicts({ deps }: RunContext, stretch: Stretch): Promise<void> {
  for (let after = "-1"; ;) {
    const rows = await selectConflicts(deps.store.run, { ...stretch, after_offset: after, limit: conflictsMax });
    await deps.quarantine.put(
      rows.map((row) => ({
        raw: JSON.stringify(toCloudEvent(fromRow(row))),
        origin: `log ${row.log_partition}/${row.log_offset}`,
        source: row.source,
        id: row.id,
        field: "id",
        reason: `id is ${JSON.stringify(row.id)}, which ${row.source} has used for an event with other content`,
      })),
    );
    for (const { source, id } of rows) deps.ingest.forget(source, id);
    if (rows.length < conflictsMax) return;
    after = rows.at(-1)?.log_offset ?? after;
  }
}
