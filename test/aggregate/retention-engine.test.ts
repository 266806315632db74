import { expect, test } from "vitest";
import type { Command } from "../../core/engine/commands.ts";
import { at } from "../at.ts";
import { archivedCloud, now } from "./archived-cloud.ts";
import { closeEverything } from "./closing-month.ts";

// The core engine tells the state of its resources from its events, and still does when they are archived.

const { pipeline, archive, eventIds, rows } = archivedCloud();

const GIB = 1_073_741_824n;
const vm = (resource: string): Command => ({
  command: "deploy",
  resource,
  account_id: "acme",
  name: `name of ${resource}`,
  zone: "z1",
  offering: "small",
  template: "debian-13",
  root_size_bytes: GIB,
  tags: { team: resource },
});

/** Machines and volumes in every state, each by commands whose last event need not be the one that turned it. */
const life: readonly Command[] = [
  vm("vm-running"),
  vm("vm-stopped"),
  { command: "stop", resource: "vm-stopped" },
  { command: "upgrade", resource: "vm-stopped", offering: "large" },
  { ...vm("vm-allocated"), command: "allocate" } as Command,
  vm("vm-destroyed"),
  { command: "destroy", resource: "vm-destroyed" },
  vm("vm-expunged"),
  {
    command: "create",
    resource: "disk",
    account_id: "acme",
    name: "data",
    zone: "z1",
    offering: "ssd",
    size_bytes: GIB,
  },
  { command: "attach", resource: "disk", vm: "vm-running" },
  { command: "resize", resource: "disk", size_bytes: 2n * GIB },
  { command: "resize", resource: "vm-running-root", size_bytes: 3n * GIB },
  { command: "destroy", resource: "vm-expunged" },
  { command: "expunge", resource: "vm-expunged" },
];

async function cloud(): Promise<void> {
  const { catalogue } = pipeline().system();
  await pipeline().putAccount("acme", "UTC");
  const by = { by: "test" };
  await catalogue.put("zone", { id: "z1", name: "Zone" }, by);
  await catalogue.put("template", { id: "debian-13", name: "Debian", hypervisor: "KVM" }, by);
  for (const [id, kind, cpu_count] of [
    ["small", "compute", 2],
    ["large", "compute", 8],
    ["ssd", "disk", 0],
  ] as const)
    await catalogue.put("offering", { id, name: id, kind, cpu_count, memory_mib: cpu_count * 1024 }, by);
}
const list = async () =>
  (await pipeline().system().engine().list()).toSorted((a, b) => (a.resource < b.resource ? -1 : 1));
const ids = async (commands: readonly Command[]) =>
  (await pipeline().system().engine().executeAll(commands)).map(({ id, sequence }) => `${id} ${sequence}`);

test("rebuilt from what archiving left, resources stand as they stood, and go on with ids and numbers never given before", async () => {
  await cloud();
  pipeline().clock.set(at("2026-08-10T00:00:00Z"));
  await ids(life.slice(0, 6));
  pipeline().clock.set(at("2026-09-10T00:00:00Z"));
  await ids(life.slice(6));
  pipeline().clock.set(now);
  await pipeline().aggregate(now);
  await closeEverything(pipeline().system(), ["2026-08", "2026-09", "2026-10"]);
  const before = await list();
  const given = new Set(await eventIds());
  expect(before.map(({ state }) => state).toSorted()).toEqual(
    [
      "allocated",
      "attached",
      "deleted",
      "destroyed",
      "expunged",
      "root",
      "root",
      "root",
      "root",
      "running",
      "stopped",
    ].toSorted(),
  );
  await archive();
  expect(await eventIds(), "nothing is left in the log").toEqual([]);

  await pipeline().restart();
  expect(await list()).toEqual(before);
  const [top] = await rows<{ sequence: string }>("SELECT max(sequence) AS sequence FROM engine_horizon");
  const next = await pipeline()
    .system()
    .engine()
    .executeAll([
      { command: "stop", resource: "vm-running" },
      { command: "recover", resource: "vm-destroyed" },
      { command: "detach", resource: "disk" },
    ]);
  expect(next.filter(({ id }) => given.has(id))).toEqual([]);
  expect(next.every(({ sequence }) => sequence > BigInt(top?.sequence ?? 0))).toBe(true);
  await expect(pipeline().system().engine().execute(vm("vm-expunged"))).rejects.toMatchObject({ key: "state-refused" });
  const after = await list();
  await pipeline().restart();
  expect(await list(), "what came since is folded on top").toEqual(after);
});

test("a name that was erased does not come back from what the engine keeps of archived events", async () => {
  await cloud();
  pipeline().clock.set(at("2026-09-10T00:00:00Z"));
  await ids(life.slice(0, 1));
  pipeline().clock.set(now);
  await pipeline().aggregate(now);
  await closeEverything(pipeline().system(), ["2026-09", "2026-10"]);
  await archive();
  await pipeline().system().eraseNames({ account_id: "acme", by: "test" });
  await pipeline().restart();
  expect((await list()).map(({ name }) => name)).toEqual(["", ""]);
});
