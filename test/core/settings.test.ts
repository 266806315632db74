import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";
import { createSettings } from "../../core/settings.ts";
import { settingDefinitions } from "../../core/setting-list.ts";
import { publishUsage, openTestStore, type TestStore } from "../test-store.ts";

let opened: TestStore;
const clock = createTestClock(instant(1_790_000_000_000));
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());

test("a setting never set has its default, and every default is acceptable", async () => {
  const settings = createSettings({ store: opened.store, clock });
  expect(await settings.get("usage.stats.job.exec.time")).toBe("00:15");
  expect(await settings.get("usage.stats.job.aggregation.range")).toBe("1440");
  expect(settingDefinitions.filter((definition) => !definition.accepts(definition.default))).toEqual([]);
});

test("a value set is there for every reader from then on, with who and when", async () => {
  await createSettings({ store: opened.store, clock }).set("usage.execution.timezone", "Europe/Amsterdam", "ana");
  const other = createSettings({ store: opened.store, clock });
  expect(await other.get("usage.execution.timezone")).toBe("Europe/Amsterdam");
  const listed = (await other.list()).find(({ name }) => name === "usage.execution.timezone");
  expect(listed).toMatchObject({
    value: "Europe/Amsterdam",
    version: 1n,
    changed_by: "ana",
    changed_at: 1_790_000_000_000,
  });
  expect((await other.all())["usage.execution.timezone"]).toBe("Europe/Amsterdam");
});

test("setting the value there is writes nothing", async () => {
  const settings = createSettings({ store: opened.store, clock });
  const first = await settings.set("usage.stats.job.aggregation.range", "60", "ana");
  const again = await settings.set("usage.stats.job.aggregation.range", "60", "bob");
  expect([first.version, again.version, again.changed_by]).toEqual([1n, 1n, "ana"]);
});

test("two values set at once get one version each", async () => {
  const settings = createSettings({ store: opened.store, clock });
  const name = "rating.default.rate.card";
  const [a, b] = await Promise.all([settings.set(name, "gold", "ana"), settings.set(name, "silver", "bob")]);
  expect([a.version, b.version, await settings.get(name)]).toEqual([1n, 2n, "silver"]);
});

test.each([
  ["usage.stats.job.exec.time", "25:00"],
  ["usage.stats.job.exec.time", "9:00"],
  ["usage.execution.timezone", "Mars/Olympus"],
  ["usage.execution.timezone", "UTC+3"],
  ["usage.stats.job.aggregation.range", "7"],
  ["usage.stats.job.aggregation.range", "0"],
  ["usage.stats.job.aggregation.range", "2880"],
  ["usage.stats.job.aggregation.range", "60.0"],
  ["billing.currency", "eur"],
  ["billing.currency", "XAU"],
  ["rating.default.rate.card", ""],
])("%s refuses %j and names both", async (name, value) => {
  const settings = createSettings({ store: opened.store, clock });
  const before = await settings.find(name);
  const refused = settings.set(name, value, "ana");
  await expect(refused).rejects.toMatchObject({ key: "invalid-setting", field: name });
  await expect(refused).rejects.toThrow(`${name} cannot be "${value}", expected`);
  expect(await settings.find(name)).toEqual(before);
});

test("the zone name GMT and every divisor of the day are taken", async () => {
  const settings = createSettings({ store: opened.store, clock });
  await settings.set("usage.execution.timezone", "GMT", "ana");
  for (const range of ["1", "60", "480", "720", "1440"]) {
    expect((await settings.set("usage.stats.job.aggregation.range", range, "ana")).value).toBe(range);
  }
});

test("an unknown name is refused to readers and writers", async () => {
  const settings = createSettings({ store: opened.store, clock });
  await expect(settings.find("usage.colour")).rejects.toMatchObject({ key: "unknown-setting" });
  await expect(settings.set("usage.colour", "red", "ana")).rejects.toThrow('no setting "usage.colour"');
});

test("what published usage stands on cannot be exchanged under it", async () => {
  const settings = createSettings({ store: opened.store, clock });
  await publishUsage(opened.store, "acme");
  await expect(settings.set("billing.currency", "USD", "ana")).rejects.toMatchObject({
    key: "conflict",
    field: "billing.currency",
  });
  // zone and range are accepted: they count from a month start on
  expect((await settings.set("usage.aggregation.timezone", "Asia/Kolkata", "ana")).value).toBe("Asia/Kolkata");
  expect((await settings.set("usage.stats.job.aggregation.range", "60", "ana")).value).toBe("60");
  expect((await settings.set("usage.stats.job.exec.time", "03:30", "ana")).value).toBe("03:30");
});
