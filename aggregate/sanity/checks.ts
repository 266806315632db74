import type { ClickHouseClient } from "@clickhouse/client";
import type { InstantMs } from "../../core/instant.ts";
import { beginning } from "../context.ts";
import {
  checkAccounts,
  checkArchivedRevisions,
  checkConflicts,
  checkCounters,
  checkDeletedAccounts,
  checkEmptyCapacity,
  checkHours,
  checkOpenTwice,
  checkOutsideWindow,
  checkOverlaps,
  checkRevisions,
  checkRunningNotAllocated,
  checkSilentResources,
  checkSilentSources,
  checkSlices,
  checkUnknownResource,
  checkUsageAfterEnd,
  checkWithoutEffect,
} from "./sanity-sql.ts";

/** A range of k, both ends in. */
export interface Range {
  readonly k_from: string;
  readonly k_to: string;
}

/** What the checks of one run stand on. */
export interface Checked {
  readonly now: InstantMs;
  /** Windows that later runs wrote are looked at. */
  readonly since_run: string;
  /** Start of the earliest of these windows; null = there are none. */
  readonly first_window: InstantMs | null;
  /** The latest checkpoint; null = there is none. */
  readonly checkpoint: InstantMs | null;
  /** From where stories are told: a checkpoint, or the beginning of time; null = nothing arrived. */
  readonly told_from: InstantMs | null;
  /** Whose stories: 1 = those of the resources in scratch_touched, 0 = all. */
  readonly only_touched: 0 | 1;
  readonly bound_partitions: number[];
  readonly bound_offsets: bigint[];
  readonly registry_version: string;
}

/**
 * Where a check looks, so that what it no longer finds there counts as resolved. `windows`: records of windows written since
 * the former checks; `stories`: steps of touched resources since told_from; `since`: everything since told_from;
 * `state`: what is open at the latest checkpoint; `everywhere`: everything it can ever find.
 */
export type Scope = "windows" | "stories" | "since" | "state" | "everywhere";

/** One question, which may go by several names; asked once for each range of resources where it is `ranged`. */
export interface SanityCheck {
  readonly names: readonly string[];
  readonly scope: Scope;
  readonly ranged: boolean;
  /** How long before what it finds the events lie that it reads, in ms; left out where events that are archived make no difference to it. */
  readonly reach_ms?: number;
  find(lane: ClickHouseClient, checked: Checked, range: Range): Promise<void>;
}

const DAY_MS = 86_400_000;
/** Ends of lives are known for so long before the windows looked at. What was used later than that was found when it was first. */
const ENDS_MS = 31 * DAY_MS;
const REPORTS_MS = 14 * DAY_MS;
const SOURCES_MS = 45 * DAY_MS;
const ACCOUNTS_MS = 62 * DAY_MS;

/** What has one life, by usage types: the events that end it and that begin it. A start does not bring a destroyed VM back. */
const lives = [
  {
    check: "vm-usage-after-destroy",
    usage_types: [1, 2],
    end_types: ["VM.DESTROY"],
    begin_types: ["VM.CREATE", "VM.RECOVER"],
  },
  {
    check: "volume-usage-after-delete",
    usage_types: [6],
    end_types: ["VOLUME.DELETE"],
    begin_types: ["VOLUME.CREATE"],
  },
  {
    check: "image-usage-after-delete",
    usage_types: [7, 8],
    end_types: ["TEMPLATE.DELETE", "ISO.DELETE"],
    begin_types: ["TEMPLATE.CREATE", "TEMPLATE.COPY", "ISO.CREATE", "ISO.COPY"],
  },
  {
    check: "snapshot-usage-after-delete",
    usage_types: [9],
    end_types: ["SNAPSHOT.DELETE"],
    begin_types: ["SNAPSHOT.CREATE"],
  },
] as const;

const onRecords = (names: readonly string[], find: SanityCheck["find"]): SanityCheck => ({
  names,
  scope: "windows",
  ranged: true,
  find: async (lane, checked, range) => {
    if (checked.first_window !== null) await find(lane, checked, range);
  },
});

