import type { UsageTypeInput } from "../../core/usage-type.ts";

/** What happens to things of one kind, as far as they only begin, change and end. */
export interface Family {
  readonly open: readonly string[];
  readonly change: readonly string[];
  readonly close: readonly string[];
  /** Whether they are charged by a size; of the events in `unsized` only some say it. */
  readonly sized: boolean;
  readonly unsized: readonly string[];
  /** Their parts, [""] when they have none. */
  readonly parts: readonly string[];
  /** Whether their resource is a VM. */
  readonly ofVm: boolean;
}

const plain = { change: [], sized: false, unsized: [], parts: [""], ofVm: false } as const;
const zones = ["zone/z1", "zone/z2"] as const;

/** Every built-in kind but VMs and volumes, whose lives are told in history-life.ts, and an operator's own. */
export const FAMILIES = {
  nic: {
    ...plain,
    open: ["NETWORK.OFFERING.ASSIGN", "NETWORK.OFFERING.CREATE"],
    close: ["NETWORK.OFFERING.REMOVE", "NETWORK.OFFERING.DELETE"],
    parts: ["nic/1", "nic/2"],
    ofVm: true,
  },
  template: {
    ...plain,
    open: ["TEMPLATE.CREATE", "TEMPLATE.COPY"],
    close: ["TEMPLATE.DELETE"],
    sized: true,
    parts: zones,
  },
  backup: {
    ...plain,
    open: ["BACKUP.OFFERING.ASSIGN"],
    change: ["BACKUP.USAGE.METRIC"],
    close: ["BACKUP.OFFERING.BACKUPS.DEL"],
    sized: true,
    unsized: ["BACKUP.OFFERING.ASSIGN"],
    parts: ["backup/gold"],
    ofVm: true,
  },
  bucket: {
    ...plain,
    open: ["BUCKET.CREATE"],
    change: ["tally.size", "tally.size", "BUCKET.UPDATE"],
    close: ["BUCKET.DELETE"],
    sized: true,
    unsized: ["BUCKET.CREATE", "BUCKET.UPDATE"],
  },
  group: { ...plain, open: ["SG.ASSIGN"], close: ["SG.REMOVE"], parts: ["group/1", "group/2"], ofVm: true },
  iso: { ...plain, open: ["ISO.CREATE", "ISO.COPY"], close: ["ISO.DELETE"], sized: true, parts: zones },
  snapshot: {
    ...plain,
    open: ["SNAPSHOT.CREATE", "SNAPSHOT.ON_PRIMARY"],
    close: ["SNAPSHOT.DELETE", "SNAPSHOT.OFF_PRIMARY"],
    sized: true,
  },
  vmsnapshot: {
    ...plain,
    open: ["VMSNAPSHOT.CREATE", "VMSNAPSHOT.ON_PRIMARY"],
    close: ["VMSNAPSHOT.DELETE", "VMSNAPSHOT.OFF_PRIMARY"],
    sized: true,
    parts: ["", "volume/1"],
  },
  ip: {
    ...plain,
    open: ["NET.IPASSIGN", "NET.IP6ASSIGN"],
    close: ["NET.IPRELEASE", "NET.IP6RELEASE"],
  },
  rule: { ...plain, open: ["LB.CREATE", "NET.RULEADD"], close: ["LB.DELETE", "NET.RULEDELETE"] },
  vpn: { ...plain, open: ["VPN.USER.ADD"], close: ["VPN.USER.REMOVE"] },
  network: { ...plain, open: ["NETWORK.CREATE"], change: ["NETWORK.UPDATE"], close: ["NETWORK.DELETE"] },
  vpc: { ...plain, open: ["VPC.CREATE"], close: ["VPC.DELETE"] },
  service: {
    ...plain,
    open: ["APP.START"],
    change: ["APP.RESIZE"],
    close: ["APP.STOP"],
    sized: true,
    parts: ["", "worker/1"],
  },
} as const satisfies Readonly<Record<string, Family>>;

