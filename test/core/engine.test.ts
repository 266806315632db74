import { expect, test } from "vitest";
import { createTestClock } from "../../core/clock.ts";
import type { Command } from "../../core/engine/commands.ts";
import { createEngine, type Engine } from "../../core/engine/engine.ts";
import { AppError } from "../../core/errors.ts";
import { plainRest } from "../../core/events.ts";
import { type InstantMs, instant } from "../../core/instant.ts";
import { account, smallCloud } from "./engine-deps.ts";
import { createMemoryEventLog, type MemoryEventLog } from "./memory-event-log.ts";
import { readCases } from "../read-cases.ts";

interface Refusal {
  readonly refused: string;
  readonly field?: string;
  readonly says: string;
}
interface EngineCase {
  readonly why: string;
  readonly when: readonly Readonly<Record<string, string>>[];
  readonly then: readonly (readonly string[] | Refusal)[];
  readonly states: Readonly<Record<string, string>>;
}

const cases = readCases<EngineCase>("core/engine");
const start = instant(1_790_812_800_000);
const minute = (n: number): InstantMs => instant(start + n * 60_000);

const deploy = {
  command: "deploy",
  name: "web-1",
  account_id: "acme-1",
  zone: "z1",
  offering: "small",
  template: "debian-13",
  root_size_bytes: 8_589_934_592n,
} as const;
const create = {
  command: "create",
  name: "data-1",
  account_id: "acme-1",
  zone: "z1",
  offering: "ssd",
  size_bytes: 10_737_418_240n,
} as const;

/** A command of a case: what it leaves out is as in `deploy` and `create`. */
function commandOf(given: Readonly<Record<string, string>>, at: InstantMs): Command {
  const sizes = Object.fromEntries(
    Object.entries(given).flatMap(([name, text]) => (name.endsWith("_bytes") ? [[name, BigInt(text)]] : [])),
  );
  const base =
    given["command"] === "create" ? create : ["deploy", "allocate"].includes(given["command"] ?? "") ? deploy : {};
  return { ...base, ...given, ...sizes, at } as Command;
}

function newEngine(log: MemoryEventLog = createMemoryEventLog(), clock = createTestClock(minute(10_000))): Engine {
  return createEngine({ log, clock, ...smallCloud });
}

async function outcome(act: Promise<readonly { type: string; resource: string }[]>): Promise<unknown> {
  try {
    return (await act).map(({ type, resource }) => `${type} ${resource}`);
  } catch (error) {
    if (error instanceof AppError) return { refused: error.key, field: error.field, says: error.message };
    throw error;
  }
}

test.each(cases)("$why", async ({ when, then, states }) => {
  const engine = newEngine();
  expect(then.length).toBe(when.length);
  for (const [index, given] of when.entries()) {
    const expected = then[index];
    const got = await outcome(engine.execute(commandOf(given, minute(index))));
    if (Array.isArray(expected)) {
      expect(got).toEqual(expected);
      continue;
    }
    const { says, ...refusal } = expected as Refusal;
    expect(got).toMatchObject(refusal);
    expect((got as Refusal).says).toContain(says);
  }
  const found = await Promise.all(Object.keys(states).map(async (id) => [id, (await engine.get(id))?.state]));
  expect(Object.fromEntries(found)).toEqual(states);
});

