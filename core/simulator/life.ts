import type { Span } from "../calendar.ts";
import type { Command } from "../engine/commands.ts";
import { instant, type InstantMs } from "../instant.ts";
import type { Cloud } from "./cloud.ts";
import { createRandom, idFrom, type Random } from "./random.ts";

/** A command with the instant at which it is given. */
export type TimedCommand = Command & { readonly at: InstantMs };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const GIB = 2n ** 30n;

/** One machine while its life is written. */
interface Life {
  readonly random: Random;
  readonly vm: string;
  readonly name: string;
  readonly account_id: string;
  readonly zone: string;
  readonly cloud: Cloud;
  readonly span: Span;
  readonly commands: TimedCommand[];
}

type Kind = "office" | "fleet" | "steady" | "batch";

/** Four in ten sleep at night, one in ten breathes with the load of the day, a quarter runs on and on, the others come and go. */
function kindOf(random: Random): Kind {
  const at = random.unit();
  return at < 0.4 ? "office" : at < 0.5 ? "fleet" : at < 0.75 ? "steady" : "batch";
}

/** The life of machine number `index` and of its volumes within the span, in order of time. The same seed and index give the same life. */
export function planLife({
  seed,
  index,
  cloud,
  span,
}: {
  seed: string;
  index: number;
  cloud: Cloud;
  span: Span;
}): TimedCommand[] {
  const random = createRandom(`${seed}/life/${index}`);
  const kind = kindOf(random);
  // Few accounts have much, many have little.
  const owner = cloud.accounts[Math.floor(random.unit() ** 2 * cloud.accounts.length)];
  if (owner === undefined) return [];
  const { account_id } = owner;
  const life: Life = {
    random,
    vm: idFrom(`${seed}/vm/${index}`),
    name: `${kind}-${String(index + 1).padStart(4, "0")}`,
    account_id,
    zone: random.pick(cloud.zones).id,
    cloud,
    span,
    commands: [],
  };
  lives[kind](life);
  return life.commands;
}

const lives: Readonly<Record<Kind, (life: Life) => void>> = {
  office: (life) => {
    const { random } = life;
    const born = deploy(life, birth(life));
    withData(life, born);
    const gone = random.chance(0.15) ? within(random, born + DAY, life.span.end) : life.span.end;
    const awake = (day: number): (readonly [number, number])[] =>
      isWeekend(day) ? [] : [[around(random, 7.5, 1), around(random, 19, 1.5)]];
    const up = daily(life, { born, gone, awake });
    if (gone < life.span.end) bury(life, gone, up);
  },
  fleet: (life) => {
    const { random } = life;
    const born = deploy(life, birth(life));
    const awake = (): (readonly [number, number])[] => [
      [around(random, 8, 1), around(random, 12.5, 1)],
      [around(random, 15, 1), around(random, 21.5, 1)],
    ];
    daily(life, { born, gone: life.span.end, awake });
  },
  steady: (life) => {
    const { random, cloud, span } = life;
    const born = deploy(life, birth(life));
    withData(life, born);
    const changed = within(random, born + HOUR, span.end);
    const offering = random.pick([cloud.compute[2], cloud.compute[3]]).id;
    if (random.chance(0.5)) give(life, changed, { command: "scale", resource: life.vm, offering });
    else if (random.chance(0.4)) {
      give(life, changed, { command: "stop", resource: life.vm });
      give(life, changed + 2 * MINUTE, { command: "upgrade", resource: life.vm, offering });
      give(life, changed + 5 * MINUTE, { command: "start", resource: life.vm });
    }
    const gone = within(random, changed + HOUR, span.end);
    if (!random.chance(0.2)) return;
    if (random.chance(0.3)) {
      // Destroyed by mistake, and back after lunch.
      give(life, gone, { command: "destroy", resource: life.vm });
      give(life, gone + HOUR, { command: "recover", resource: life.vm });
      give(life, gone + HOUR + MINUTE, { command: "start", resource: life.vm });
    } else bury(life, gone, true);
  },
  batch: (life) => {
    const { random, span } = life;
    const born = deploy(life, within(random, span.start, span.end));
    // Minutes for most, hours for some.
    bury(life, Math.floor(born + 2 * MINUTE + random.unit() ** 3 * 8 * HOUR), true);
  },
};

