import { partialChanges } from "../../core/event-types.ts";
import type { UsageType } from "../../core/usage-type.ts";
import { builtInUsageTypes } from "../../core/usage-type-list.ts";
import { accountEnds, beforeTheEnd } from "../oracle/deletions.ts";
import { acceptedEvents, type EventJson, identityText, type OracleEvent } from "../oracle/event.ts";
import { inStepOrder, type Step } from "../oracle/order.ts";
import { eventsThatCount } from "../oracle/revisions.ts";
import { storiesOf } from "../oracle/stories.ts";
import type { MeteringCase } from "./golden-case.ts";

/** A kind of resource that is open or closed: what is metered of it, the events that reach it, the states it can be in. */
export interface Kind {
  readonly name: string;
  readonly types: readonly UsageType[];
  readonly events: readonly string[];
  readonly states: readonly string[];
}

const held = builtInUsageTypes.filter(({ measure }) => measure === "duration" || measure === "capacity");
const isVm = ({ usage_type }: UsageType): boolean => usage_type <= 2;

/** Every kind that is metered over time: a VM, with what runs and what is allocated of it, and one for each other usage type. */
export const kinds: readonly Kind[] = [
  kindOf("VM", held.filter(isVm), ["none", "allocated", "running", "stopped", "destroyed"]),
  ...held.filter((type) => !isVm(type)).map((type) => kindOf(type.name, [type], ["absent", "open", "closed"])),
];

function kindOf(name: string, types: readonly UsageType[], states: readonly string[]): Kind {
  const isSized = types.some(({ measure }) => measure === "capacity");
  const events = [
    ...types.flatMap(({ effects }) => Object.keys(effects)),
    ...Object.keys(partialChanges).filter((event) => event !== "tally.size" || isSized),
    "ACCOUNT.DELETE",
    "tally.event.amended",
    "tally.event.retracted",
  ];
  return { name, types, events: [...new Set(events)], states };
}

/** A cell as text: which event met which kind in which state. */
export function cellOf(kind: string, event: string, state: string): string {
  return `${kind} | ${event} | ${state}`;
}

/** The cells that a case's events reach. Found from the events, so that no case can claim what it does not do. */
export function cellsOf({ steps }: MeteringCase): ReadonlySet<string> {
  const told = toldBy(steps.flatMap(({ events }) => events));
  const cells = new Set<string>();
  for (const kind of kinds) {
    for (const story of storiesOfKind(kind, told)) walk(kind, story, told, cells);
  }
  return cells;
}

interface Told {
  readonly events: readonly OracleEvent[];
  readonly ends: ReadonlyMap<string, OracleEvent>;
  readonly amended: ReadonlySet<string>;
  readonly retracted: readonly OracleEvent[];
}

function toldBy(json: readonly EventJson[]): Told {
  const accepted = acceptedEvents(json);
  const counting = eventsThatCount(accepted);
  const ends = accountEnds(counting);
  const originals = new Set(
    accepted.flatMap(({ revises }) => (revises === null ? [] : [identityText(revises.original)])),
  );
  const counts = new Set(counting.map(identityText));
  return {
    events: beforeTheEnd(counting, ends),
    ends,
    amended: new Set([...originals].filter((identity) => counts.has(identity))),
    retracted: accepted.filter(
      (event) => event.revises === null && originals.has(identityText(event)) && !counts.has(identityText(event)),
    ),
  };
}

interface KindStory {
  readonly resource: string;
  readonly part: string;
  /** Which of the kind's types a step is of. */
  readonly steps: readonly (Step & { readonly of: number })[];
}

/** The stories of a kind; what was retracted stands in them without being a step. */
function storiesOfKind({ types }: Kind, { events, ends }: Told): KindStory[] {
  const stories = new Map<string, KindStory>();
  for (const type of types) {
    for (const { resource, part, steps } of storiesOf(type, events, ends)) {
      const key = JSON.stringify([resource, part]);
      const own = steps.map((step) => ({ ...step, of: type.usage_type }));
      stories.set(key, { resource, part, steps: [...(stories.get(key)?.steps ?? []), ...own] });
    }
  }
  return [...stories.values()];
}

interface State {
  readonly account_id: string | null;
  readonly known: boolean;
}

/** Walks a story in the order of its steps and notes in which state each event finds it. */
function walk(kind: Kind, { resource, part, steps }: KindStory, told: Told, cells: Set<string>): void {
  const ghosts = told.retracted
    .filter((event) => event.resource === resource && event.part === part && kind.events.includes(event.type))
    .map((event): Step & { of: number } => ({ event, effect: "change", partial: null, of: 0 }));
  const states = new Map<number, State>(
    kind.types.map(({ usage_type }) => [usage_type, { account_id: null, known: false }]),
  );
  // What one event does to both types of a VM it does at once: it finds the state before either.
  let former = "";
  let met = "";
  for (const { event, effect, partial, of } of [...steps, ...ghosts].sort(inStepOrder)) {
    const identity = identityText(event);
    const state = identity === former ? met : labelOf(kind, states);
    [former, met] = [identity, state];
    if (of === 0) {
      cells.add(cellOf(kind.name, "tally.event.retracted", state));
      continue;
    }
    const { account_id, known } = states.get(of) ?? { account_id: null, known: false };
    const holders = [...states.values()].map((held) => held.account_id).filter((holder) => holder !== null);
    const isForeignEnd = event.type === "ACCOUNT.DELETE" && holders.some((holder) => holder !== event.account_id);
    if (!isForeignEnd) cells.add(cellOf(kind.name, event.type, state));
    if (told.amended.has(identity)) cells.add(cellOf(kind.name, "tally.event.amended", state));
    if (effect === "open") states.set(of, { account_id: event.account_id, known: true });
    if (effect === "close" && account_id === event.account_id) states.set(of, { account_id: null, known });
    if (effect === "change" && account_id !== null && (partial === null || partial === "owner")) {
      states.set(of, { account_id: event.account_id, known });
    }
  }
}

function labelOf({ states: names }: Kind, states: ReadonlyMap<number, State>): string {
  const isOpen = (state: State | undefined): boolean => typeof state?.account_id === "string";
  const [first, second] = [...states.values()];
  if (second === undefined) return names[isOpen(first) ? 1 : first?.known === true ? 2 : 0] ?? "";
  // Of a VM the first type is its running, the second its allocation.
  if (isOpen(first)) return "running";
  if (isOpen(second)) return first?.known === true ? "stopped" : "allocated";
  return second.known || first?.known === true ? "destroyed" : "none";
}
