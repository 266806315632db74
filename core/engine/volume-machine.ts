import type { MachineTable } from "./machine.ts";

/** `root`: made and deleted with its machine, so it can only be resized. */
export type VolumeState = "absent" | "detached" | "attached" | "root" | "deleted";

/** The life of a volume; one that was never attached is charged all the same. */
export const volumeMachine: MachineTable<VolumeState> = {
  absent: { create: { to: "detached", events: ["VOLUME.CREATE"] } },
  detached: {
    attach: { to: "attached", events: ["VOLUME.ATTACH"] },
    resize: { to: "detached", events: ["VOLUME.RESIZE"] },
    delete: { to: "deleted", events: ["VOLUME.DELETE"] },
  },
  attached: {
    detach: { to: "detached", events: ["VOLUME.DETACH"] },
    resize: { to: "attached", events: ["VOLUME.RESIZE"] },
  },
  root: { resize: { to: "root", events: ["VOLUME.RESIZE"] } },
  deleted: {},
};

/** The state a volume is in after an event; null = as before. A volume made for a machine (its `vm` is set) is its root. */
export const volumeStateAfter: Readonly<Record<string, VolumeState | null>> = {
  "VOLUME.CREATE": "detached",
  "VOLUME.ATTACH": "attached",
  "VOLUME.DETACH": "detached",
  "VOLUME.RESIZE": null,
  "VOLUME.DELETE": "deleted",
};
