import Type from "typebox";
import { defineCommand, defineQuery } from "../core/sql.ts";

// Every statement of a run, as typed functions; what each means stands in its file under sql/aggregate.

const Int64 = Type.Union([Type.String(), Type.Number()]);
const Text = Type.String();
const Flag = Type.Integer({ minimum: 0, maximum: 1 });
const Instants = Type.Array(Type.Number());

const range = { k_from: Text, k_to: Text };
const bound = { bound_partitions: Type.Array(Type.Integer()), bound_offsets: Type.Array(Type.BigInt()) };
/** What met no event since the checkpoint. */
const untouched = { from_ms: Int64, ...range };
const windows = { edges: Instants, zone: Text };
const slicing = { run_seq: Text, ...windows };
/** From the checkpoint a span starts at: what its steps are paired from. */
const pairing = { from_ms: Int64, ...range, only_touched: Flag };
/** The events of a span. */
const reading = { from_ms: Int64, to_ms: Int64, ...range, ...bound, registry_version: Text, only_touched: Flag };
const arrivals = { from_offset: Text, to_offset: Text };
const stretch = { log_partition: Type.Integer(), ...arrivals };

/** Two insert threads copy the untouched resources faster than one (measured: the floor moves as well). */
const parallel = { max_insert_threads: 2 };

export const readArrivals = defineCommand("aggregate/read_arrivals", Type.Object(stretch));
export const excludeRepeats = defineCommand("aggregate/exclude_repeats", Type.Object({}));
export const excludeArchived = defineCommand(
  "aggregate/exclude_archived",
  Type.Object({ horizon_ms: Int64, ...arrivals }),
);
export const writeIdentities = defineCommand("aggregate/write_identities", Type.Object(arrivals));
export const writeTouched = defineCommand(
  "aggregate/write_touched",
  Type.Object({ run_seq: Text, late_before_ms: Int64, ...arrivals }),
);
export const selectArrivalKinds = defineQuery(
  "aggregate/arrival_kinds",
  Type.Object({ ...arrivals, late_before_ms: Int64 }),
  Type.Object({ conflicts: Text, archived: Text, late: Text, revisions: Text, endings: Text }),
);
export const writeRevisions = defineCommand("aggregate/write_revisions", Type.Object(stretch));
export const writeAccountEnds = defineCommand("aggregate/write_account_ends", Type.Object(stretch));
const touching = { run_seq: Text, late_before_ms: Int64, ...arrivals };
export const touchRevised = defineCommand("aggregate/touch_revised", Type.Object(touching));
export const touchEnded = defineCommand("aggregate/touch_ended", Type.Object(touching));
export const writeShapes = defineCommand("aggregate/write_shapes", Type.Object(stretch));
export const writeNames = defineCommand("aggregate/write_names", Type.Object(stretch));
export const writeAccounts = defineCommand("aggregate/write_accounts", Type.Object({ ...stretch, now_ms: Int64 }));

export const writeAccountZones = defineCommand(
  "aggregate/write_account_zones",
  Type.Object({ run_seq: Text, default_zone: Text }),
);
export const fillScratchRuns = defineCommand(
  "aggregate/fill_scratch_runs",
  Type.Object({ run_seq: Text, before_seq: Text }),
);
export const fillScratchCounting = defineCommand(
  "aggregate/fill_scratch_counting",
  Type.Object({ registry_version: Text, never_ms: Int64 }),
);
export const selectLatestCounting = defineQuery(
  "aggregate/latest_counting",
  Type.Object({}),
  Type.Object({ latest_ms: Text }),
);
export const selectNewTypes = defineQuery(
  "aggregate/new_usage_types",
  Type.Object({ registry_version: Text, former_version: Text, restored_ms: Int64 }),
  Type.Object({ usage_type: Type.Integer(), from_ms: Text, added: Type.Integer() }),
);
export const touchNewTypes = defineCommand(
  "aggregate/touch_new_types",
  Type.Object({ run_seq: Text, registry_version: Text, usage_types: Type.Array(Type.Integer()), from_ms: Instants }),
);
export const selectRevisionsKnown = defineQuery(
  "aggregate/revisions_known",
  Type.Object({}),
  Type.Object({ revisions: Text, endings: Text }),
);
export const fillScratchSuperseded = defineCommand("aggregate/fill_scratch_superseded", Type.Object(bound));
export const fillScratchEnded = defineCommand("aggregate/fill_scratch_ended", Type.Object(bound));
export const fillScratchTouched = defineCommand("aggregate/fill_scratch_touched", Type.Object({ run_seq: Text }));
export const fillScratchAccounts = defineCommand(
  "aggregate/fill_scratch_accounts",
  Type.Object({
    run_seq: Text,
    timelines: Type.Array(Text),
    calendars: Type.Array(Text),
    from_ms: Instants,
    to_ms: Instants,
  }),
);
const moving = { run_seq: Text, default_zone: Text, default_since_ms: Int64 };
export const selectAccountMoves = defineQuery(
  "aggregate/account_moves",
  Type.Object(moving),
  Type.Object({ move: Text, timeline: Text, wanted: Text, since_ms: Text }),
);
export const writeAccountMoves = defineCommand(
  "aggregate/write_account_moves",
  Type.Object({ ...moving, moves: Type.Array(Text), from_ms: Instants }),
);
export const touchMovedAccounts = defineCommand(
  "aggregate/touch_moved_accounts",
  Type.Object({ run_seq: Text, calendars: Type.Array(Text), from_ms: Instants }),
);
export const selectTimelines = defineQuery(
  "aggregate/timelines",
  Type.Object({ run_seq: Text, default_zone: Text }),
  Type.Object({ timeline: Text, accounts: Text, moved: Text }),
);
export const selectZoneRanges = defineQuery(
  "aggregate/zone_ranges",
  Type.Object({ run_seq: Text }),
  Type.Object({ time_zone: Text, from_ms: Text, range_minutes: Type.Integer() }),
);
export const selectPublishedZones = defineQuery(
  "aggregate/published_zones",
  Type.Object({}),
  Type.Object({ calendar: Text, published_to_ms: Text, ends_ms: Text }),
);

