import { readFileSync } from "node:fs";
import { Check } from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestClock } from "../../core/clock.ts";
import { accountDeleted, effects, partialChanges, unmeteredEventTypes } from "../../core/event-types.ts";
import { createRegistry } from "../../core/registry.ts";
import { UsageType, type UsageTypeInput } from "../../core/usage-type.ts";
import { builtInUsageTypes } from "../../core/usage-type-list.ts";
import { createUsageTypes } from "../../core/usage-types.ts";
import { at } from "../at.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

const registry = createRegistry();
const clock = createTestClock(at("2026-10-02T12:00:00Z"));
let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());

const open = () => createUsageTypes({ store: opened.store, clock });

async function rowsOf(table: string, version: string): Promise<Record<string, unknown>[]> {
  const query = `SELECT * EXCEPT registry_version FROM ${table} WHERE registry_version = '${version}' ORDER BY ALL`;
  const result = await opened.store.read.query({ query, format: "JSONEachRow" });
  return result.json();
}

test("ids and names are unique, and each entry is what the registry's schema says", () => {
  expect(new Set(builtInUsageTypes.map(({ usage_type }) => usage_type)).size).toBe(builtInUsageTypes.length);
  expect(new Set(builtInUsageTypes.map(({ name }) => name)).size).toBe(builtInUsageTypes.length);
  expect(builtInUsageTypes.filter((type) => !Check(UsageType, type))).toEqual([]);
});

// CloudStack's own numbers (its UsageTypes class): outside programs know them by these
test("the ids and names are CloudStack's: 1 to 14 and 21 to 31, the rest our own from 1001", () => {
  const names =
    "RUNNING_VM ALLOCATED_VM IP_ADDRESS NETWORK_BYTES_SENT NETWORK_BYTES_RECEIVED VOLUME TEMPLATE ISO SNAPSHOT SECURITY_GROUP " +
    "LOAD_BALANCER_POLICY PORT_FORWARDING_RULE NETWORK_OFFERING VPN_USERS VM_DISK_IO_READ VM_DISK_IO_WRITE VM_DISK_BYTES_READ " +
    "VM_DISK_BYTES_WRITE VM_SNAPSHOT VOLUME_SECONDARY VM_SNAPSHOT_ON_PRIMARY BACKUP BUCKET NETWORK VPC";
  const ids = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31];
  const listed = registry.list().map(({ usage_type, name }) => [usage_type, name]);
  expect(listed.slice(0, ids.length)).toEqual(names.split(" ").map((name, index) => [ids[index], name]));
  expect(listed.slice(ids.length)).toEqual([
    [1001, "SNAPSHOT_ON_PRIMARY"],
    [1002, "IPV6_ADDRESS"],
    [1003, "CONSOLE_SESSION"],
  ]);
});

test("what is opened can be closed, and what is reported names what is read", () => {
  for (const { name, measure, effects: rows, reading } of builtInUsageTypes) {
    const kinds = Object.values(rows);
    if (measure === "duration" || measure === "capacity") {
      expect(kinds, name).toEqual(expect.arrayContaining(["open", "close"]));
      expect(reading, name).toBe("");
    } else {
      expect(kinds, name).toContain("report");
      expect(reading, name).not.toBe("");
    }
  }
});

test("at one instant close comes before open and open before change", () => {
  expect(effects.close).toBeLessThan(effects.open);
  expect(effects.open).toBeLessThan(effects.change);
  for (const code of Object.values(partialChanges)) expect(code).toBeGreaterThan(effects.change);
});

test("destroying a machine ends all it was charged for by time but its volumes", () => {
  const closed = registry.list().filter((type) => type.effects["VM.DESTROY"] === "close");
  expect(closed.map(({ name, parts }) => [name, parts])).toEqual([
    ["RUNNING_VM", false],
    ["ALLOCATED_VM", false],
    ["SECURITY_GROUP", true],
    ["NETWORK_OFFERING", true],
    ["CONSOLE_SESSION", false],
  ]);
});

test("whatever opens or changes a capacity must carry its size, unless the registry says it may come without", () => {
  const sized = registry.sizedEventTypes();
  for (const { effects: rows, unsized } of builtInUsageTypes.filter(({ measure }) => measure === "capacity")) {
    for (const [type, effect] of Object.entries(rows)) {
      if (effect !== "close") expect(sized.has(type), type).toBe(!unsized.includes(type));
    }
  }
  expect(["tally.size", "VMSNAPSHOT.CREATE", "BACKUP.USAGE.METRIC"].filter((type) => !sized.has(type))).toEqual([]);
  const without = [
    "VM.START",
    "VOLUME.DELETE",
    "BUCKET.CREATE",
    "BUCKET.UPDATE",
    "BACKUP.OFFERING.ASSIGN",
    "NETWORK.CREATE",
  ];
  expect(without.filter((type) => sized.has(type))).toEqual([]);
});

