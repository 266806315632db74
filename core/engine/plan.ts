import type { Account } from "../accounts.ts";
import type { Offering } from "../catalogue.ts";
import { AppError } from "../errors.ts";
import { type LifecycleEvent, plainRest } from "../events.ts";
import { formatInstant, type InstantMs } from "../instant.ts";
import { type Command, isVolumeCommand, type VmCommand, type VolumeCommand } from "./commands.ts";
import type { Lookups } from "./lookups.ts";
import { transition } from "./machine.ts";
import { eventId, type Resource, type Resources, type Vm, type Volume } from "./resources.ts";
import { vmMachine } from "./vm-machine.ts";
import { volumeMachine } from "./volume-machine.ts";

interface Deps {
  readonly resources: Resources;
  readonly lookups: Lookups;
  readonly source: string;
}

/** What an event says of its resource; the rest is the same for all events of a command. */
type Facts = Pick<
  LifecycleEvent,
  "type" | "resource" | "zone" | "name" | "offering" | "template" | "resource_type" | "vm" | "size" | "details" | "tags"
>;

/**
 * The events a command makes, complete: whatever the catalogue and the accounts say later, a bill is made of what is written here.
 * Changes nothing. @throws AppError not-found, state-refused, invalid-request, conflict
 */
export async function planCommand(deps: Deps, command: Command, at: InstantMs): Promise<LifecycleEvent[]> {
  requireId(command.resource);
  const former = deps.resources.get(command.resource);
  const account = "account_id" in command ? await deps.lookups.owner(command.account_id) : null;
  const facts = isVolumeCommand(command)
    ? await planVolume(deps, command, former)
    : await planVm(deps, command, former);
  for (const { resource } of facts) requireOrder(deps.resources.get(resource), at);
  const account_id = account?.account_id ?? former?.account_id ?? "";
  const owner = account ?? (await deps.lookups.account(account_id));
  const number = (former?.commands ?? 0) + 1;
  return facts.map((fact, index) => ({
    ...fact,
    ...labels(account_id, owner),
    source: deps.source,
    id: eventId(command.resource, { command: number, step: index + 1 }),
    sequence: deps.resources.sequence + BigInt(index + 1),
    subject: `${fact.type.startsWith("VM.") ? "vm" : "volume"}/${fact.resource}`,
    occurred_at: at,
    part: "",
    virtual_size: -1n,
    extensions: "{}",
    ...plainRest,
  }));
}

async function planVm(
  { resources, lookups }: Deps,
  command: VmCommand,
  former: Resource | undefined,
): Promise<Facts[]> {
  if (former?.kind === "volume") throw otherKind(command, "a machine");
  const state = former?.state ?? "absent";
  const creates = command.command === "deploy" || command.command === "allocate";
  if (former === undefined && !creates) throw missing("machine", command.resource);
  const { events } = transition(vmMachine, { resource: command.resource, state, command: command.command });
  if (creates) return planDeploy({ resources, lookups }, command, events);
  const vm = former as Vm;
  const offering = "offering" in command ? await lookups.offering(command.offering, "compute") : null;
  const facts = vmFacts(offering === null ? vm : { ...vm, offering: offering.id, details: sized(offering) });
  // Data volumes outlive their machine: they are let go first.
  const detached = command.command === "expunge" ? resources.attachedTo(vm.resource) : [];
  const root = resources.get(rootOf(vm.resource));
  return [
    ...detached.map((id) => ({ ...volumeFacts(resources.get(id) as Volume), vm: "", type: "VOLUME.DETACH" })),
    ...events.flatMap((type) => {
      if (type.startsWith("VM.")) return { ...facts, type };
      // An append that broke off may have left a machine without its root in the log.
      return root?.kind === "volume" ? { ...volumeFacts(root), type } : [];
    }),
  ];
}

async function planDeploy(
  { resources, lookups }: Omit<Deps, "source">,
  command: Extract<VmCommand, { command: "deploy" | "allocate" }>,
  events: readonly string[],
): Promise<Facts[]> {
  const { resource, name, root_offering = "" } = command;
  const root = rootOf(resource);
  requireId(root);
  if (resources.get(root) !== undefined)
    throw new AppError("conflict", `${root} is a volume already`, { field: "resource" });
  const size = requireSize(command.root_size_bytes, "root_size_bytes");
  const zone = await lookups.zone(command.zone);
  const offering = await lookups.offering(command.offering, "compute");
  const { id: template, hypervisor: resource_type } = await lookups.template(command.template);
  if (root_offering !== "") await lookups.offering(root_offering, "disk");
  const shared = { zone, template, tags: sortedJson(command.tags ?? {}) };
  const vm = {
    ...shared,
    resource,
    name,
    offering: offering.id,
    details: sized(offering),
    resource_type,
    vm: "",
    size: -1n,
  };
  const volume = {
    ...shared,
    resource: root,
    name: `ROOT-${name}`,
    offering: root_offering,
    details: "{}",
    resource_type: "",
    vm: resource,
    size,
  };
  return events.map((type) => ({ ...(type.startsWith("VM.") ? vm : volume), type }));
}