export const selectPublishedCalendars = defineQuery(
  "aggregate/published_calendars",
  Type.Object({}),
  Type.Object({ calendar: Text, from_ms: Text, to_ms: Text }),
);
export const selectFirstEvent = defineQuery(
  "aggregate/first_event",
  Type.Object({
    zone: Text,
    only_touched: Flag,
    from_ms: Int64,
    to_ms: Int64,
    ...range,
    ...bound,
    registry_version: Text,
  }),
  Type.Object({ first_ms: Text, events: Text }),
);
export const selectCheckpoints = defineQuery(
  "aggregate/checkpoints",
  Type.Object({ from_ms: Int64, to_ms: Int64 }),
  Type.Object({ at_ms: Text }),
);
export const selectSpanSize = defineQuery(
  "aggregate/span_size",
  Type.Object({ from_ms: Int64, to_ms: Int64 }),
  Type.Object({ events: Text }),
);
export const selectPublishedEdges = defineQuery(
  "aggregate/published_edges",
  Type.Object({ calendar: Text, after_ms: Int64 }),
  Type.Object({ start_ms: Text, end_ms: Text }),
);
export const selectTouched = defineQuery(
  "aggregate/touched",
  Type.Object({ run_seq: Text }),
  Type.Object({ resources: Text, from_ms: Text }),
);
export const selectFirstWindow = defineQuery(
  "aggregate/first_window",
  Type.Object({ run_seq: Text }),
  Type.Object({ first_ms: Text, windows: Text }),
);
export const countWritten = defineQuery(
  "aggregate/rows_of_run",
  Type.Object({ run_seq: Text }),
  Type.Object({ rows: Text }),
);
export const touchRange = defineCommand(
  "aggregate/touch_range",
  Type.Object({ run_seq: Text, from_ms: Int64, to_ms: Int64 }),
);

