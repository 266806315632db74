// Examples of events and usage: one virtual machine on the first day of October 2026 in Amsterdam, running from 10:12 UTC on.

export const event = {
  specversion: "1.0",
  id: "e-8812",
  source: "cloudstack/zone-1",
  sequence: "8812",
  type: "VM.START",
  time: "2026-10-01T10:12:00.000Z",
  subject: "vm/6f1c0b52",
  data: {
    account_id: "9b2e41d0",
    account: "acme",
    domain: "ROOT/acme",
    zone: "z1",
    resource: "6f1c0b52",
    name: "web-1",
    offering: "small",
    template: "debian-12",
    resource_type: "KVM",
    details: { cpuNumber: "2", memory: "2048" },
    tags: { "cost-center": "42" },
  },
};

/** The window closes at 22:00 UTC, midnight in Amsterdam: 11 h 48 min = 42,480,000 ms. */
const quantity = { quantity: "42480000", unit: "ms", display_quantity: "11.8", display_unit: "hours" };

export const window = { start: "2026-09-30T22:00:00.000Z", end: "2026-10-01T22:00:00.000Z" };

export const usageRecord = {
  id: "ur_6d3f0a94c2b85e7116f2d0a3b9c84e57",
  account_id: "9b2e41d0",
  account: "acme",
  usage_type: 1,
  usage_type_name: "RUNNING_VM",
  resource: "6f1c0b52",
  part: "",
  name: "web-1",
  project_id: null,
  zone: "z1",
  offering: "small",
  template: "debian-12",
  resource_type: "KVM",
  vm: null,
  size: null,
  virtual_size: null,
  details: event.data.details,
  tags: event.data.tags,
  window: { ...window, time_zone: "Europe/Amsterdam" },
  ...quantity,
  slices: 1,
  adjusts: null,
  booked_at: null,
};

export const usageType = {
  usage_type: 1,
  name: "RUNNING_VM",
  description: "Running Vm Usage",
  measure: "duration",
  unit: "ms",
  display_unit: "hours",
  display_divisor: "3600000",
  effects: { "VM.START": "open", "VM.STOP": "close", "VM.DESTROY": "close", "VM.DYNAMIC.SCALE": "change" },
  reading: "",
  shape_by: [],
  parts: false,
  max_gap_ms: 0,
  unsized: [],
  counts_from: null,
  added_at: null,
  added_by: null,
};

export const addedUsageType = {
  ...usageType,
  usage_type: 2001,
  name: "GPU_HOURS",
  description: "Hours a GPU is attached",
  effects: { "GPU.ATTACH": "open", "GPU.DETACH": "close" },
  shape_by: ["offering", "zone"],
  counts_from: "2026-10-01T08:00:00.000Z",
  added_at: "2026-10-01T08:00:00.000Z",
  added_by: "admin (key_1)",
};

export const run = {
  id: "run_4d1e8a0c9b7f36251e80",
  seq: "1",
  kind: "aggregate",
  state: "published",
  period: null,
  dry_run: false,
  asked_by: "schedule (aggregate)",
  reason: null,
  from: null,
  to: "2026-10-02T00:00:00.000Z",
  bound: { "embedded-1/0": "1" },
  former_bound: {},
  versions: { registry: "b1946ac92492d234", tzdb: "2026a" },
  counts: { arrivals: "1", resources_corrected: "0", windows: "1", records: "1" },
  error: null,
  began_at: "2026-10-02T00:15:00.000Z",
  changed_at: "2026-10-02T00:15:02.000Z",
  progress: { what: "computing windows", done: "0", total: "1", unit: "windows" },
  lease: null,
};
