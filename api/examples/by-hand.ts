// What routes show where no golden case gives it (golden.ts): other forms of a body, and what goes on longer than a case. A test holds each to
// its schema, and says of each operation without a golden case why it has none.

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

export const run = {
  id: "run_4d1e8a0c9b7f36251e80",
  seq: "1",
  kind: "aggregate",
  state: "published",
  period: null,
  dry_run: false,
  asked_by: null,
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
