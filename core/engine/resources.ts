import { assert } from "../errors.ts";
import type { LifecycleEvent } from "../events.ts";
import type { InstantMs } from "../instant.ts";
import { type VmState, vmStateAfter } from "./vm-machine.ts";
import { type VolumeState, volumeStateAfter } from "./volume-machine.ts";

interface Known {
  readonly resource: string;
  readonly account_id: string;
  readonly zone: string;
  readonly name: string;
  readonly offering: string;
  readonly template: string;
  /** JSON with sorted keys. */
  readonly tags: string;
  /** Number of its last command; ids of events are made of it. */
  readonly commands: number;
  /** Of its last event: `sequence` makes a repeated event harmless, and time does not run backwards. */
  readonly sequence: bigint;
  readonly changed_at: InstantMs;
}
export interface Vm extends Known {
  readonly kind: "vm";
  readonly state: VmState;
  readonly hypervisor: string;
  /** JSON with sorted keys: cpuNumber and memory as of its offering. */
  readonly details: string;
}
export interface Volume extends Known {
  readonly kind: "volume";
  readonly state: VolumeState;
  readonly size_bytes: bigint;
  /** The machine it is attached to or the root of; "" = none. */
  readonly vm: string;
}
export type Resource = Vm | Volume;

/** What of an event tells the state of its resource. */
export type FoldedEvent = Pick<
  LifecycleEvent,
  | "id"
  | "sequence"
  | "type"
  | "occurred_at"
  | "account_id"
  | "zone"
  | "resource"
  | "name"
  | "offering"
  | "template"
  | "resource_type"
  | "vm"
  | "size"
  | "details"
  | "tags"
>;

/** All resources of the engine, those gone too: their ids are never given again. */
export interface Resources {
  get(resource: string): Resource | undefined;
  /** Data volumes attached to a machine, in the order of their ids. */
  attachedTo(vm: string): string[];
  /** Takes up what an event says. One that was taken up before changes nothing. */
  fold(event: FoldedEvent): void;
  /** Takes back, in reverse, everything folded since the mark; the sequence stays, so that none is given twice. */
  rollBack(): void;
  /** From here on, and no further, can be rolled back. */
  mark(): void;
  /** The highest seen. */
  readonly sequence: bigint;
  all(): IterableIterator<Resource>;
}

/** The id of an event: the resource its command was for, the number of that command, the place of the event in it. */
export function eventId(resource: string, place: { command: number; step: number }): string {
  return `${resource}/${place.command}.${place.step}`;
}

const idForm = /^(.*)\/(\d+)\.\d+$/s;

/** Commands of the resource up to this event. One on a machine also makes events of its volumes; the number is the machine's. */
function commandsAfter(former: Resource | undefined, event: FoldedEvent): number {
  const [, owner, number] = idForm.exec(event.id) ?? [];
  const commands = former?.commands ?? 0;
  return owner === event.resource ? Math.max(commands, Number(number)) : commands;
}

/** No resources yet. State is told from events and nothing else, so what runs and what is rebuilt cannot differ. */
export function createResources(): Resources {
  const known = new Map<string, Resource>();
  const attached = new Map<string, Set<string>>();
  let undo: (() => void)[] = [];
  let sequence = 0n;

  function set(resource: string, next: Resource | undefined): void {
    const former = known.get(resource);
    if (former?.kind === "volume" && former.state === "attached") attached.get(former.vm)?.delete(resource);
    if (next === undefined) known.delete(resource);
    else known.set(resource, next);
    if (next?.kind !== "volume" || next.state !== "attached") return;
    const volumes = attached.get(next.vm) ?? new Set();
    attached.set(next.vm, volumes.add(resource));
  }

  function put(resource: string, next: Resource): void {
    const former = known.get(resource);
    undo.push(() => set(resource, former));
    set(resource, next);
  }

  function fold(event: FoldedEvent): void {
    if (event.sequence > sequence) sequence = event.sequence;
    const former = known.get(event.resource);
    if (former !== undefined && former.sequence >= event.sequence) return;
    const next = event.type.startsWith("VM.") ? vmAfter(former, event) : volumeAfter(former, event);
    if (next !== null) put(event.resource, next);
  }

  return {
    get: (resource) => known.get(resource),
    attachedTo: (vm) => [...(attached.get(vm) ?? [])].toSorted(),
    fold,
    rollBack: () => {
      for (const step of undo.toReversed()) step();
      undo = [];
    },
    mark: () => {
      undo = [];
    },
    get sequence() {
      return sequence;
    },
    all: () => known.values(),
  };
}

function facts(former: Resource | undefined, event: FoldedEvent): Known {
  const { resource, account_id, zone, name, offering, template, tags, sequence, occurred_at } = event;
  return {
    resource,
    account_id,
    zone,
    name,
    offering,
    template,
    tags,
    sequence,
    commands: commandsAfter(former, event),
    changed_at: occurred_at,
  };
}

function vmAfter(former: Resource | undefined, event: FoldedEvent): Vm | null {
  const after = vmStateAfter[event.type];
  if (after === undefined) return null;
  assert(former?.kind !== "volume", `${event.id}: ${event.type} of the volume ${event.resource}`);
  const { details, resource_type } = event;
  return {
    ...facts(former, event),
    kind: "vm",
    state: after ?? former?.state ?? "allocated",
    details,
    hypervisor: resource_type,
  };
}

function volumeAfter(former: Resource | undefined, event: FoldedEvent): Volume | null {
  const after = volumeStateAfter[event.type];
  if (after === undefined) return null;
  assert(former?.kind !== "vm", `${event.id}: ${event.type} of the machine ${event.resource}`);
  const { vm, size, type } = event;
  const madeForVm = type === "VOLUME.CREATE" && vm !== "";
  return {
    ...facts(former, event),
    kind: "volume",
    state: madeForVm ? "root" : (after ?? former?.state ?? "detached"),
    vm,
    size_bytes: size,
  };
}
