// A process of one installation: does the steps of a course from one on and says each on standard output, so that
// whoever started it knows what it has acknowledged. Run by life.ts. It may be told where to die: it then sends itself
// SIGKILL, since on a busy machine whoever reads its lines reads them too late to hit a statement.
import { writeSync } from "node:fs";
import type { ClickHouseClient } from "@clickhouse/client";
import { takeDataLock } from "../../../api/data-lock.ts";
import { type System } from "../../../api/system.ts";
import { openSystem } from "../../../api/open-system.ts";
import { createTestClock } from "../../../core/clock.ts";
import { instant } from "../../../core/instant.ts";
import { silentLog } from "../../../core/log.ts";
import { cardOf, type Course, type CourseSize, courseOf, type Step } from "./course.ts";
import { writeDump } from "./dump.ts";
import { aim, type KillPoint } from "./kill-plan.ts";

/** What a child is told, as JSON in its one argument. */
export interface Orders {
  readonly data_dir: string;
  readonly size: CourseSize;
  /** The first step that nobody has acknowledged. */
  readonly from_step: number;
  /** Where to die; null = live to the end. */
  readonly die: KillPoint | null;
  /** Where to write what the store says in the end. */
  readonly dump_to: string;
}

const { data_dir, size, from_step, die, dump_to } = JSON.parse(process.argv[2] ?? "") as Orders;
const diesAt = die === null ? null : aim(die);
const course = courseOf(size);
const lock = takeDataLock(data_dir);
const clock = createTestClock(instant(Date.UTC(2027, 0, 1)));
const system = await openSystem({ url: null, data_dir }, { clock, log: silentLog });
announce(system.store.run);
for (const [index, step] of course.steps.entries()) {
  if (index < from_step) continue;
  say(`step ${index} ${step.kind}`);
  await take(system, course, step);
  say(`ack ${index}`);
}
say("done");
// The point was never reached (a kill in the start may be late): whoever started this kills it now.
if (die !== null) await new Promise(() => setInterval(() => undefined, 60_000));
await writeDump(system, course, dump_to);
await system.close();
lock.release();

async function take(
  { accounts, rateCards, ingest, aggregate, rate }: System,
  { history }: Course,
  step: Step,
): Promise<void> {
  switch (step.kind) {
    case "settle":
      for (const { id, time_zone } of history.accounts) {
        await accounts.put({ account_id: id, name: id, time_zone }, { by: "test" });
      }
      await rateCards.put("default", cardOf(), "test");
      return;
    case "ingest": {
      const messages = step.events.map((value) => ({ value, raw: () => JSON.stringify(value) }));
      const { rejected } = await ingest.accept(messages, "test");
      if (rejected.length > 0) throw new Error(`refused: ${JSON.stringify(rejected[0])}`);
      return;
    }
    case "aggregate":
      await aggregate({ until: instant(step.until_ms) });
      return;
    case "rate":
      await rate({ period: step.period });
  }
}

/** Says each statement of a run as it begins: kills are aimed at them. */
function announce(lane: ClickHouseClient): void {
  for (const method of ["command", "query", "insert"] as const) {
    const original = lane[method].bind(lane) as (params: Told) => Promise<unknown>;
    Object.assign(lane, {
      [method]: (params: Told) => {
        say(`sql ${nameOf(params)}`);
        return original(params);
      },
    });
  }
}

interface Told {
  readonly query?: string;
  readonly table?: string;
  readonly clickhouse_settings?: { readonly log_comment?: string };
}

function nameOf({ query = "", table, clickhouse_settings }: Told): string {
  if (table !== undefined) return `INSERT INTO ${table}`;
  return clickhouse_settings?.log_comment ?? query.split(" WHERE ", 1)[0] ?? "";
}

/** At once and whole, even if this process dies on the next instruction. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
  const after_ms = diesAt?.(line) ?? null;
  if (after_ms === 0) process.kill(process.pid, "SIGKILL");
  else if (after_ms !== null) setTimeout(() => process.kill(process.pid, "SIGKILL"), after_ms);
}
