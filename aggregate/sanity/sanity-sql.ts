import Type from "typebox";
import { defineCommand, defineQuery } from "../../core/sql.ts";

// Every statement of the sanity checks, as typed functions; what each means stands in its file under sql/aggregate.

const Int64 = Type.Union([Type.String(), Type.Number()]);
const Text = Type.String();
const Texts = Type.Array(Text);
const range = { k_from: Text, k_to: Text };
const bound = { bound_partitions: Type.Array(Type.Integer()), bound_offsets: Type.Array(Type.BigInt()) };
const former = {
  former_partitions: Type.Array(Type.Integer()),
  former_offsets: Type.Array(Type.BigInt()),
  from_offset: Text,
};
const windows = Type.Object({ since_run: Text, ...range });
const state = { from_ms: Int64, ...range };
const stories = { from_ms: Int64, ...range, only_touched: Type.Integer() };

export const selectChecks = defineQuery(
  "aggregate/sanity/sanity_checks",
  Type.Object({}),
  Type.Object({ checked_ms: Text, bound: Text, last_run_seq: Text, found: Text, failed: Texts }),
);
export const selectSanitySpan = defineQuery(
  "aggregate/sanity/sanity_span",
  Type.Object({ ...former, ...bound, since_run: Text, checkpoint_ms: Int64 }),
  Type.Object({ events: Text, last_run_seq: Text, first_window_ms: Text, records: Text, state_rows: Text }),
);
export const touchUnchecked = defineCommand(
  "aggregate/sanity/touch_unchecked",
  Type.Object({ run_seq: Text, ...former, ...bound }),
);
export const writeFindings = defineCommand(
  "aggregate/sanity/write_findings",
  Type.Object({ run_seq: Text, now_ms: Int64 }),
);
export const resolveFindings = defineCommand(
  "aggregate/sanity/resolve_findings",
  Type.Object({
    run_seq: Text,
    checks: Texts,
    scope: Text,
    since_run: Text,
    from_ms: Int64,
    known_from_ms: Int64,
    only_touched: Type.Integer(),
    now_ms: Int64,
  }),
);
export const countFound = defineQuery(
  "aggregate/sanity/found_counts",
  Type.Object({}),
  Type.Object({ check: Text, findings: Text }),
);

export const checkHours = defineCommand(
  "aggregate/sanity/check_hours",
  Type.Object({ ...windows.properties, registry_version: Text }),
);
export const checkOutsideWindow = defineCommand("aggregate/sanity/check_outside_window", windows);
export const checkSlices = defineCommand("aggregate/sanity/check_slices", windows);
export const checkOverlaps = defineCommand("aggregate/sanity/check_overlaps", windows);
export const checkUsageAfterEnd = defineCommand(
  "aggregate/sanity/check_usage_after_end",
  Type.Object({
    check: Text,
    usage_types: Type.Array(Type.Integer()),
    end_types: Texts,
    begin_types: Texts,
    from_ms: Int64,
    ...windows.properties,
    ...bound,
  }),
);
export const checkOpenTwice = defineCommand(
  "aggregate/sanity/check_open_twice",
  Type.Object({ ...state, registry_version: Text }),
);
export const checkRunningNotAllocated = defineCommand(
  "aggregate/sanity/check_running_not_allocated",
  Type.Object(state),
);
export const checkEmptyCapacity = defineCommand(
  "aggregate/sanity/check_empty_capacity",
  Type.Object({ ...state, registry_version: Text }),
);
export const checkWithoutEffect = defineCommand("aggregate/sanity/check_without_effect", Type.Object(stories));
export const checkUnknownResource = defineCommand("aggregate/sanity/check_unknown_resource", Type.Object(range));
export const checkCounters = defineCommand("aggregate/sanity/check_counters", Type.Object(stories));
export const checkDeletedAccounts = defineCommand(
  "aggregate/sanity/check_deleted_accounts",
  Type.Object({ from_ms: Int64, ...bound }),
);
export const checkSilentResources = defineCommand(
  "aggregate/sanity/check_silent_resources",
  Type.Object({ ...state, registry_version: Text }),
);
export const checkSilentSources = defineCommand(
  "aggregate/sanity/check_silent_sources",
  Type.Object({ from_ms: Int64, now_ms: Int64 }),
);
export const checkConflicts = defineCommand("aggregate/sanity/check_conflicts", Type.Object({}));
export const checkArchivedRevisions = defineCommand("aggregate/sanity/check_archived_revisions", Type.Object({}));
export const checkRevisions = defineCommand("aggregate/sanity/check_revisions", Type.Object({}));
export const checkAccounts = defineCommand("aggregate/sanity/check_accounts", Type.Object({ from_ms: Int64 }));