const onState = (
  names: readonly string[],
  find: (lane: ClickHouseClient, params: Range & { from_ms: InstantMs; registry_version: string }) => Promise<void>,
): SanityCheck => ({
  names,
  scope: "state",
  ranged: true,
  find: async (lane, { checkpoint, registry_version }, range) => {
    if (checkpoint !== null) await find(lane, { ...range, from_ms: checkpoint, registry_version });
  },
});

const onEverything = (names: readonly string[], find: SanityCheck["find"], ranged = false): SanityCheck => ({
  names,
  scope: "everywhere",
  ranged,
  find,
});

const since = (now: InstantMs, ms: number): number => Math.max(beginning, now - ms);

/**
 * The checks that need no stories told: CloudStack's nine for our data, and ours. One that fails, fails alone.
 */
export const sanityChecks: readonly SanityCheck[] = [
  onRecords(["usage-exceeds-window"], (lane, { since_run, registry_version }, range) =>
    checkHours(lane, { since_run, registry_version, ...range }),
  ),
  onRecords(["usage-outside-window"], (lane, { since_run }, range) =>
    checkOutsideWindow(lane, { since_run, ...range }),
  ),
  onRecords(["slices-differ"], (lane, { since_run }, range) => checkSlices(lane, { since_run, ...range })),
  onRecords(["usage-overlaps"], (lane, { since_run }, range) => checkOverlaps(lane, { since_run, ...range })),
  ...lives.map(({ check, usage_types, end_types, begin_types }) => ({
    ...onRecords([check], (lane, { since_run, first_window, bound_partitions, bound_offsets }, range) =>
      checkUsageAfterEnd(lane, {
        check,
        usage_types: [...usage_types],
        end_types: [...end_types],
        begin_types: [...begin_types],
        from_ms: Math.max(beginning, (first_window ?? beginning) - ENDS_MS),
        since_run,
        bound_partitions,
        bound_offsets,
        ...range,
      }),
    ),
    reach_ms: ENDS_MS,
  })),
  onState(["running-twice", "allocated-twice", "volume-open-twice", "open-twice"], checkOpenTwice),
  onState(["running-not-allocated"], (lane, { registry_version: _all, ...params }) =>
    checkRunningNotAllocated(lane, params),
  ),
  onState(["empty-capacity"], checkEmptyCapacity),
  {
    names: ["event-of-deleted-account"],
    scope: "since",
    ranged: false,
    reach_ms: 0,
    find: async (lane, { told_from, bound_partitions, bound_offsets }) => {
      if (told_from !== null) await checkDeletedAccounts(lane, { from_ms: told_from, bound_partitions, bound_offsets });
    },
  },
  onEverything(
    ["resource-silent"],
    (lane, { now, registry_version }, range) =>
      checkSilentResources(lane, { from_ms: since(now, REPORTS_MS), registry_version, ...range }),
    true,
  ),
  onEverything(["source-silent"], (lane, { now }) =>
    checkSilentSources(lane, { from_ms: since(now, SOURCES_MS), now_ms: now }),
  ),
  onEverything(["conflict"], (lane) => checkConflicts(lane, {})),
  { ...onEverything(["equal-revisions"], (lane) => checkRevisions(lane, {})), reach_ms: 0 },
  onEverything(["archived-revision"], (lane) => checkArchivedRevisions(lane, {})),
  onEverything(["account-incomplete"], (lane, { now }) => checkAccounts(lane, { from_ms: since(now, ACCOUNTS_MS) })),
];

/** The checks on the steps of stories, which are told before each range. */
export const storyChecks: readonly SanityCheck[] = [
  {
    names: ["close-without-open", "repeated-open", "change-without-open"],
    scope: "stories",
    ranged: true,
    reach_ms: 0,
    find: (lane, { told_from, only_touched }, range) =>
      checkWithoutEffect(lane, { from_ms: told_from ?? beginning, only_touched, ...range }),
  },
  {
    names: ["unknown-resource"],
    scope: "stories",
    ranged: true,
    reach_ms: 0,
    find: (lane, _checked, range) => checkUnknownResource(lane, range),
  },
  {
    names: ["counter-backwards", "counter-drop-in-epoch"],
    scope: "stories",
    ranged: true,
    reach_ms: 0,
    find: (lane, { told_from, only_touched }, range) =>
      checkCounters(lane, { from_ms: told_from ?? beginning, only_touched, ...range }),
  },
];