export const fillEvents = defineCommand("aggregate/fill_events", Type.Object(reading), parallel);
export const fillMaskedEvents = defineCommand("aggregate/fill_masked_events", Type.Object(reading), parallel);
export const selectMaskedEvents = defineQuery(
  "aggregate/masked_events",
  Type.Object({ from_ms: Int64, to_ms: Int64, ...range, event_types: Type.Array(Text), only_touched: Flag }),
  Type.Object({ is_there: Flag }),
);
export const selectUnknownShapes = defineQuery(
  "aggregate/unknown_shapes",
  Type.Object({ usage_types: Type.Array(Type.Integer()) }),
  Type.Object({ is_there: Flag }),
);
export const writeMaskedShapes = defineCommand("aggregate/write_masked_shapes", Type.Object(reading));
export const selectStepMix = defineQuery(
  "aggregate/step_mix",
  Type.Object({ ...pairing, registry_version: Text }),
  Type.Object({
    partials: Text,
    part_closes: Text,
    measures: Type.Array(Type.Integer()),
    state_measures: Type.Array(Type.Integer()),
  }),
);
export const spreadCloses = defineCommand(
  "aggregate/spread_closes",
  Type.Object({ ...pairing, registry_version: Text }),
);
export const fillPartials = defineCommand("aggregate/fill_partials", Type.Object(reading));
export const resolvePartials = defineCommand(
  "aggregate/resolve_partials",
  Type.Object({ ...pairing, registry_version: Text }),
);
export const writeResolvedShapes = defineCommand("aggregate/write_resolved_shapes", Type.Object({}));
export const fillResolved = defineCommand("aggregate/fill_resolved", Type.Object({}));
export const selectAccountEnds = defineQuery(
  "aggregate/account_ends",
  Type.Object({ from_ms: Int64, to_ms: Int64 }),
  Type.Object({ accounts: Text }),
);
export const fillAccountEnds = defineCommand("aggregate/fill_account_ends", Type.Object({ ...pairing, to_ms: Int64 }));
export const fillIntervals = defineCommand("aggregate/fill_intervals", Type.Object(pairing), parallel);
export const fillGauges = defineCommand("aggregate/fill_gauges", Type.Object({ ...pairing, registry_version: Text }));
export const fillCounters = defineCommand("aggregate/fill_counters", Type.Object(pairing));
export const markOpen = defineCommand("aggregate/mark_open", Type.Object({ from_ms: Int64, ...range }));
export const markUncounted = defineCommand("aggregate/mark_uncounted", Type.Object({ from_ms: Int64, ...range }));
export const fillCutIntervals = defineCommand(
  "aggregate/fill_cut_intervals",
  Type.Object({ at_ms: Int64, run_seq: Text, ...range, only_touched: Flag }),
);
export const fillPoints = defineCommand("aggregate/fill_points", Type.Object({}));

export const writeRecords = defineCommand(
  "aggregate/write_records",
  Type.Object({ ...untouched, run_seq: Text, ...windows }),
  parallel,
);
export const writeExtremes = defineCommand("aggregate/write_extremes", Type.Object(slicing));
export const writeSlices = defineCommand("aggregate/write_slices", Type.Object({ ...slicing, ...range }));
export const writeState = defineCommand(
  "aggregate/write_state",
  Type.Object({ ...untouched, run_seq: Text, to_ms: Int64 }),
  parallel,
);
export const checkSpan = defineQuery(
  "aggregate/check_span",
  Type.Object({ ...untouched, run_seq: Text, ...windows }),
  Type.Object({
    interval_ms: Text,
    interval_quantity: Text,
    record_ms: Text,
    record_quantity: Text,
    records: Text,
    split: Text,
    overlong: Text,
  }),
);

const deltas = { run_seq: Text, from_ms: Int64, to_ms: Int64, ...range, zone: Text };
export const fillFreshRecords = defineCommand("aggregate/fill_fresh_records", Type.Object(slicing));
export const fillFreshExtremes = defineCommand("aggregate/fill_fresh_extremes", Type.Object(slicing));
export const writeRecordDeltas = defineCommand("aggregate/write_record_deltas", Type.Object(deltas));
export const fillFreshSlices = defineCommand("aggregate/fill_fresh_slices", Type.Object(slicing));
export const writeSliceDeltas = defineCommand("aggregate/write_slice_deltas", Type.Object(deltas));
export const writeStateRepairs = defineCommand(
  "aggregate/write_state_repairs",
  Type.Object({ run_seq: Text, checkpoints: Instants }),
);
export const writeRepairMarks = defineCommand(
  "aggregate/write_repair_marks",
  Type.Object({ run_seq: Text, checkpoints: Instants }),
);
export const writeCorrectedWindows = defineCommand(
  "aggregate/write_corrected_windows",
  Type.Object({ run_seq: Text, zone: Text, from_ms: Int64, to_ms: Int64 }),
);

export const forgetCheckpoints = defineCommand("aggregate/forget_checkpoints", Type.Object({ checkpoints: Instants }));
export const forgetRepairs = defineCommand("aggregate/forget_repairs", Type.Object({ checkpoints: Instants }));

const copying = Type.Object({ run_seq: Text, original_seq: Text });
const Compared = Type.Object({ same: Text, missing: Text, added: Text });
export const copyTouchedOfRun = defineCommand("aggregate/copy_touched_of_run", copying);
export const copyZonesOfRun = defineCommand("aggregate/copy_zones_of_run", copying);
export const copyRangesOfRun = defineCommand("aggregate/copy_ranges_of_run", copying);
export const compareRecords = defineQuery("aggregate/compare_records", copying, Compared);
export const compareSlices = defineQuery("aggregate/compare_slices", copying, Compared);
