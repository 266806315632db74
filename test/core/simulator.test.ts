import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createAccounts } from "../../core/accounts.ts";
import { createCatalogue } from "../../core/catalogue.ts";
import { createTestClock, type Clock } from "../../core/clock.ts";
import { createEngine, type Engine } from "../../core/engine/engine.ts";
import type { CloudEvent } from "../../core/events.ts";
import { instant } from "../../core/instant.ts";
import { createRandom, idFrom } from "../../core/simulator/random.ts";
import { createSimulation, type Simulation, type SimulationPlan } from "../../core/simulator/simulation.ts";
import { createRegistry } from "../../core/registry.ts";
import { account, lookupsOf } from "./engine-deps.ts";
import { createMemoryEventLog, type MemoryEventLog } from "./memory-event-log.ts";
import { openTestStore } from "../test-store.ts";

const registry = createRegistry();

const from = instant(1_790_812_800_000); // 2026-10-01T00:00Z
const to = instant(1_793_491_200_000); // 2026-11-01T00:00Z
const month: SimulationPlan = { seed: "october", from, to, accounts: 40, resources: 2500 };
const small: SimulationPlan = { ...month, accounts: 6, resources: 60 };

function engineFor({ cloud }: Simulation, log: MemoryEventLog, clock: Clock = createTestClock(to)): Engine {
  const accounts = cloud.accounts.map((one) => ({ ...account, payer_account_id: one.account_id, ...one }));
  const known = {
    domain: cloud.domains,
    zone: cloud.zones,
    offering: [...cloud.compute, ...cloud.disks],
    template: cloud.templates,
  };
  return createEngine({ log, clock, ...lookupsOf(accounts, known) });
}

async function live(plan: SimulationPlan): Promise<{ log: MemoryEventLog; events: CloudEvent[] }> {
  const simulation = createSimulation(plan);
  const log = createMemoryEventLog();
  await simulation.run({ engine: engineFor(simulation, log) });
  return { log, events: log.messages().map((text) => JSON.parse(text) as CloudEvent) };
}

const digest = (log: MemoryEventLog): string => createHash("sha256").update(log.messages().join("\n")).digest("hex");

test(
  "a month of 2,500 machines is tens of thousands of accepted events in order, of every kind, in under 8 seconds",
  { timeout: 8_000 },
  async () => {
    const { events } = await live(month);
    expect(events.length).toBeGreaterThan(50_000);
    expect(events.length).toBeLessThan(110_000);
    expect(events.map(({ time }) => time)).toEqual(events.map(({ time }) => time).toSorted());
    expect(events.every(({ time }) => time >= "2026-10-01T00:00:00.000Z" && time < "2026-11-01T00:00:00.000Z")).toBe(
      true,
    );
    expect(
      events.filter(({ type, data }) => registry.sizedEventTypes().has(type) && (data.size ?? null) === null),
    ).toEqual([]);
    const types = new Set(events.map(({ type }) => type));
    expect([...types].filter((type) => !registry.eventTypes().has(type))).toEqual([]);
    for (const type of [
      "VM.UPGRADE",
      "VM.DYNAMIC.SCALE",
      "VM.RECOVER",
      "VM.EXPUNGE",
      "VOLUME.ATTACH",
      "VOLUME.RESIZE",
      "VOLUME.DETACH",
    ])
      expect(types).toContain(type);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(new Set(events.map(({ data }) => data.account_id)).size).toBeGreaterThan(30);
  },
);

test("the same seed makes the same events byte for byte, another seed others", async () => {
  const [first, again, other] = await Promise.all([live(small), live(small), live({ ...small, seed: "november" })]);
  expect(digest(again.log)).toBe(digest(first.log));
  expect(digest(other.log)).not.toBe(digest(first.log));
});

test("a run cut short and taken up by another engine ends with the same events", async () => {
  const simulation = createSimulation({ ...month, resources: 300 });
  const whole = createMemoryEventLog();
  await simulation.run({ engine: engineFor(simulation, whole) });
  const log = createMemoryEventLog();
  const stop = new AbortController();
  const cut = simulation.run({
    engine: engineFor(simulation, log),
    signal: stop.signal,
    on_progress: () => stop.abort(new Error("cut short")),
  });
  await expect(cut).rejects.toThrow("cut short");
  expect(log.messages().length).toBeLessThan(whole.messages().length);
  await simulation.run({ engine: engineFor(simulation, log) });
  expect(digest(log)).toBe(digest(whole));
  const nothing = await simulation.run({ engine: engineFor(simulation, log) });
  expect([nothing.commands, digest(log)]).toEqual([0, digest(whole)]);
});