test("an event type is metered or known as unmetered, never both", () => {
  const metered = new Set(builtInUsageTypes.flatMap(({ effects: rows }) => Object.keys(rows)));
  expect(unmeteredEventTypes.filter((type) => metered.has(type))).toEqual([]);
  expect(new Set(unmeteredEventTypes).size).toBe(unmeteredEventTypes.length);
  const accepted = registry.eventTypes();
  const known = [...metered, ...unmeteredEventTypes, ...Object.keys(partialChanges), accountDeleted];
  expect(known.filter((type) => !accepted.has(type))).toEqual([]);
  // a sample of CloudStack's action events of every group
  const actions =
    "VM.REBOOT VM.LEASE.EXPIRED VOLUME.EXTRACT TEMPLATE.DOWNLOAD.FAILED ISO.DETACH SNAPSHOT.REVERT VMSNAPSHOT.REVERTTO NET.IPRESERVE " +
    "PORTABLE.IP.TRANSFER NET.RULEMODIFY LB.CERT.UPLOAD NETWORK.RESTART VPC.RESTART NETWORK.OFFERING.EDIT SG.CREATE BACKUP.SCHEDULE.DELETE " +
    "BACKUP.OFFERING.REMOVE SHAREDFS.CHANGE.DISK.OFFERING USAGE.REMOVE.USAGE.RECORDS QUOTA.TARIFF.UPDATE ACCOUNT.MARK.DEFAULT.ZONE " +
    "DOMAIN.MOVE PROJECT.SUSPEND USER.LOGIN CREATE_TAGS DELETE_TAGS";
  expect(actions.split(" ").filter((type) => !unmeteredEventTypes.includes(type))).toEqual([]);
});

test("a display unit is a whole number of the base unit it goes with", () => {
  // 3,600 s in ms; 2^30 bytes for 3,600,000 ms; 2^30 bytes; one by one; a session for an hour
  const divisors: Record<string, [string, string]> = {
    ms: ["hours", "3600000"],
    byte_ms: ["GiB hours", (2n ** 30n * 3_600_000n).toString()],
    bytes: ["GiB", (2n ** 30n).toString()],
    requests: ["requests", "1"],
    session_ms: ["session hours", "3600000"],
  };
  for (const { name, unit, display_unit, display_divisor } of builtInUsageTypes)
    expect([display_unit, display_divisor], name).toEqual(divisors[unit]);
});

test("the version names the content: another effect is another version, the same content in another order the same", () => {
  const [first, ...rest] = structuredClone(builtInUsageTypes) as [UsageType, ...UsageType[]];
  const reversed = Object.fromEntries(Object.entries(first.effects).toReversed()) as UsageType["effects"];
  expect(createRegistry([...rest, { ...first, effects: reversed }]).version()).toBe(registry.version());
  const other = (change: Partial<UsageType>) => createRegistry([{ ...first, ...change }, ...rest]).version();
  const versions = [
    registry.version(),
    other({ effects: { ...first.effects, "VM.REBOOT": "change" } }),
    other({ parts: true }),
    other({ shape_by: ["zone"] }),
    other({ display_divisor: "3600" }),
    createRegistry(rest).version(),
  ];
  expect(new Set(versions).size).toBe(versions.length);
});

test("the store holds the registry in force once, however often it is opened, with the partial changes under usage type 0", async () => {
  const version = (await open()).version();
  const read = async () => [await rowsOf("usage_type", version), await rowsOf("usage_type_effect", version)];
  const [types = [], rows = []] = await read();
  expect((await open()).version()).toBe(version);
  expect(await read()).toEqual([types, rows]);
  expect(types.map(({ usage_type }) => usage_type)).toEqual(registry.list().map(({ usage_type }) => usage_type));
  expect(types).toContainEqual({
    usage_type: 28,
    name: "BACKUP",
    description: "Backup storage usage",
    measure: "capacity",
    unit: "byte_ms",
    display_unit: "GiB hours",
    display_divisor: "3865470566400000",
    reading: "",
    shape_by: [],
    parts: 1,
    max_gap_ms: "0",
    unsized: ["BACKUP.OFFERING.ASSIGN"],
    counts_from: "1970-01-01T00:00:00.000Z",
  });
  expect(types).toContainEqual(
    expect.objectContaining({ usage_type: 1003, reading: "console_sessions", parts: 0, max_gap_ms: "600000" }),
  );
  expect(rows.filter(({ usage_type }) => usage_type === 0)).toEqual([
    { event_type: "tally.owner.changed", usage_type: 0, effect: 5 },
    { event_type: "tally.size", usage_type: 0, effect: 6 },
    { event_type: "tally.tags.changed", usage_type: 0, effect: 4 },
  ]);
  expect(rows).toContainEqual({ event_type: "VM.STOP", usage_type: 1, effect: 0 });
  expect(rows).toContainEqual({ event_type: "tally.counter", usage_type: 21, effect: 3 });
  expect(rows).toHaveLength(builtInUsageTypes.reduce((n, { effects: given }) => n + Object.keys(given).length, 3));
});