/** What a device counts or a gauge shows, all at once or some of it. */
export const READINGS = {
  device: { type: "tally.counter", names: ["network_bytes_sent", "network_bytes_received"], part: "network/1" },
  disk: {
    type: "tally.counter",
    names: ["disk_io_read", "disk_io_write", "disk_bytes_read", "disk_bytes_write", "cache_hits"],
    part: "volume/1",
  },
  console: { type: "tally.gauge", names: ["console_sessions"], part: "" },
  load: { type: "tally.gauge", names: ["load"], part: "" },
  app: { type: "APP.REQUEST", names: ["tokens", "latency_ms", "queue"], part: "" },
} as const;

/** Kinds of what a history can be about. */
export type Kind = "vm" | "volume" | keyof typeof FAMILIES | keyof typeof READINGS;

/** Kinds an operator needs to add usage types for (OPERATOR_TYPES). */
const OPERATOR_KINDS: readonly Kind[] = ["app", "service", "load"];

/** All kinds, those first that hold the most. */
export const ALL_KINDS: readonly Kind[] = [
  ...(["vm", "volume", "device", "nic", "backup", "app", "bucket", "console", "template", "service", "load"] as const),
  ...(["disk", "group", "iso", "snapshot", "vmsnapshot", "ip", "rule", "vpn", "network", "vpc"] as const),
];

/** All kinds, those more often whose rules are harder: samples, parts, stepping sizes. */
export const WEIGHTED_KINDS: readonly Kind[] = [
  ...ALL_KINDS,
  ...([
    "device",
    "device",
    "device",
    "disk",
    "disk",
    "nic",
    "nic",
    "backup",
    "app",
    "app",
    "console",
    "template",
  ] as const),
];

/** All kinds that need no usage type of an operator. */
export const BUILT_IN_KINDS: readonly Kind[] = ALL_KINDS.filter((kind) => !OPERATOR_KINDS.includes(kind));

const display = { display_unit: "units", display_divisor: "1" } as const;
const requests = { "APP.REQUEST": "report" } as const;

/** Usage types an operator added, one of each measure; an oracle and a pipeline read them alike. */
export const OPERATOR_TYPES: readonly UsageTypeInput[] = [
  {
    ...display,
    usage_type: 40_000,
    name: "T_SUM",
    measure: "sum",
    unit: "tokens",
    reading: "tokens",
    effects: requests,
  },
  { ...display, usage_type: 40_001, name: "T_COUNT", measure: "count", unit: "requests", effects: requests },
  {
    ...display,
    usage_type: 40_002,
    name: "T_MAX",
    measure: "max",
    unit: "msec",
    reading: "latency_ms",
    effects: requests,
  },
  {
    ...display,
    usage_type: 40_003,
    name: "T_UNIQUE",
    measure: "unique",
    unit: "users",
    reading: "user",
    effects: requests,
    shape_by: ["offering"],
  },
  {
    ...display,
    usage_type: 40_004,
    name: "T_LATEST",
    measure: "latest",
    unit: "items",
    reading: "queue",
    effects: requests,
  },
  {
    ...display,
    usage_type: 40_005,
    name: "T_GAUGE",
    measure: "gauge",
    unit: "load_ms",
    reading: "load",
    effects: { "tally.gauge": "report", "APP.STOP": "close" },
    shape_by: ["offering", "tags"],
  },
  {
    ...display,
    usage_type: 40_006,
    name: "T_CAPACITY",
    measure: "capacity",
    unit: "byte_ms",
    effects: { "APP.START": "open", "APP.RESIZE": "change", "APP.STOP": "close" },
    shape_by: ["offering", "size", "tags"],
    parts: true,
  },
  {
    ...display,
    usage_type: 40_007,
    name: "T_COUNTER",
    measure: "counter",
    unit: "hits",
    reading: "cache_hits",
    effects: { "tally.counter": "report" },
    shape_by: ["zone"],
  },
];
