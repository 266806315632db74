import { afterAll, beforeAll, expect, test } from "vitest";
import { createCatalogue, type Catalogue } from "../../core/catalogue.ts";
import { createTestClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

let opened: TestStore;
let catalogue: Catalogue;
const by = "ana";
beforeAll(async () => {
  opened = await openTestStore();
  catalogue = createCatalogue({ store: opened.store, clock: createTestClock(instant(1_790_000_000_000)) });
});
afterAll(() => opened.close());

test("an entry comes back as it was put, and kinds do not mix", async () => {
  const small = { id: "small", name: "Small", kind: "compute", cpu_count: 2, memory_mib: 2048 } as const;
  await catalogue.put("offering", small, { by });
  await catalogue.put("template", { id: "small", name: "Debian \t 13", hypervisor: "KVM" }, { by });
  expect(await catalogue.get("offering", "small")).toEqual(small);
  expect(await catalogue.get("template", "small")).toEqual({ id: "small", name: "Debian \t 13", hypervisor: "KVM" });
  expect(await catalogue.get("zone", "small")).toBeNull();
  expect(await catalogue.get("zone", "")).toBeNull();
});

test("the last put counts, and one that changes nothing leaves no version", async () => {
  for (const name of ["Zone 1", "Zone one", "Zone one"]) await catalogue.put("zone", { id: "z1", name }, { by });
  expect(await catalogue.list("zone")).toEqual([{ id: "z1", name: "Zone one" }]);
  const result = await opened.store.read.query({
    query: "SELECT count() AS rows FROM catalogue_entry WHERE id = 'z1'",
    format: "JSONEachRow",
  });
  expect(await result.json()).toEqual([{ rows: "2" }]);
});

test("a domain's path is its names from the root down, and follows when one above it moves", async () => {
  await catalogue.put("domain", { id: "1", name: "ROOT", parent: "" }, { by });
  await catalogue.put("domain", { id: "2", name: "north", parent: "1" }, { by });
  await catalogue.put("domain", { id: "3", name: "acme", parent: "1" }, { by });
  await catalogue.put("domain", { id: "4", name: "labs", parent: "3" }, { by });
  expect(await catalogue.domainPath("4")).toBe("ROOT/acme/labs");
  await catalogue.put("domain", { id: "3", name: "acme", parent: "2" }, { by });
  expect(await catalogue.domainPath("4")).toBe("ROOT/north/acme/labs");
  await expect(catalogue.domainPath("9")).rejects.toMatchObject({ key: "not-found" });
});

test("a domain is not put below itself, nor under what is not there, nor beside its namesake", async () => {
  const put = (id: string, name: string, parent: string) => catalogue.put("domain", { id, name, parent }, { by });
  await expect(put("3", "acme", "4")).rejects.toMatchObject({ key: "invalid-request", field: "parent" });
  await expect(put("5", "lost", "9")).rejects.toThrow("a domain that exists");
  await expect(put("5", "labs", "3")).rejects.toMatchObject({ key: "conflict", field: "name" });
  await expect(put("5", "a/b", "3")).rejects.toMatchObject({ key: "invalid-request", field: "name" });
});

test("an offering with a negative or broken figure is refused by field", async () => {
  const offering = { id: "odd", name: "Odd", kind: "compute", cpu_count: 2, memory_mib: 2048 } as const;
  await expect(catalogue.put("offering", { ...offering, cpu_count: -1 }, { by })).rejects.toMatchObject({
    field: "cpu_count",
  });
  await expect(catalogue.put("offering", { ...offering, memory_mib: 0.5 }, { by })).rejects.toMatchObject({
    field: "memory_mib",
  });
});
