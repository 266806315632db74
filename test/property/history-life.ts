import type { Cast, Track } from "./history-cast.ts";
import { FAMILIES, READINGS } from "./history-families.ts";
import { NO_READINGS, readingLife, type Readings } from "./history-readings.ts";

/** What a track is after its latest event, as its own cloud sees it; `type` and `part` are that event's. */
export interface Life extends Readings {
  readonly type: string;
  readonly part: string;
  readonly phase: "none" | "allocated" | "running" | "gone";
  readonly account: number;
  readonly offering: string;
  readonly size: string | null;
  readonly virtual_size: string | null;
  readonly vm: string;
  readonly project_id: string;
  readonly cpu: number;
  readonly tags: number;
}

const OFFERINGS = ["small", "medium", "large"] as const;
const GIB = 2n ** 30n;
// The last but one is the least size there is, the last the greatest that is let in.
const SIZES = [10n * GIB, 20n * GIB, 50n * GIB, 1n, 2n ** 63n - 1n] as const;
const VM_TYPES = [
  "VM.START",
  "VM.STOP",
  "VM.DESTROY",
  "VM.CREATE",
  "VM.RECOVER",
  "VM.DYNAMIC.SCALE",
  "VM.UPGRADE",
] as const;
const VOLUME_TYPES = [
  "VOLUME.RESIZE",
  "VOLUME.CREATE",
  "VOLUME.DELETE",
  "VOLUME.ATTACH",
  "VOLUME.DETACH",
  "VOLUME.UPLOAD",
  "VOLUME.CHANGE.DISK.OFFERING",
] as const;

/** The numbers of a draft that say what happens next; see history-draft.ts. */
export interface Choice {
  readonly act: number;
  readonly move: number;
  readonly change: number;
  readonly partial: number;
  readonly some: number;
  readonly value: number;
}

/** The life after one more event: mostly what would come next, sometimes anything (stop without start, start twice). */
export function nextLife(life: Life | undefined, track: Track, choice: Choice, cast: Cast): Life {
  const { move, change, some } = choice;
  const before = life ?? bornLike(track, change, cast);
  const account = move >= 85 ? move % cast.accounts.length : before.account;
  if (track.kind in READINGS) {
    return { ...before, account, ...readingLife(before, track, choice), tags: change >= 92 ? change % 3 : before.tags };
  }
  const partial = before.phase !== "none" && choice.partial >= 85 ? partialOf(before, choice, cast) : null;
  if (partial !== null) return { ...before, part: some < 50 ? "" : track.part, ...partial };
  const type = typeAfter(before, track, choice);
  const tags = change >= 92 ? change % 3 : before.tags;
  const project_id = change === 91 ? "project-1" : before.project_id;
  // Some closes speak of a resource as a whole.
  const part = some >= 70 && closes(track, type) ? "" : track.part;
  return { ...before, ...effectOf(type, before, track, change), type, part, account, tags, project_id };
}

/** The item at a number that may lie far beyond the list's end; throws on an empty list. */
export function cutOf<Item>(items: readonly Item[], number: number): Item {
  const item = items[number % items.length];
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}

/** Whether a kind is charged by its size. */
function isSized({ kind }: Track): boolean {
  return kind === "volume" || (kind in FAMILIES && FAMILIES[kind as keyof typeof FAMILIES].sized);
}

function bornLike(track: Track, change: number, cast: Cast): Life {
  const isVolume = track.kind === "volume";
  return {
    ...NO_READINGS,
    type: "",
    part: track.part,
    phase: "none",
    // All parts of a resource start at one owner.
    account: [...track.resource].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % cast.accounts.length,
    offering: isVolume ? "ssd" : "small",
    size: isSized(track) ? cutOf(SIZES, change % 3).toString() : null,
    virtual_size: isSized(track) && change % 7 === 6 ? "1024" : null,
    vm: "",
    project_id: "",
    cpu: 1,
    tags: change % 2,
  };
}

