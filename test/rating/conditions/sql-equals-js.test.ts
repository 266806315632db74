// The engine decides for all shapes at once, the twin for one: random conditions over random shapes must get the same answer from both.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillConditions } from "../../../rating/conditions/fill-conditions.ts";
import { matchCondition } from "../../../rating/conditions/match-condition.ts";
import { readCondition } from "../../../rating/conditions/read-condition.ts";
import { propertyRuns } from "../../property/property-runs.ts";
import { openTestStore, type TestStore } from "../../test-store.ts";
import { condition, shape } from "./random-condition.ts";
import { matchedByShape, writeShapes } from "./shape-rows.ts";

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());

test("a condition matches the same shapes in the engine and in its twin", { timeout: 300_000 }, async () => {
  const { store } = opened;
  let yes = 0;
  let no = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(condition, { minLength: 60, maxLength: 60 }),
      fc.array(shape, { minLength: 80, maxLength: 80 }),
      async (conditions, shapes) => {
        await writeShapes(store, shapes);
        const numbers = await fillConditions(store.run, conditions);
        const matched = await matchedByShape(store);
        for (const [index, of] of shapes.entries()) {
          const found = new Set(matched.get(index + 1));
          for (const text of conditions) {
            const expected = matchCondition(readCondition(text, "condition"), of);
            if (expected) yes += 1;
            else no += 1;
            expect([text, found.has(numbers.get(text) ?? -1), of]).toEqual([text, expected, of]);
          }
        }
      },
    ),
    { numRuns: propertyRuns({ byDefault: 12 }), endOnFailure: true },
  );
  // both answers are common, or the property would hold nothing
  expect(Math.min(yes, no) * 5).toBeGreaterThan(yes + no);
});

test("shapes that match the same conditions are one class, and condition 0 is every class's", async () => {
  const { store } = opened;
  const plain = {
    project_id: "",
    zone: "z1",
    offering: "",
    template: "",
    resource_type: "",
    vm: "",
    size: null,
    virtual_size: null,
    tags: {},
    details: {},
  };
  await writeShapes(store, [plain, { ...plain, vm: "v" }, { ...plain, offering: "gpu" }, { ...plain, zone: "z9" }]);
  const numbers = await fillConditions(store.run, ['zone == "z1"', "", 'offering == "gpu"', 'zone == "z1"']);
  expect([...numbers]).toEqual([
    ["", 0],
    ['offering == "gpu"', 1],
    ['zone == "z1"', 2],
  ]);
  const read = async (table: string): Promise<unknown[]> => {
    const result = await store.run.query({
      query: `SELECT * FROM ${table} ORDER BY ALL`,
      format: "JSONCompactEachRow",
    });
    return result.json();
  };
  // shapes 1 and 2 match {2}, shape 3 {1, 2}, shape 4 nothing; classes in the order of these lists
  expect(await read("scratch_shape_class")).toEqual([
    ["1", "2"],
    ["2", "2"],
    ["3", "1"],
  ]);
  expect(await read("scratch_class_condition")).toEqual([
    ["0", 0],
    ["1", 0],
    ["1", 1],
    ["1", 2],
    ["2", 0],
    ["2", 2],
  ]);
  await fillConditions(store.run, []);
  expect(await read("scratch_shape_class")).toEqual([]);
  expect(await read("scratch_class_condition")).toEqual([["0", 0]]);
});
