import type { InstantMs } from "../instant.ts";

interface OfResource {
  /** Id of the resource the command is for: a new one's is chosen by the caller and never used again. */
  readonly resource: string;
  /** When it happens; left out = now. Not before the resource's last event, not in the future. */
  readonly at?: InstantMs;
}

/** A new machine: `deploy` starts it, `allocate` does not. Its root volume is `<resource>-root`. */
export interface DeployVm extends OfResource {
  readonly command: "deploy" | "allocate";
  readonly account_id: string;
  readonly name: string;
  readonly zone: string;
  readonly offering: string;
  readonly template: string;
  readonly root_size_bytes: bigint;
  /** Disk offering of the root volume; left out = none. */
  readonly root_offering?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Another offering: `upgrade` while it is stopped, `scale` while it runs. */
export interface ResizeVm extends OfResource {
  readonly command: "upgrade" | "scale";
  readonly offering: string;
}

export interface ChangeVm extends OfResource {
  readonly command: "start" | "stop" | "destroy" | "recover" | "expunge";
}

/** A new volume, attached to nothing. */
export interface CreateVolume extends OfResource {
  readonly command: "create";
  readonly account_id: string;
  readonly name: string;
  readonly zone: string;
  readonly offering: string;
  readonly size_bytes: bigint;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Attaches to a machine of the same account and zone that is not destroyed. */
export interface AttachVolume extends OfResource {
  readonly command: "attach";
  readonly vm: string;
}

export interface ResizeVolume extends OfResource {
  readonly command: "resize";
  readonly size_bytes: bigint;
  /** Another disk offering; left out = as before. */
  readonly offering?: string;
}

export interface ChangeVolume extends OfResource {
  readonly command: "detach" | "delete";
}

export type VmCommand = DeployVm | ResizeVm | ChangeVm;
export type VolumeCommand = CreateVolume | AttachVolume | ResizeVolume | ChangeVolume;
export type Command = VmCommand | VolumeCommand;

const ofVolumes: ReadonlySet<string> = new Set<VolumeCommand["command"]>([
  "create",
  "attach",
  "resize",
  "detach",
  "delete",
]);

/** Which machine a command is for: the names of the two do not meet. */
export function isVolumeCommand(command: Command): command is VolumeCommand {
  return ofVolumes.has(command.command);
}
