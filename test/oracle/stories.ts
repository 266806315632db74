import type { OracleEvent } from "./event.ts";
import type { Step } from "./order.ts";
import type { OracleType } from "./usage-types.ts";

/** All that happened to one (resource, part) as far as one usage type is concerned; steps in no order. */
export interface Story {
  readonly resource: string;
  readonly part: string;
  readonly steps: readonly Step[];
}

/** The stories of a usage type. Who has no step of its own has no story: what only reaches it finds nothing to act on. */
export function storiesOf(
  type: OracleType,
  events: readonly OracleEvent[],
  ends: ReadonlyMap<string, OracleEvent>,
): Story[] {
  const stories: { resource: string; part: string; steps: Step[] }[] = [];
  const byKey = new Map<string, (typeof stories)[number]>();
  const byResource = new Map<string, typeof stories>();
  for (const event of events) {
    const effect = type.effects[event.type];
    if (effect === undefined) continue;
    const { resource, part } = event;
    const key = JSON.stringify([resource, part]);
    let story = byKey.get(key);
    if (story === undefined) {
      story = { resource, part, steps: [] };
      stories.push(story);
      byKey.set(key, story);
      byResource.set(resource, [...(byResource.get(resource) ?? []), story]);
    }
    story.steps.push({ event, effect, partial: null });
  }
  for (const event of events) {
    const step = reaching(type, event);
    if (step === null) continue;
    for (const story of byResource.get(event.resource) ?? []) {
      const isOwn = story.part === event.part;
      if (step.partial === null ? !isOwn : isOwn || event.part === "") story.steps.push(step);
    }
  }
  // The end of an account closes what it holds, and so is a step of every story: a close acts on its own account's alone.
  const closing = [...ends.values()].map((event): Step => ({ event, effect: "close", partial: null }));
  return HELD.has(type.measure) ? stories.map((story) => ({ ...story, steps: [...story.steps, ...closing] })) : stories;
}

const HELD: ReadonlySet<string> = new Set(["duration", "capacity", "gauge"]);

const PARTIALS = { "tally.tags.changed": "tags", "tally.owner.changed": "owner", "tally.size": "size" } as const;

// A step that reaches more than the story of its own part: a partial change, or a close of all parts.
function reaching({ measure, effects, parts }: OracleType, event: OracleEvent): Step | null {
  if (parts === true && event.part === "" && effects[event.type] === "close") {
    return { event, effect: "close", partial: null };
  }
  const partial = (PARTIALS as Readonly<Record<string, Step["partial"]>>)[event.type] ?? null;
  const isReached = measure === "capacity" || (measure === "duration" && partial !== "size");
  return partial !== null && isReached ? { event, effect: "change", partial } : null;
}