test("at a speed, commands wait for their time: none is given before the clock allows", async () => {
  const simulation = createSimulation({ ...small, resources: 3, to: instant(from + 86_400_000) });
  const log = createMemoryEventLog();
  const began = 5_000_000_000_000;
  let now = began;
  // A clock on which sleeping is what makes time pass.
  const clock: Clock = { now: () => instant(now), sleep: (ms) => Promise.resolve(void (now += ms)) };
  const seen: { lag_ms: number }[] = [];
  const on_progress = ({ at }: { at: number }): void => void seen.push({ lag_ms: (now - began) * 3600 - (at - from) });
  const end = await simulation.run({ engine: engineFor(simulation, log, clock), clock, speed: 3600, on_progress });
  expect(end.commands).toBeGreaterThan(3);
  expect(seen.length).toBeGreaterThan(3);
  expect(seen.every(({ lag_ms }) => lag_ms >= 0 && lag_ms < 2 * 3600)).toBe(true);
});

test("some accounts are paid for by another of their domain, and that one pays for itself", () => {
  const { cloud } = createSimulation(month);
  expect(cloud.accounts.length).toBe(40);
  const payers = new Map(cloud.accounts.map((one) => [one.account_id, one]));
  const paid = cloud.accounts.filter((one) => one.payer_account_id !== undefined);
  expect(paid.length).toBeGreaterThan(5);
  for (const one of paid) {
    const payer = payers.get(one.payer_account_id ?? "");
    expect([payer?.domain, payer?.payer_account_id]).toEqual([one.domain, undefined]);
  }
  expect(new Set(cloud.accounts.map(({ name }) => name)).size).toBe(40);
});

test("a cloud made known in a store can be lived in, and making it known again writes nothing", async () => {
  const { store, close } = await openTestStore();
  const clock = createTestClock(to);
  const [accounts, catalogue] = [createAccounts({ store, clock }), createCatalogue({ store, clock })];
  const simulation = createSimulation(small);
  for (let round = 0; round < 2; round += 1) await simulation.install({ accounts, catalogue, by: "ana" });
  const known = await accounts.list({ after_id: "", limit: 100 });
  expect(new Set(known.map(({ version }) => version))).toEqual(new Set(["1"]));
  expect(known.map(({ account_id }) => account_id)).toEqual(
    simulation.cloud.accounts.map((one) => one.account_id).toSorted(),
  );
  expect(await catalogue.domainPath(simulation.cloud.domains.at(-1)?.id ?? "")).toBe(
    simulation.cloud.accounts.at(-1)?.domain,
  );

  const log = createMemoryEventLog();
  await simulation.run({ engine: createEngine({ log, clock, accounts, catalogue }) });
  expect(digest(log)).toBe(digest((await live(small)).log));
  await close();
});

test("an empty span and counts below one are refused by field", () => {
  expect(() => createSimulation({ ...small, to: from })).toThrow(
    expect.objectContaining({ key: "invalid-request", field: "to" }),
  );
  expect(() => createSimulation({ ...small, resources: 0 })).toThrow(expect.objectContaining({ field: "resources" }));
});

test("chance is spread evenly and repeats by seed", () => {
  const random = createRandom("dice");
  const thrown = Array.from({ length: 60_000 }, () => random.whole(1, 6));
  const counts = [1, 2, 3, 4, 5, 6].map((face) => thrown.filter((each) => each === face).length);
  // Six times the standard deviation of a fair die: sqrt(60,000 × 1/6 × 5/6) = 91.
  expect(counts.filter((count) => Math.abs(count - 10_000) > 6 * 91)).toEqual([]);
  const again = createRandom("dice");
  expect(Array.from({ length: 100 }, () => again.whole(1, 6))).toEqual(thrown.slice(0, 100));
  expect(idFrom("x")).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
});
