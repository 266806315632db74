import { afterAll, beforeAll, expect, test } from "vitest";
import { Check } from "typebox/value";
import {
  displayUnits,
  effects,
  eventTypes,
  registryVersion,
  sizedEventTypes,
  storeUsageTypes,
  UsageType,
  unmeteredEventTypes,
  usageTypes,
} from "../../core/usage-types.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());

async function rowsOf(table: string, columns: string): Promise<Record<string, unknown>[]> {
  const query = `SELECT ${columns} FROM ${table} ORDER BY ALL`;
  const result = await opened.store.read.query({ query, format: "JSONEachRow" });
  return result.json();
}

test("ids and names are unique, and each entry is what the registry's schema says", () => {
  expect(new Set(usageTypes.map(({ usage_type }) => usage_type)).size).toBe(usageTypes.length);
  expect(new Set(usageTypes.map(({ name }) => name)).size).toBe(usageTypes.length);
  expect(usageTypes.filter((type) => !Check(UsageType, type))).toEqual([]);
});

// CloudStack's own numbers (its UsageTypes class): outside programs know them by these
test.each([
  [1, "RUNNING_VM", "duration"],
  [2, "ALLOCATED_VM", "duration"],
  [6, "VOLUME", "capacity"],
])("usage type %i is %s, measured as %s", (id, name, measure) => {
  expect(usageTypes.find(({ usage_type }) => usage_type === id)).toMatchObject({ name, measure });
});

test("every effect is a known one, and whatever can be opened can be closed", () => {
  for (const { name, effects: rows } of usageTypes) {
    const kinds = Object.values(rows);
    expect(
      kinds.filter((effect) => !Object.hasOwn(effects, effect)),
      name,
    ).toEqual([]);
    expect(kinds, name).toEqual(expect.arrayContaining(["open", "close"]));
  }
});

test("at one instant close comes before open and open before change", () => {
  expect(effects.close).toBeLessThan(effects.open);
  expect(effects.open).toBeLessThan(effects.change);
});

test("destroy ends what runs as well as what is allocated", () => {
  const closes = (name: string): boolean =>
    usageTypes.find((type) => type.name === name)?.effects["VM.DESTROY"] === "close";
  expect([closes("RUNNING_VM"), closes("ALLOCATED_VM")]).toEqual([true, true]);
});

test("whatever opens or changes a capacity must carry its size; what closes it need not", () => {
  for (const { effects: rows } of usageTypes.filter(({ measure }) => measure === "capacity")) {
    for (const [type, effect] of Object.entries(rows)) expect(sizedEventTypes.has(type), type).toBe(effect !== "close");
  }
  expect(sizedEventTypes.has("VM.START")).toBe(false);
});

test("an event type is metered or known as unmetered, never both", () => {
  const metered = new Set(usageTypes.flatMap(({ effects: rows }) => Object.keys(rows)));
  expect(unmeteredEventTypes.filter((type) => metered.has(type))).toEqual([]);
  expect([...eventTypes].toSorted()).toEqual([...metered, ...unmeteredEventTypes].toSorted());
});

test("a display unit is a whole number of the base unit it goes with", () => {
  expect(displayUnits.hours).toBe(3_600_000n);
  // 2^30 bytes × 3,600,000 ms
  expect(displayUnits["GiB hours"]).toBe(3_865_470_566_400_000n);
  for (const { measure, unit, display_unit } of usageTypes) {
    const wanted = measure === "duration" ? ["ms", "hours"] : ["byte_ms", "GiB hours"];
    expect([unit, display_unit]).toEqual(wanted);
  }
});

test("the version names the content: another effect is another version, the same content the same", () => {
  const [first, ...rest] = usageTypes as [UsageType, ...UsageType[]];
  expect(registryVersion(structuredClone(usageTypes))).toBe(registryVersion());
  expect(registryVersion([{ ...first, effects: { ...first.effects, "VM.REBOOT": "change" } }, ...rest])).not.toBe(
    registryVersion(),
  );
});

test("the store holds the registry once, however often it is stored", async () => {
  const version = await storeUsageTypes(opened.store.write);
  const [types, rows] = [await rowsOf("usage_type", "*"), await rowsOf("usage_type_effect", "*")];
  expect(await storeUsageTypes(opened.store.write)).toBe(version);
  expect([await rowsOf("usage_type", "*"), await rowsOf("usage_type_effect", "*")]).toEqual([types, rows]);
  expect(types.map(({ usage_type }) => usage_type)).toEqual(usageTypes.map(({ usage_type }) => usage_type));
  expect(rows).toContainEqual({ registry_version: version, event_type: "VM.STOP", usage_type: 1, effect: 0 });
  expect(rows).toHaveLength(usageTypes.reduce((n, { effects: given }) => n + Object.keys(given).length, 0));
});

test("a registry whose writing broke off between its two tables is written again", async () => {
  await opened.store.write.command({ query: "TRUNCATE TABLE usage_type_effect" });
  await storeUsageTypes(opened.store.write);
  expect(await rowsOf("usage_type_effect", "event_type")).not.toEqual([]);
});
