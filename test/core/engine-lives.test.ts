import fc from "fast-check";
import { expect, test } from "vitest";
import { createTestClock } from "../../core/clock.ts";
import type { Command } from "../../core/engine/commands.ts";
import { createEngine } from "../../core/engine/engine.ts";
import { AppError } from "../../core/errors.ts";
import type { LifecycleEvent } from "../../core/events.ts";
import { instant } from "../../core/instant.ts";
import { smallCloud } from "./engine-deps.ts";
import { createMemoryEventLog } from "./memory-event-log.ts";

const start = 1_790_812_800_000;
const shared = { account_id: "acme-1", name: "n", zone: "z1" };
const vms = fc.constantFrom("vm-1", "vm-2");
const volumes = fc.constantFrom("vol-1", "vol-2", "vm-1-root");

const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ command: fc.constantFrom("deploy", "allocate"), resource: vms }).map((each) => ({
    ...each,
    ...shared,
    offering: "small",
    template: "debian-13",
    root_size_bytes: 1024n,
  })),
  fc.record({
    command: fc.constantFrom("start", "stop", "destroy", "recover", "expunge", "start", "stop", "destroy"),
    resource: vms,
  }),
  fc.record({
    command: fc.constantFrom("upgrade", "scale"),
    resource: vms,
    offering: fc.constantFrom("small", "large"),
  }),
  volumes.map((resource) => ({ command: "create" as const, resource, ...shared, offering: "ssd", size_bytes: 2048n })),
  fc.record({ command: fc.constant("attach" as const), resource: volumes, vm: vms }),
  fc.record({
    command: fc.constant("resize" as const),
    resource: volumes,
    size_bytes: fc.bigInt({ min: 1n, max: 9000n }),
  }),
  fc.record({ command: fc.constantFrom("detach", "delete"), resource: volumes }),
);

/** Gives the commands one second apart, in batches; a batch that is refused has not happened. */
async function live(batches: readonly (readonly Command[])[], partitions: number) {
  const log = createMemoryEventLog({ partitions });
  const deps = { log, clock: createTestClock(instant(start + 3_600_000)), ...smallCloud };
  const engine = createEngine(deps);
  const events: LifecycleEvent[] = [];
  let second = 0;
  for (const batch of batches) {
    const timed = batch.map((command) => ({ ...command, at: instant(start + 1000 * (second += 1)) }));
    try {
      events.push(...(await engine.executeAll(timed)));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return { engine, again: createEngine(deps), events };
}

/** How often each type follows on itself without its opposite in between: opened twice or closed twice. */
function repeats(
  types: readonly string[],
  { open, close }: { open: readonly string[]; close: readonly string[] },
): string[] {
  let isOpen = false;
  return types.filter((type) => {
    if (!open.includes(type) && !close.includes(type)) return false;
    const again = open.includes(type) === isOpen;
    isOpen = open.includes(type);
    return again;
  });
}

const histories = fc.array(fc.array(commands, { minLength: 1, maxLength: 2 }), { maxLength: 60 });

test("whatever is asked, what an engine knows is what another reads from the log", async () => {
  const property = fc.asyncProperty(histories, fc.integer({ min: 1, max: 3 }), async (batches, partitions) => {
    const { engine, again } = await live(batches, partitions);
    const known = async (one: typeof engine) => new Map((await one.list()).map((each) => [each.resource, each]));
    expect(await known(again)).toEqual(await known(engine));
  });
  await fc.assert(property, { numRuns: 150 });
});

test("whatever is asked, nothing is opened twice, closed twice or left running when it is destroyed", async () => {
  const property = fc.asyncProperty(histories, async (batches) => {
    const { events } = await live(batches, 1);
    const of = (resource: string): string[] =>
      events.filter((event) => event.resource === resource).map(({ type }) => type);
    for (const vm of ["vm-1", "vm-2"]) {
      expect(repeats(of(vm), { open: ["VM.START"], close: ["VM.STOP"] })).toEqual([]);
      expect(repeats(of(vm), { open: ["VM.CREATE", "VM.RECOVER"], close: ["VM.DESTROY"] })).toEqual([]);
      const last = of(vm).findLast((type) => ["VM.START", "VM.STOP", "VM.DESTROY"].includes(type));
      if (of(vm).at(-1) === "VM.DESTROY")
        expect(of(vm).lastIndexOf("VM.START")).toBeLessThanOrEqual(of(vm).lastIndexOf("VM.STOP"));
      if (last === "VM.START") expect(of(vm)).not.toContain("VM.EXPUNGE");
    }
    for (const volume of ["vol-1", "vol-2", "vm-1-root", "vm-2-root"]) {
      expect(repeats(of(volume), { open: ["VOLUME.CREATE"], close: ["VOLUME.DELETE"] })).toEqual([]);
      expect(repeats(of(volume), { open: ["VOLUME.ATTACH"], close: ["VOLUME.DETACH"] })).toEqual([]);
    }
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(events.map(({ sequence }) => sequence)).toEqual(
      [...new Set(events.map(({ sequence }) => sequence))].toSorted((a, b) => (a < b ? -1 : 1)),
    );
  });
  await fc.assert(property, { numRuns: 150 });
});