test("a registry whose writing broke off between its two tables is completed, and no row is there twice", async () => {
  const version = (await open()).version();
  const [types, rows] = [await rowsOf("usage_type", version), await rowsOf("usage_type_effect", version)];
  await opened.store.write.command({ query: "TRUNCATE TABLE usage_type_effect" });
  await open();
  expect([await rowsOf("usage_type", version), await rowsOf("usage_type_effect", version)]).toEqual([types, rows]);
});

const gpu: UsageTypeInput = {
  usage_type: 2001,
  name: "GPU_HOURS",
  description: 'GPUs,\t"attached"\\\n',
  measure: "duration",
  unit: "ms",
  display_unit: "hours",
  display_divisor: "3600000",
  effects: { "GPU.ATTACH": "open", "GPU.DETACH": "close", "it's.odd": "change" },
  shape_by: ["offering", "zone"],
};

test("an added usage type is in force when the answer is there, and after a restart, with who added it and when", async () => {
  const usageTypes = await open();
  const before = usageTypes.version();
  expect(usageTypes.eventTypes().has("GPU.ATTACH")).toBe(false);
  clock.set(at("2026-10-02T12:34:56.789Z"));
  const added = await usageTypes.add(gpu, "ann's (key_1)");
  expect(added).toEqual({ ...gpu, reading: "", parts: false, max_gap_ms: 0, unsized: [], counts_from: null });
  expect(usageTypes.version()).not.toBe(before);
  for (const found of [usageTypes, await open()]) {
    expect(found.find(2001)).toEqual(added);
    expect(found.list().at(-1)).toEqual(added);
    expect(found.eventTypes().has("GPU.ATTACH")).toBe(true);
    expect(found.version()).toBe(usageTypes.version());
    expect(found.addition(2001)).toEqual({ by: "ann's (key_1)", at: at("2026-10-02T12:34:56.789Z") });
    expect(found.addition(1)).toBeNull();
  }
  const [types, rows] = [
    await rowsOf("usage_type", usageTypes.version()),
    await rowsOf("usage_type_effect", usageTypes.version()),
  ];
  expect(types).toContainEqual(
    expect.objectContaining({ usage_type: 2001, description: gpu.description, shape_by: ["offering", "zone"] }),
  );
  expect(rows.filter(({ usage_type }) => usage_type === 2001)).toEqual([
    { event_type: "GPU.ATTACH", usage_type: 2001, effect: 1 },
    { event_type: "GPU.DETACH", usage_type: 2001, effect: 0 },
    { event_type: "it's.odd", usage_type: 2001, effect: 2 },
  ]);
  // what was written for the version before stays: runs name it
  expect(await rowsOf("usage_type", before)).toHaveLength(builtInUsageTypes.length);
});

test("of several that ask for one id at once, one gets it", async () => {
  const usageTypes = await open();
  const named = (name: string): UsageTypeInput => ({ ...gpu, usage_type: 2002, name });
  const outcomes = await Promise.allSettled(["ONE", "TWO", "THREE"].map((name) => usageTypes.add(named(name), "test")));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  expect((await open()).find(2002)?.name).toBe("ONE");
});

test("an addition whose answer was lost is found to be there, and is not made twice", async () => {
  const usageTypes = await open();
  const line = { ...usageTypes.find(2001), usage_type: 2003, name: "LOST" };
  await opened.store.write.insert({
    table: "usage_type_added",
    values: [
      { usage_type: 2003, definition: JSON.stringify(line), added_at: "2026-10-02 13:00:00.000", added_by: "x" },
    ],
    format: "JSONEachRow",
  });
  await expect(usageTypes.add({ ...gpu, usage_type: 2003, name: "LOST" }, "test")).rejects.toMatchObject({
    key: "conflict",
    field: "usage_type",
  });
  expect(usageTypes.find(2003)?.name).toBe("LOST");
});

test("the table of usage types in core/README.md is the registry", () => {
  const readme = readFileSync(new URL("../../core/README.md", import.meta.url), "utf8");
  const table = readme.split("\n").filter((line) => /^\| \d+ \| `[A-Z]/.test(line));
  const expected = builtInUsageTypes.map((type) => {
    const of = (effect: string): string =>
      Object.keys(type.effects)
        .filter((event) => type.effects[event] === effect)
        .map((event) => (type.unsized.includes(event) ? `${event} (size may lack)` : event))
        .join(", ");
    const measure = [
      type.measure,
      ...(type.reading === "" ? [] : [`of ${type.reading}`]),
      ...(type.parts ? ["in parts"] : []),
      ...(type.max_gap_ms === 0 ? [] : [`a reading holds ${type.max_gap_ms / 60_000} min at most`]),
    ].join(", ");
    const cells = [type.usage_type, `\`${type.name}\``, measure, type.unit, type.display_unit];
    return `| ${[...cells, ...["open", "close", "change", "report"].map(of)].join(" | ")} |`.replace(
      / {2}(?=\|)/g,
      " ",
    );
  });
  expect(table).toEqual(expected);
});
