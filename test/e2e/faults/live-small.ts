import { instant } from "../../../core/instant.ts";
import type { System } from "../../../api/system.ts";
import type { EventJson } from "../../oracle/event.ts";
import type { Pipeline } from "../../pipeline.ts";
import { cardOf } from "./course.ts";
import { disturbStore, Injected } from "./disturb-store.ts";
import { type Dump, readDump } from "./dump.ts";
import type { FaultCounts } from "./fault-counts.ts";
import { begin_ms, type SmallLife, type SmallStep } from "./small-life.ts";

/** How likely a statement is to fail: by how many there are, so that most commands fail once or twice. */
const chances: Readonly<Record<SmallStep["kind"] | "start", number>> = {
  settle: 0.05,
  send: 0.6,
  read: 0.2,
  run: 0.012,
  rate: 0.015,
  close: 0.006,
  start: 0.02,
};
/** A command that fails so often is one that cannot be done any more. */
const TRIES_MAX = 25;

/** Where the faults of a life come from, and where they are counted. */
export interface Faults {
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly counts: FaultCounts;
}

/** Lives a life in an emptied pipeline, with faults or without. @throws Error where a command fails that met no fault, or never succeeds again */
export async function liveSmall(
  pipeline: Pipeline,
  { history, steps }: SmallLife,
  faults: Faults | null,
): Promise<Dump> {
  pipeline.clock.set(instant(begin_ms));
  await pipeline.reset();
  const random = faults?.random ?? (() => 1);
  const disturber =
    faults === null
      ? null
      : disturbStore(pipeline.store, { clock: pipeline.clock, from: instant(begin_ms), ...faults });
  const sent: EventJson[] = [];
  const seen = new Set<string>();
  let reached = -1n;

  /** Does it until it is done; after a death, and now and then after another failure, in a new process. */
  async function until(what: keyof typeof chances, work: (system: System) => Promise<unknown>): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      disturber?.begin({ during: what, chance: chances[what] / (1 + tries / 4) });
      let failure: Error | null = null;
      try {
        await work(pipeline.system());
      } catch (error) {
        failure = error as Error;
      }
      const met = disturber?.end() ?? { faults: 0, died: false };
      if (failure === null && !met.died) return;
      if (failure !== null && met.faults === 0 && !(failure instanceof Injected)) throw failure;
      if (what !== "start" && (met.died || random() < 0.1)) await until("start", () => pipeline.restart());
    }
    throw new Error(`${what} was tried ${TRIES_MAX} times`);
  }

  async function send(events: readonly EventJson[]): Promise<void> {
    await until("send", async ({ eventLog }) => {
      const loses = random() < 0.2;
      const append = eventLog.append;
      if (loses)
        eventLog.append = async (appended) => {
          await append(appended);
          faults?.counts.add("appended", "send");
          throw new Injected("the sender hears nothing of it");
        };
      try {
        const { rejected } = await pipeline.send(events);
        if (rejected.length > 0) throw new Error(`refused: ${JSON.stringify(rejected[0])}`);
      } finally {
        eventLog.append = append;
      }
    });
  }

  /** A reader of the log, which goes on where it stood, up to what is readable now. */
  async function read({ eventLog }: System): Promise<void> {
    const last = BigInt(Object.values(await eventLog.bound())[0] ?? -1n);
    // Perhaps it has them all, and did not hear that this was noted.
    if (reached >= last) return;
    const done = new AbortController();
    await eventLog.consume(
      "reader",
      async ({ messages, last_offset }) => {
        if (random() < 0.3) {
          faults?.counts.add("redelivered", "read");
          throw new Injected("the reader fails");
        }
        for (const message of messages) {
          const { source, id } = JSON.parse(Buffer.from(message).toString()) as EventJson;
          seen.add(`${source} ${id}`);
        }
        reached = last_offset;
        if (last_offset >= last) done.abort();
      },
      done.signal,
    );
  }

  async function take(step: SmallStep): Promise<void> {
    switch (step.kind) {
      case "settle":
        for (const { id, time_zone } of history.accounts)
          await until("settle", ({ accounts }) =>
            accounts.put({ account_id: id, name: id, time_zone }, { by: "test" }),
          );
        await until("settle", ({ rateCards }) => rateCards.put("default", cardOf(), "test"));
        return;
      case "send":
        await send(step.events);
        sent.push(...step.events);
        if (random() < 0.3) {
          faults?.counts.add("twice", "send");
          await send(sent.slice(-Math.ceil(random() * 7)));
        }
        return;
      case "read":
        return until("read", read);
      case "run":
        return until("run", (system) => system.aggregate({ until: instant(step.until_ms) }));
      case "rate":
        return until("rate", (system) => system.rate({ period: step.period }));
      case "close":
        return until("close", (system) => close(system, step.period));
    }
  }

  try {
    for (const step of steps) await take(step);
  } finally {
    disturber?.leave();
  }
  const unread = sent.filter(({ source, id }) => !seen.has(`${source} ${id}`));
  const dump = await readDump(pipeline.system(), history);
  const faulty = unread.length === 0 ? [] : [`${unread.length} acknowledged events that a reader never got`];
  return { ...dump, faults: [...dump.faults, ...faulty] };
}

async function close({ checks, closePeriod }: System, period: string): Promise<void> {
  const overrides = checks
    .filter(({ overridable }) => overridable)
    .map(({ name }) => ({ finding: name, reason: "a test" }));
  const { refused } = await closePeriod({ period, overrides, by: "test" });
  if (refused.length > 0) throw new Error(`not closed: ${JSON.stringify(refused[0])}`);
}
