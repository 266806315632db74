import Type from "typebox";
import { defineCommand, defineQuery } from "../core/sql.ts";

// Every statement of a run, as typed functions; what each means stands in its file under sql/aggregate.

const Int64 = Type.Union([Type.String(), Type.Number()]);
const Text = Type.String();
const Instants = Type.Array(Type.Number());

const range = { k_from: Text, k_to: Text };
const bound = { bound_partitions: Type.Array(Type.Integer()), bound_offsets: Type.Array(Type.BigInt()) };
const work = { from_ms: Int64, to_ms: Int64, ...range, ...bound, registry_version: Text, run_seq: Text };
const windows = { edges: Instants, zone: Text };
const slicing = { ...windows, capacity_types: Type.Array(Type.Integer()) };
const arrivals = { from_offset: Text, to_offset: Text };
const stretch = { log_partition: Type.Integer(), ...arrivals };

/** Two insert threads copy the untouched resources faster than one (measured: the floor moves as well). */
const parallel = { max_insert_threads: 2 };

export const readArrivals = defineCommand("aggregate/read_arrivals", Type.Object(stretch));
export const excludeRepeats = defineCommand("aggregate/exclude_repeats", Type.Object({}));
export const writeIdentities = defineCommand("aggregate/write_identities", Type.Object(arrivals));
export const writeTouched = defineCommand(
  "aggregate/write_touched",
  Type.Object({ run_seq: Text, late_before_ms: Int64, ...arrivals }),
);
export const writeShapes = defineCommand("aggregate/write_shapes", Type.Object(stretch));
export const writeNames = defineCommand("aggregate/write_names", Type.Object(stretch));
export const writeAccounts = defineCommand("aggregate/write_accounts", Type.Object({ ...stretch, now_ms: Int64 }));

export const writeAccountZones = defineCommand(
  "aggregate/write_account_zones",
  Type.Object({ run_seq: Text, default_zone: Text }),
);
export const selectMovedAccounts = defineQuery(
  "aggregate/moved_accounts",
  Type.Object({ run_seq: Text }),
  Type.Object({ moved: Text }),
);
export const touchMovedAccounts = defineCommand("aggregate/touch_moved_accounts", Type.Object({ run_seq: Text }));

export const selectZones = defineQuery(
  "aggregate/zones",
  Type.Object({ run_seq: Text }),
  Type.Object({ zone: Text, published_from_ms: Text, published_to_ms: Text }),
);
export const selectFirstEvent = defineQuery(
  "aggregate/first_event",
  Type.Object({
    zone: Text,
    run_seq: Text,
    touched_by: Text,
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
  Type.Object({ from_ms: Int64, to_ms: Int64, run_seq: Text }),
  Type.Object({ at_ms: Text }),
);
export const selectSpanSize = defineQuery(
  "aggregate/span_size",
  Type.Object({ from_ms: Int64, to_ms: Int64 }),
  Type.Object({ events: Text }),
);
export const selectPublishedEdges = defineQuery(
  "aggregate/published_edges",
  Type.Object({ zone: Text, after_ms: Int64 }),
  Type.Object({ start_ms: Text, end_ms: Text }),
);
export const selectTouched = defineQuery(
  "aggregate/touched",
  Type.Object({ run_seq: Text }),
  Type.Object({ resources: Text, from_ms: Text }),
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

export const fillIntervals = defineCommand(
  "aggregate/fill_intervals",
  Type.Object({ ...work, touched_by: Text }),
  parallel,
);
export const writeRecords = defineCommand("aggregate/write_records", Type.Object({ ...work, ...slicing }), parallel);
export const writeSlices = defineCommand("aggregate/write_slices", Type.Object({ run_seq: Text, ...slicing }));
export const writeState = defineCommand("aggregate/write_state", Type.Object(work), parallel);
export const checkSpan = defineQuery(
  "aggregate/check_span",
  Type.Object({ ...work, ...windows }),
  Type.Object({ interval_ms: Text, record_ms: Text, records: Text, overlong: Text }),
);

const deltas = { run_seq: Text, from_ms: Int64, to_ms: Int64, ...range, zone: Text };
export const fillFreshRecords = defineCommand(
  "aggregate/fill_fresh_records",
  Type.Object({ run_seq: Text, ...slicing }),
);
export const writeRecordDeltas = defineCommand("aggregate/write_record_deltas", Type.Object(deltas));
export const fillFreshSlices = defineCommand("aggregate/fill_fresh_slices", Type.Object({ run_seq: Text, ...slicing }));
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
  Type.Object({ run_seq: Text, zone: Text }),
);