test("an event carries the whole shape as it is at that moment", async () => {
  const log = createMemoryEventLog();
  const engine = newEngine(log);
  const [created, root] = await engine.execute({
    ...deploy,
    resource: "vm-1",
    root_offering: "hdd",
    tags: { b: "2", a: "1" },
    at: minute(0),
  });
  expect(created).toEqual({
    source: "tallyhouse/core",
    id: "vm-1/1.1",
    sequence: 1n,
    type: "VM.CREATE",
    subject: "vm/vm-1",
    occurred_at: minute(0),
    account_id: "acme-1",
    account: "acme",
    domain: "ROOT/acme",
    project_id: "",
    zone: "z1",
    resource: "vm-1",
    part: "",
    name: "web-1",
    offering: "small",
    template: "debian-13",
    resource_type: "KVM",
    vm: "",
    size: -1n,
    virtual_size: -1n,
    details: '{"cpuNumber":"2","memory":"2048"}',
    tags: '{"a":"1","b":"2"}',
    extensions: "{}",
    ...plainRest,
  });
  const whole = {
    resource: "vm-1-root",
    name: "ROOT-web-1",
    offering: "hdd",
    template: "debian-13",
    size: 8_589_934_592n,
    vm: "vm-1",
    details: "{}",
  };
  expect(root).toMatchObject({ ...whole, id: "vm-1/1.2", sequence: 2n, subject: "volume/vm-1-root" });
  const [scaled] = await engine.execute({ command: "scale", resource: "vm-1", offering: "large", at: minute(1) });
  expect(scaled).toMatchObject({
    ...created,
    id: "vm-1/2.1",
    type: "VM.DYNAMIC.SCALE",
    sequence: 4n,
    occurred_at: minute(1),
    offering: "large",
    details: '{"cpuNumber":"16","memory":"65536"}',
  });
  const [stopped] = await engine.execute({ command: "stop", resource: "vm-1", at: minute(2) });
  expect(stopped).toMatchObject({
    offering: "large",
    details: '{"cpuNumber":"16","memory":"65536"}',
    tags: '{"a":"1","b":"2"}',
  });
  expect(log.messages().length).toBe(5);
});

test("a volume's events name the machine it hangs on, and a project's its project", async () => {
  const engine = newEngine();
  await engine.execute({ ...deploy, resource: "vm-1", account_id: "other", at: minute(0) });
  await engine.execute({ ...create, resource: "vol-1", account_id: "other", at: minute(0) });
  const [attached] = await engine.execute({ command: "attach", resource: "vol-1", vm: "vm-1", at: minute(1) });
  const [grown] = await engine.execute({
    command: "resize",
    resource: "vol-1",
    size_bytes: 21_474_836_480n,
    offering: "hdd",
    at: minute(2),
  });
  const [detached] = await engine.execute({ command: "detach", resource: "vol-1", at: minute(3) });
  expect(attached).toMatchObject({ vm: "vm-1", size: 10_737_418_240n, offering: "ssd", project_id: "other" });
  expect(grown).toMatchObject({ vm: "vm-1", size: 21_474_836_480n, offering: "hdd" });
  expect(detached).toMatchObject({ vm: "", size: 21_474_836_480n, offering: "hdd" });
});

test("of commands given together all happen or none", async () => {
  const log = createMemoryEventLog();
  const engine = newEngine(log);
  const refused = engine.executeAll([
    { ...deploy, resource: "vm-1", at: minute(0) },
    { command: "stop", resource: "vm-1", at: minute(1) },
    { command: "stop", resource: "vm-1", at: minute(2) },
  ]);
  await expect(refused).rejects.toMatchObject({ key: "state-refused" });
  expect([log.messages(), await engine.get("vm-1"), await engine.get("vm-1-root"), await engine.list()]).toEqual([
    [],
    null,
    null,
    [],
  ]);
  await engine.execute({ ...deploy, resource: "vm-1", at: minute(0) });
  expect((await engine.get("vm-1"))?.state).toBe("running");
});

test("time does not run backwards for a resource and not ahead of the clock", async () => {
  const engine = newEngine(createMemoryEventLog(), createTestClock(minute(10)));
  await engine.execute({ ...deploy, resource: "vm-1", at: minute(5) });
  await expect(engine.execute({ command: "stop", resource: "vm-1", at: minute(4) })).rejects.toMatchObject({
    key: "invalid-request",
    field: "at",
  });
  await expect(engine.execute({ command: "stop", resource: "vm-1", at: minute(11) })).rejects.toThrow("still to come");
  const [stopped] = await engine.execute({ command: "stop", resource: "vm-1" });
  expect(stopped?.occurred_at).toBe(minute(10));
});

test("of two commands given at once the second sees what the first did", async () => {
  const engine = newEngine();
  await engine.execute({ ...deploy, resource: "vm-1" });
  const both = await Promise.allSettled([1, 2].map(() => engine.execute({ command: "destroy", resource: "vm-1" })));
  expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
});