// One thing is said of the resource, the rest stays as it was.
function partialOf(before: Life, { change, value }: Choice, cast: Cast): Partial<Life> {
  switch (change % 3) {
    case 0:
      return { type: "tally.tags.changed", tags: value % 3 };
    case 1:
      return { type: "tally.owner.changed", account: (before.account + 1) % cast.accounts.length };
    default:
      return { type: "tally.size", size: cutOf(SIZES, value).toString() };
  }
}

function typeAfter(before: Life, { kind }: Track, { act, change }: Choice): string {
  if (kind === "vm") return act < 75 ? sensibleVm(before, change) : cutOf(VM_TYPES, act);
  if (kind === "volume") return act < 75 ? sensibleVolume(before, change) : cutOf(VOLUME_TYPES, act);
  const { open, close, change: changes } = FAMILIES[kind as keyof typeof FAMILIES];
  if (act >= 75) return cutOf([...open, ...changes, ...close], act);
  if (before.phase !== "allocated") return cutOf(open, change);
  return change % 5 >= 3 || changes.length === 0 ? cutOf(close, change) : cutOf(changes, change);
}

function sensibleVolume({ phase, vm }: Life, change: number): string {
  if (phase === "none" || phase === "gone") return change % 6 === 5 ? "VOLUME.UPLOAD" : "VOLUME.CREATE";
  if (change % 5 === 4) return "VOLUME.DELETE";
  if (change % 5 >= 2) return "VOLUME.RESIZE";
  return vm === "" ? "VOLUME.ATTACH" : "VOLUME.DETACH";
}

function sensibleVm({ phase }: Life, change: number): string {
  if (phase === "none") return "VM.CREATE";
  if (phase === "gone") return "VM.RECOVER";
  if (phase === "allocated") return change % 5 === 4 ? "VM.UPGRADE" : change % 5 === 3 ? "VM.DESTROY" : "VM.START";
  // Of the running ones some are destroyed without a stop, and some started again.
  const whileRunning = ["VM.STOP", "VM.STOP", "VM.DYNAMIC.SCALE", "VM.DESTROY", "VM.START"] as const;
  return cutOf(whileRunning, change);
}

function closes({ kind }: Track, type: string): boolean {
  return kind in FAMILIES && (FAMILIES[kind as keyof typeof FAMILIES].close as readonly string[]).includes(type);
}

function effectOf(type: string, { phase, cpu }: Life, track: Track, change: number): Partial<Life> {
  switch (type) {
    case "VM.CREATE":
    case "VM.RECOVER":
    case "VM.STOP":
    case "VOLUME.CREATE":
    case "VOLUME.UPLOAD":
      return { phase: "allocated" };
    case "VM.START":
      return change >= 85 ? { phase: "running", offering: cutOf(OFFERINGS, change) } : { phase: "running" };
    case "VM.DESTROY":
    case "VOLUME.DELETE":
      return { phase: "gone" };
    case "VM.UPGRADE":
    case "VOLUME.CHANGE.DISK.OFFERING":
      return { offering: cutOf(OFFERINGS, change) };
    case "VM.DYNAMIC.SCALE":
      return { cpu: (cpu % 4) + 1 };
    case "VOLUME.RESIZE":
      return { size: cutOf(SIZES, change).toString() };
    case "VOLUME.ATTACH":
      return { vm: `vm-${2 * (change % 3)}` };
    case "VOLUME.DETACH":
      return { vm: "" };
    default:
      return familyEffect(type, phase, track, change);
  }
}

function familyEffect(type: string, phase: Life["phase"], track: Track, change: number): Partial<Life> {
  if (closes(track, type)) return { phase: "gone" };
  const offering = change >= 85 ? { offering: cutOf(OFFERINGS, change) } : {};
  const size = isSized(track) && change % 4 === 3 ? { size: cutOf(SIZES, change).toString() } : {};
  const opens = (FAMILIES[track.kind as keyof typeof FAMILIES].open as readonly string[]).includes(type);
  return { phase: opens ? "allocated" : phase, ...offering, ...size };
}
