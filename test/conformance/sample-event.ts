import { type LifecycleEvent, plainRest } from "../../core/events.ts";
import { instant } from "../../core/instant.ts";

/** A plain event, 2026-10-01T10:12Z, but for what the test is about. */
export function event(change: Partial<LifecycleEvent> = {}): LifecycleEvent {
  return {
    source: "cloudstack/zone-1",
    id: "e-1",
    sequence: -1n,
    type: "VM.START",
    subject: "",
    occurred_at: instant(Date.UTC(2026, 9, 1, 10, 12)),
    account_id: "acme",
    account: "",
    domain: "",
    project_id: "",
    zone: "z1",
    resource: "vm-1",
    part: "",
    name: "",
    offering: "small",
    template: "",
    resource_type: "",
    vm: "",
    size: -1n,
    virtual_size: -1n,
    details: "{}",
    tags: "{}",
    extensions: "{}",
    ...plainRest,
    ...change,
  };
}
