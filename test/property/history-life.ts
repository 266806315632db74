import type { Cast, HistoryResource } from "./history-cast.ts";

/** What a resource is after its latest event, as its own cloud sees it; `type` is that event. */
export interface Life {
  readonly type: string;
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
const VOLUME_TYPES = ["VOLUME.RESIZE", "VOLUME.CREATE", "VOLUME.DELETE", "VOLUME.ATTACH", "VOLUME.DETACH"] as const;

interface Choice {
  readonly act: number;
  readonly move: number;
  readonly change: number;
}

/** The life after one more event: mostly what would come next, sometimes anything (stop without start, start twice). */
export function nextLife(life: Life | undefined, resource: HistoryResource, choice: Choice, cast: Cast): Life {
  const { act, move, change } = choice;
  const before = life ?? bornLike(resource, change, cast);
  const anyType = resource.kind === "vm" ? cutOf(VM_TYPES, act) : cutOf(VOLUME_TYPES, act);
  const type = act < 75 ? sensibleType(before, resource, change) : anyType;
  const account = move >= 90 ? move % cast.accounts.length : before.account;
  const tags = change >= 92 ? change % 3 : before.tags;
  const project_id = change === 91 ? "project-1" : before.project_id;
  return { ...before, ...effectOf(type, before, change), type, account, tags, project_id };
}

/** The item at a number that may lie far beyond the list's end; throws on an empty list. */
export function cutOf<Item>(items: readonly Item[], number: number): Item {
  const item = items[number % items.length];
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}

function bornLike(resource: HistoryResource, change: number, cast: Cast): Life {
  const isVolume = resource.kind === "volume";
  return {
    type: "",
    phase: "none",
    account: change % cast.accounts.length,
    offering: isVolume ? "ssd" : "small",
    size: isVolume ? cutOf(SIZES, change % 3).toString() : null,
    virtual_size: isVolume && change % 7 === 6 ? "1024" : null,
    vm: "",
    project_id: "",
    cpu: 1,
    tags: change % 2,
  };
}

function sensibleType({ phase, vm }: Life, { kind }: HistoryResource, change: number): string {
  if (kind === "volume") {
    if (phase === "none" || phase === "gone") return "VOLUME.CREATE";
    if (change % 5 === 4) return "VOLUME.DELETE";
    if (change % 5 >= 2) return "VOLUME.RESIZE";
    return vm === "" ? "VOLUME.ATTACH" : "VOLUME.DETACH";
  }
  if (phase === "none") return "VM.CREATE";
  if (phase === "gone") return "VM.RECOVER";
  if (phase === "allocated") return change % 5 === 4 ? "VM.UPGRADE" : change % 5 === 3 ? "VM.DESTROY" : "VM.START";
  // Of the running ones some are destroyed without a stop, and some started again.
  const whileRunning = ["VM.STOP", "VM.STOP", "VM.DYNAMIC.SCALE", "VM.DESTROY", "VM.START"] as const;
  return cutOf(whileRunning, change);
}

function effectOf(type: string, { phase, cpu }: Life, change: number): Partial<Life> {
  switch (type) {
    case "VM.CREATE":
    case "VM.RECOVER":
    case "VM.STOP":
    case "VOLUME.CREATE":
      return { phase: "allocated" };
    case "VM.START":
      return change >= 85 ? { phase: "running", offering: cutOf(OFFERINGS, change) } : { phase: "running" };
    case "VM.DESTROY":
    case "VOLUME.DELETE":
      return { phase: "gone" };
    case "VM.UPGRADE":
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
      return { phase };
  }
}
