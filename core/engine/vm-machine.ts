import type { MachineTable } from "./machine.ts";

/** `absent`: never heard of. `allocated`: made but never started. `destroyed` can come back, `expunged` cannot. */
export type VmState = "absent" | "allocated" | "stopped" | "running" | "destroyed" | "expunged";

/**
 * The life of a machine. VOLUME.* here is its root volume, which is charged from deploy to expunge, not to destroy.
 * Destroying what runs says VM.STOP first, so that no running charge outlives the machine.
 */
export const vmMachine: MachineTable<VmState> = {
  absent: {
    deploy: { to: "running", events: ["VM.CREATE", "VOLUME.CREATE", "VM.START"] },
    allocate: { to: "allocated", events: ["VM.CREATE", "VOLUME.CREATE"] },
  },
  allocated: {
    start: { to: "running", events: ["VM.START"] },
    upgrade: { to: "allocated", events: ["VM.UPGRADE"] },
    destroy: { to: "destroyed", events: ["VM.DESTROY"] },
  },
  stopped: {
    start: { to: "running", events: ["VM.START"] },
    upgrade: { to: "stopped", events: ["VM.UPGRADE"] },
    destroy: { to: "destroyed", events: ["VM.DESTROY"] },
  },
  running: {
    stop: { to: "stopped", events: ["VM.STOP"] },
    scale: { to: "running", events: ["VM.DYNAMIC.SCALE"] },
    destroy: { to: "destroyed", events: ["VM.STOP", "VM.DESTROY"] },
  },
  destroyed: {
    recover: { to: "stopped", events: ["VM.RECOVER"] },
    expunge: { to: "expunged", events: ["VM.EXPUNGE", "VOLUME.DELETE"] },
  },
  expunged: {},
};

/** The state a machine is in after an event; null = as before. How state is told from the log. */
export const vmStateAfter: Readonly<Record<string, VmState | null>> = {
  "VM.CREATE": "allocated",
  "VM.START": "running",
  "VM.STOP": "stopped",
  "VM.UPGRADE": null,
  "VM.DYNAMIC.SCALE": null,
  "VM.DESTROY": "destroyed",
  "VM.RECOVER": "stopped",
  "VM.EXPUNGE": "expunged",
};