async function planVolume(
  { resources, lookups }: Deps,
  command: VolumeCommand,
  former: Resource | undefined,
): Promise<Facts[]> {
  if (former?.kind === "vm") throw otherKind(command, "a volume");
  const state = former?.state ?? "absent";
  if (former === undefined && command.command !== "create") throw missing("volume", command.resource);
  const { events } = transition(volumeMachine, { resource: command.resource, state, command: command.command });
  const facts = await volumeAfter({ resources, lookups }, command, former as Volume);
  return events.map((type) => ({ ...facts, type }));
}

async function volumeAfter(
  { resources, lookups }: Omit<Deps, "source">,
  command: VolumeCommand,
  former: Volume,
): Promise<Omit<Facts, "type">> {
  switch (command.command) {
    case "create": {
      const { resource, name } = command;
      const size = requireSize(command.size_bytes, "size_bytes");
      const { id: offering } = await lookups.offering(command.offering, "disk");
      const tags = sortedJson(command.tags ?? {});
      return {
        resource,
        name,
        zone: await lookups.zone(command.zone),
        offering,
        size,
        tags,
        template: "",
        resource_type: "",
        vm: "",
        details: "{}",
      };
    }
    case "attach":
      return { ...volumeFacts(former), vm: requireHost(resources, command.vm, former) };
    case "detach":
      return { ...volumeFacts(former), vm: "" };
    case "resize": {
      const size = requireSize(command.size_bytes, "size_bytes");
      const offering =
        command.offering === undefined ? former.offering : (await lookups.offering(command.offering, "disk")).id;
      return { ...volumeFacts(former), size, offering };
    }
    case "delete":
      return volumeFacts(former);
  }
}

function vmFacts({ resource, zone, name, offering, template, tags, details, hypervisor }: Vm): Omit<Facts, "type"> {
  return { resource, zone, name, offering, template, tags, details, resource_type: hypervisor, vm: "", size: -1n };
}

function volumeFacts({ resource, zone, name, offering, template, tags, size_bytes, vm }: Volume): Omit<Facts, "type"> {
  return { resource, zone, name, offering, template, tags, details: "{}", resource_type: "", vm, size: size_bytes };
}

function labels(
  account_id: string,
  owner: Account | null,
): Pick<LifecycleEvent, "account_id" | "account" | "domain" | "project_id"> {
  return {
    account_id,
    account: owner?.name ?? "",
    domain: owner?.domain ?? "",
    project_id: owner?.kind === "project" ? account_id : "",
  };
}

function rootOf(vm: string): string {
  return `${vm}-root`;
}

/** As CloudStack names them in the details of a VM event. */
function sized({ cpu_count, memory_mib }: Offering): string {
  return sortedJson({ cpuNumber: String(cpu_count), memory: String(memory_mib) });
}

function sortedJson(pairs: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(pairs).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function requireHost(resources: Resources, id: string, volume: Volume): string {
  const vm = resources.get(id);
  const refuse = (why: string): AppError => new AppError("invalid-request", `vm is "${id}", ${why}`, { field: "vm" });
  if (vm?.kind !== "vm") throw refuse("expected a machine that exists");
  if (vm.state === "destroyed" || vm.state === "expunged") throw refuse(`a machine that is ${vm.state}`);
  if (vm.account_id !== volume.account_id) throw refuse("which belongs to another account than the volume");
  if (vm.zone !== volume.zone) throw refuse(`which is in ${vm.zone}, the volume in ${volume.zone}`);
  return id;
}

/** Time does not run backwards for a resource: its events are effects in the order of their times. */
function requireOrder(known: Resource | undefined, at: InstantMs): void {
  if (known === undefined || at >= known.changed_at) return;
  const why = `${known.resource} changed at ${formatInstant(known.changed_at)} last, so nothing can happen to it at ${formatInstant(at)}`;
  throw new AppError("invalid-request", why, { field: "at" });
}

/** Ids of events are made of it and bounded at 256. */
function requireId(resource: string): void {
  if (resource.length >= 1 && resource.length <= 200) return;
  throw new AppError("invalid-request", `resource has ${resource.length} characters, expected 1 to 200`, {
    field: "resource",
  });
}

/** Sizes stay below 2^63 bytes: what no sum can overflow is derived from it (P9). */
function requireSize(size: bigint, name: string): bigint {
  if (size >= 1n && size < 2n ** 63n) return size;
  throw new AppError("invalid-request", `${name} is ${size}, expected 1 to 2^63 - 1 bytes`, { field: name });
}

function missing(kind: string, resource: string): AppError {
  return new AppError("not-found", `there is no ${kind} ${resource}`, { field: "resource" });
}

function otherKind(command: Command, wanted: string): AppError {
  return new AppError(
    "invalid-request",
    `${command.command} is for ${wanted}, and ${command.resource} is something else`,
    { field: "command" },
  );
}