/** Writes a command down unless the span is over by then. Lives are written in order of time, resource by resource. */
function give(life: Life, at: number, command: Command): void {
  if (at < life.span.end) life.commands.push({ ...command, at: instant(at) });
}

function deploy(life: Life, at: number): number {
  const { random, cloud, vm, name, account_id, zone } = life;
  const offering = random.pick(cloud.compute).id;
  const template = random.pick(cloud.templates).id;
  const root = { root_size_bytes: BigInt(random.pick([8, 20, 50])) * GIB, root_offering: random.pick(cloud.disks).id };
  const tags = { "cost-center": String(random.whole(1, 9) * 100) };
  give(life, at, { command: "deploy", resource: vm, account_id, name, zone, offering, template, ...root, tags });
  return at;
}

/** A third of the machines get a data volume; some of those grow, some are let go again. */
function withData(life: Life, born: number): void {
  const { random, cloud, vm, name, account_id, zone, span } = life;
  if (!random.chance(0.33)) return;
  const resource = `${vm}-data`;
  const size = BigInt(random.pick([10, 50, 100, 500])) * GIB;
  give(life, born + MINUTE, {
    command: "create",
    resource,
    account_id,
    name: `DATA-${name}`,
    zone,
    offering: random.pick(cloud.disks).id,
    size_bytes: size,
  });
  give(life, born + 2 * MINUTE, { command: "attach", resource, vm });
  if (random.chance(0.5))
    give(life, within(random, born + HOUR, span.end), { command: "resize", resource, size_bytes: size * 2n });
}

/** Starts and stops by the hours of each day that `awake` names; tells whether it runs at the end. */
function daily(
  life: Life,
  { born, gone, awake }: { born: number; gone: number; awake: (day: number) => (readonly [number, number])[] },
): boolean {
  let up = true;
  for (let day = Math.floor(born / DAY); day * DAY < gone; day += 1) {
    const turns = awake(day).flatMap(([from, to]) => [
      { at: day * DAY + from, up: true },
      { at: day * DAY + to, up: false },
    ]);
    for (const turn of turns) {
      if (turn.at <= born || turn.at >= gone || turn.up === up) continue;
      up = turn.up;
      give(life, turn.at, { command: up ? "start" : "stop", resource: life.vm });
    }
  }
  return up;
}

/** Ends a machine: a stop first where someone remembers it, then destroyed, then gone with its root. */
function bury(life: Life, at: number, up: boolean): void {
  if (up && life.random.chance(0.5)) give(life, at - 1, { command: "stop", resource: life.vm });
  give(life, at, { command: "destroy", resource: life.vm });
  give(life, at + 10 * MINUTE, { command: "expunge", resource: life.vm });
}

/** Most of what lives long is there early. */
function birth({ random, span }: Life): number {
  return Math.floor(span.start + random.unit() ** 3 * 0.7 * (span.end - span.start));
}

/** An instant in [from, to), or `to` when there is none. */
function within(random: Random, from: number, to: number): number {
  return from >= to ? to : Math.floor(from + random.unit() * (to - from));
}

/** Milliseconds into a day, about an hour of it. */
function around(random: Random, hour: number, spread: number): number {
  return Math.floor((hour + (random.unit() * 2 - 1) * spread) * HOUR);
}

/** Day 0, 1970-01-01, was a Thursday. */
function isWeekend(day: number): boolean {
  return (day + 4) % 7 === 0 || (day + 4) % 7 === 6;
}
