import Type from "typebox";
import { assert } from "../core/errors.ts";
import { offsetsOf } from "../core/event-log.ts";
import { toCloudEvent } from "../core/events.ts";
import type { InstantMs } from "../core/instant.ts";
import { defineQuery } from "../core/sql.ts";
import { EventRow, explainConflict, fromRow } from "../ingest/index.ts";
import { emptyScratch, type RunContext } from "./context.ts";
import { explainArchived } from "./retention/horizon.ts";
import {
  excludeRepeats,
  readArrivals,
  selectArrivalKinds,
  touchEnded,
  touchRevised,
  writeAccountEnds,
  writeAccounts,
  writeIdentities,
  writeNames,
  writeRevisions,
  writeShapes,
  writeTouched,
  excludeArchived,
} from "./run-sql.ts";
import { fixRevisions } from "./standing.ts";

const selectConflicts = defineQuery(
  "aggregate/conflicts",
  Type.Object({
    log_partition: Type.Integer(),
    from_offset: Type.String(),
    to_offset: Type.String(),
    after_offset: Type.String(),
    conflict: Type.Integer(),
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
 * and accounts kept, and resources noted whose facts come late, that is before `lateBefore`. What would change what is archived is
 * set aside, with its content, and counted. Every step may be done twice.
 */
export async function admitArrivals(
  context: RunContext,
  lateBefore: InstantMs,
): Promise<{ arrivals: bigint; set_aside: bigint }> {
  const { deps, run_seq } = context;
  const lane = deps.store.run;
  const horizon = await context.horizon();
  let arrivals = 0n;
  let set_aside = 0n;
  for (const stretch of newStretches(context)) {
    const { log_partition: _partition, ...offsets } = stretch;
    await emptyScratch(context, "arrival");
    await readArrivals(lane, stretch);
    await excludeRepeats(lane, {});
    if (horizon !== null) await excludeArchived(lane, { horizon_ms: horizon.at, ...offsets });
    const [kinds] = await selectArrivalKinds(lane, { ...offsets, late_before_ms: lateBefore });
    assert(kinds !== undefined, "a count has an answer");
    if (kinds.conflicts !== "0") await quarantineExcluded(context, stretch, { conflict: 1, explain: explainConflict });
    if (horizon !== null && kinds.archived !== "0")
      await quarantineExcluded(context, stretch, { conflict: 2, explain: () => explainArchived(horizon.at) });
    await writeShapes(lane, stretch);
    await writeNames(lane, stretch);
    await writeAccounts(lane, { ...stretch, now_ms: deps.clock.now() });
    if (kinds.late !== "0") await writeTouched(lane, { run_seq, late_before_ms: lateBefore, ...offsets });
    await writeIdentities(lane, offsets);
    if (kinds.revisions !== "0" || kinds.endings !== "0") await admitFarReaching(context, stretch, lateBefore);
    set_aside += BigInt(kinds.archived);
    arrivals += BigInt(stretch.to_offset) - BigInt(stretch.from_offset) + 1n;
  }
  await emptyScratch(context, "arrival");
  await fixRevisions(context);
  return { arrivals, set_aside };
}

/** Revisions and ends of accounts: what they touch lies elsewhere, so it is looked for once the ids are known. */
async function admitFarReaching({ deps, run_seq }: RunContext, stretch: Stretch, lateBefore: InstantMs): Promise<void> {
  const lane = deps.store.run;
  const { log_partition: _partition, ...offsets } = stretch;
  await writeRevisions(lane, stretch);
  await writeAccountEnds(lane, stretch);
  const touching = { run_seq, late_before_ms: lateBefore, ...offsets };
  await touchRevised(lane, touching);
  await touchEnded(lane, touching);
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

/** Puts what was excluded for a reason into quarantine with its content, so that a person can decide. */
async function quarantineExcluded(
  { deps }: RunContext,
  stretch: Stretch,
  { conflict, explain }: { conflict: 1 | 2; explain: (row: EventRow) => { field: string; reason: string } },
): Promise<void> {
  for (let after = "-1"; ;) {
    const rows = await selectConflicts(deps.store.run, {
      ...stretch,
      after_offset: after,
      conflict,
      limit: conflictsMax,
    });
    await deps.quarantine.put(
      rows.map((row) => ({
        raw: JSON.stringify(toCloudEvent(fromRow(row))),
        origin: `log ${row.log_partition}/${row.log_offset}`,
        source: row.source,
        id: row.id,
        ...explain(row),
      })),
    );
    for (const { source, id } of rows) deps.ingest.forget(source, id);
    if (rows.length < conflictsMax) return;
    after = rows.at(-1)?.log_offset ?? after;
  }
}
