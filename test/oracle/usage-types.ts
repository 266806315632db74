import type { OracleShape } from "./event.ts";
import type { Effect } from "./order.ts";

export type Measure = "duration" | "capacity" | "sum" | "counter" | "gauge" | "count" | "max" | "unique" | "latest";

/** What the oracle knows of a usage type; what is absent is "", none, false or 0. */
export interface OracleType {
  readonly usage_type: number;
  readonly measure: Measure;
  readonly effects: Readonly<Record<string, Effect>>;
  readonly reading?: string;
  readonly shape_by?: readonly (keyof OracleShape)[];
  readonly parts?: boolean;
  readonly max_gap_ms?: number;
  /** From when on it counts, RFC 3339; absent or null: since the beginning. */
  readonly counts_from?: string | null;
}

const COUNTED = { "tally.counter": "report" } as const;

/** The built-in usage types, written down from their specification and from nothing else. */
export const BUILT_IN_TYPES: readonly OracleType[] = [
  {
    usage_type: 1,
    measure: "duration",
    effects: { "VM.START": "open", "VM.STOP": "close", "VM.DESTROY": "close", "VM.DYNAMIC.SCALE": "change" },
  },
  {
    usage_type: 2,
    measure: "duration",
    effects: {
      "VM.CREATE": "open",
      "VM.RECOVER": "open",
      "VM.DESTROY": "close",
      "VM.UPGRADE": "change",
      "VM.DYNAMIC.SCALE": "change",
      "VM.START": "change",
    },
  },
  { usage_type: 3, measure: "duration", effects: { "NET.IPASSIGN": "open", "NET.IPRELEASE": "close" } },
  { usage_type: 4, measure: "counter", effects: COUNTED, reading: "network_bytes_sent" },
  { usage_type: 5, measure: "counter", effects: COUNTED, reading: "network_bytes_received" },
  {
    usage_type: 6,
    measure: "capacity",
    effects: {
      "VOLUME.CREATE": "open",
      "VOLUME.DELETE": "close",
      "VOLUME.RESIZE": "change",
      "VOLUME.ATTACH": "change",
      "VOLUME.DETACH": "change",
      "VOLUME.CHANGE.DISK.OFFERING": "change",
    },
  },
  {
    usage_type: 7,
    measure: "capacity",
    effects: { "TEMPLATE.CREATE": "open", "TEMPLATE.COPY": "open", "TEMPLATE.DELETE": "close" },
    parts: true,
  },
  {
    usage_type: 8,
    measure: "capacity",
    effects: { "ISO.CREATE": "open", "ISO.COPY": "open", "ISO.DELETE": "close" },
    parts: true,
  },
  { usage_type: 9, measure: "capacity", effects: { "SNAPSHOT.CREATE": "open", "SNAPSHOT.DELETE": "close" } },
  {
    usage_type: 10,
    measure: "duration",
    effects: { "SG.ASSIGN": "open", "SG.REMOVE": "close", "VM.DESTROY": "close" },
    parts: true,
  },
  { usage_type: 11, measure: "duration", effects: { "LB.CREATE": "open", "LB.DELETE": "close" } },
  { usage_type: 12, measure: "duration", effects: { "NET.RULEADD": "open", "NET.RULEDELETE": "close" } },
  {
    usage_type: 13,
    measure: "duration",
    effects: {
      "NETWORK.OFFERING.ASSIGN": "open",
      "NETWORK.OFFERING.CREATE": "open",
      "NETWORK.OFFERING.REMOVE": "close",
      "NETWORK.OFFERING.DELETE": "close",
      "VM.DESTROY": "close",
    },
    parts: true,
  },
  { usage_type: 14, measure: "duration", effects: { "VPN.USER.ADD": "open", "VPN.USER.REMOVE": "close" } },
  { usage_type: 21, measure: "counter", effects: COUNTED, reading: "disk_io_read" },
  { usage_type: 22, measure: "counter", effects: COUNTED, reading: "disk_io_write" },
  { usage_type: 23, measure: "counter", effects: COUNTED, reading: "disk_bytes_read" },
  { usage_type: 24, measure: "counter", effects: COUNTED, reading: "disk_bytes_write" },
  {
    usage_type: 25,
    measure: "capacity",
    effects: { "VMSNAPSHOT.CREATE": "open", "VMSNAPSHOT.DELETE": "close" },
    parts: true,
  },
  {
    usage_type: 26,
    measure: "capacity",
    effects: { "VOLUME.UPLOAD": "open", "VOLUME.CREATE": "close", "VOLUME.DELETE": "close" },
  },
  {
    usage_type: 27,
    measure: "capacity",
    effects: { "VMSNAPSHOT.ON_PRIMARY": "open", "VMSNAPSHOT.OFF_PRIMARY": "close" },
  },
  {
    usage_type: 28,
    measure: "capacity",
    effects: {
      "BACKUP.OFFERING.ASSIGN": "open",
      "BACKUP.USAGE.METRIC": "change",
      "BACKUP.OFFERING.BACKUPS.DEL": "close",
    },
    parts: true,
  },
  {
    usage_type: 29,
    measure: "capacity",
    effects: { "BUCKET.CREATE": "open", "BUCKET.UPDATE": "change", "BUCKET.DELETE": "close" },
  },
  {
    usage_type: 30,
    measure: "duration",
    effects: { "NETWORK.CREATE": "open", "NETWORK.UPDATE": "change", "NETWORK.DELETE": "close" },
  },
  { usage_type: 31, measure: "duration", effects: { "VPC.CREATE": "open", "VPC.DELETE": "close" } },
  {
    usage_type: 1001,
    measure: "capacity",
    effects: { "SNAPSHOT.ON_PRIMARY": "open", "SNAPSHOT.OFF_PRIMARY": "close" },
  },
  { usage_type: 1002, measure: "duration", effects: { "NET.IP6ASSIGN": "open", "NET.IP6RELEASE": "close" } },
  {
    usage_type: 1003,
    measure: "gauge",
    effects: { "tally.gauge": "report", "VM.DESTROY": "close" },
    reading: "console_sessions",
    max_gap_ms: 600_000,
  },
];