/** A busy hour: machines and volumes in every state there is. */
async function liveThroughAll(engine: Engine): Promise<void> {
  for (const resource of ["vm-1", "vm-2", "vm-3", "vm-4", "vm-5"])
    await engine.execute({ ...deploy, resource, at: minute(0) });
  for (const resource of ["vol-1", "vol-2", "vol-3"]) await engine.execute({ ...create, resource, at: minute(0) });
  for (const [resource, vm] of [
    ["vol-1", "vm-1"],
    ["vol-2", "vm-2"],
  ] as const)
    await engine.execute({ command: "attach", resource, vm, at: minute(1) });
  await engine.execute({ command: "scale", resource: "vm-1", offering: "large", at: minute(2) });
  await engine.execute({ command: "resize", resource: "vm-1-root", size_bytes: 17_179_869_184n, at: minute(2) });
  for (const resource of ["vm-2", "vm-3", "vm-4"])
    await engine.execute({ command: "destroy", resource, at: minute(3) });
  await engine.execute({ command: "expunge", resource: "vm-2", at: minute(4) });
  await engine.execute({ command: "recover", resource: "vm-3", at: minute(4) });
  await engine.execute({ command: "delete", resource: "vol-3", at: minute(5) });
}

test.each([1, 4])(
  "an engine that starts again on the log of another (%i partitions) knows the same and goes on counting",
  async (partitions) => {
    const log = createMemoryEventLog({ partitions });
    const before = newEngine(log);
    await liveThroughAll(before);
    const foreign = await newEngine().execute({ ...deploy, resource: "vm-1" });
    await log.append(foreign.map((event) => ({ ...event, source: "elsewhere" })));
    const after = newEngine(log);
    const byId = (a: { resource: string }, b: { resource: string }): number => (a.resource < b.resource ? -1 : 1);
    expect((await after.list()).toSorted(byId)).toEqual((await before.list()).toSorted(byId));
    expect((await after.list()).length).toBe(13);

    const last = log
      .messages()
      .map((text) => BigInt((JSON.parse(text) as { sequence: string }).sequence))
      .reduce((a, b) => (a > b ? a : b));
    const [next] = await after.execute({ command: "stop", resource: "vm-1", at: minute(9) });
    expect(next).toMatchObject({ id: "vm-1/3.1", sequence: last + 1n });
  },
);

test("after an append that broke off halfway the state is what the log holds", async () => {
  const log = createMemoryEventLog();
  const engine = newEngine(log);
  await engine.execute({ ...deploy, resource: "vm-0", at: minute(0) });
  log.breakAfter(1);
  await expect(engine.execute({ ...deploy, resource: "vm-1", at: minute(0) })).rejects.toThrow("the log went away");
  expect([(await engine.get("vm-0"))?.state, (await engine.get("vm-1"))?.state, await engine.get("vm-1-root")]).toEqual(
    ["running", "allocated", null],
  );
  await engine.execute({ command: "destroy", resource: "vm-1", at: minute(1) });
  const gone = await engine.execute({ command: "expunge", resource: "vm-1", at: minute(2) });
  expect(gone.map(({ type, id }) => [type, id])).toEqual([["VM.EXPUNGE", "vm-1/3.1"]]);
  const ids = log.messages().map((text) => (JSON.parse(text) as { id: string }).id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("the account's name in an event is the one it has then, and one deleted can still be cleaned up", async () => {
  const log = createMemoryEventLog();
  let owner = account;
  const engine = createEngine({
    log,
    clock: createTestClock(minute(9)),
    ...smallCloud,
    accounts: { ...smallCloud.accounts, get: () => Promise.resolve(owner) },
  });
  await engine.execute({ ...deploy, resource: "vm-1" });
  owner = { ...account, name: "acme renamed", domain: "ROOT/north/acme", state: "deleted" };
  const [, destroyed] = await engine.execute({ command: "destroy", resource: "vm-1" });
  expect(destroyed).toMatchObject({
    type: "VM.DESTROY",
    account_id: "acme-1",
    account: "acme renamed",
    domain: "ROOT/north/acme",
  });
});
