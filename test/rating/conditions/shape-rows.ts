import { field, insertLines } from "../../../core/insert-lines.ts";
import type { Store } from "../../../core/store.ts";
import type { ConditionShape } from "../../../rating/conditions/expression.ts";

/** Puts shapes into the store in place of those there; the n-th has the number n + 1 for its hash. */
export async function writeShapes(store: Store, shapes: readonly ConditionShape[]): Promise<void> {
  await store.run.command({ query: "TRUNCATE TABLE shape" });
  const columns = "shape project_id zone offering template resource_type vm size virtual_size details tags".split(" ");
  const lines = shapes.map(({ size, virtual_size, details, tags, ...texts }, index) => {
    const { project_id, zone, offering, template, resource_type, vm } = texts;
    const labels = [project_id, zone, offering, template, resource_type, vm].map(field);
    const sizes = [size ?? -1n, virtual_size ?? -1n].map(String);
    return `${[index + 1, ...labels, ...sizes, field(JSON.stringify(details)), field(JSON.stringify(tags))].join("\t")}\n`;
  });
  await insertLines(store.run, { table: "shape", columns }, lines.join(""));
}

/** Of each shape, by its number, which conditions it matches, as the pricing statement reads it; those that match none are absent. */
export async function matchedByShape(store: Store): Promise<Map<number, number[]>> {
  const result = await store.run.query({
    query: `SELECT toUInt32(shape) AS no, arraySort(groupArray(condition_no)) AS matched
      FROM scratch_shape_class INNER JOIN scratch_class_condition USING (class) GROUP BY shape`,
    format: "JSONEachRow",
  });
  const rows = await result.json<{ no: number; matched: number[] }>();
  return new Map(rows.map(({ no, matched }) => [no, matched]));
}
