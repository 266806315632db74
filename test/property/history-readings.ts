import type { Track } from "./history-cast.ts";
import { READINGS } from "./history-families.ts";

/** What is read, and what a device stands at, after its latest sample. */
export interface Readings {
  /** Of the latest sample; empty where it reads nothing. */
  readonly readings: Readonly<Record<string, string>>;
  readonly counter: "" | "cumulative" | "delta";
  readonly epoch: string;
  /** Heights of a device's counters. */
  readonly heights: Readonly<Record<string, bigint>>;
  /** Who made the request that was counted; "" where nobody is named. */
  readonly user: string;
}

export const NO_READINGS: Readings = { readings: {}, counter: "", epoch: "", heights: {}, user: "" };

const BIG = 2n ** 62n;
const USERS = ["ann", "bob", "cyd"] as const;

/** The next sample of a device, a gauge or an application: mostly plain, sometimes a reset, a lower sample or a bare delta. */
export function readingLife(
  before: Readings,
  track: Track,
  { act, value, some }: { readonly act: number; readonly value: number; readonly some: number },
): Readings & { readonly type: string; readonly part: string } {
  const { type, names, part } = READINGS[track.kind as keyof typeof READINGS];
  // Every sample reads something, and one in three all there is.
  const read = names.filter((_, index) => some >= 66 || some % names.length === index || (value >> index) % 2 === 1);
  const sample = { ...before, type, part: track.part === "" ? part : track.part };
  if (type !== "tally.counter") {
    const levels = read.map((name, index): [string, string] => [name, String((value >> (3 * index)) % 8)]);
    const user = track.kind === "app" && act >= 20 ? (USERS[act % USERS.length] ?? "") : "";
    return { ...sample, readings: Object.fromEntries(levels), user };
  }
  if (act >= 86 && act < 94) {
    const deltas = read.map((name, index): [string, string] => [name, String((value >> index) % 1000)]);
    return { ...sample, readings: Object.fromEntries(deltas), counter: "delta" };
  }
  const epoch = epochAfter(before.epoch, track, act);
  const isReset = act >= 70 && act < 82;
  const heights = { ...before.heights };
  const said = read.map((name, index): [string, string] => {
    const growth = BigInt((value >> index) % 100_000);
    // Some devices start near the end of what a reading can hold.
    const height = heights[name] ?? (track.number % 5 === 4 ? BIG : 0n);
    heights[name] = isReset ? growth % 50n : act >= 94 ? height : height + growth;
    // A lower sample between two others: the device did not fall, its message came by a detour.
    const shown = act >= 82 && act < 86 ? height - (height > growth ? growth : height) : heights[name];
    return [name, String(shown)];
  });
  return { ...sample, readings: Object.fromEntries(said), counter: "cumulative", epoch, heights };
}

// Every other device names its epochs, and now and then forgets to.
function epochAfter(epoch: string, { number }: Track, act: number): string {
  if (number % 2 === 0) return "";
  if (act === 69) return "";
  return act >= 70 && act < 78 ? `boot-${Number(epoch.split("-")[1] ?? "0") + 1}` : epoch || "boot-0";
}
