import { expect, test } from "vitest";
import { courseOf } from "./faults/course.ts";
import { suffer } from "./faults/suffer.ts";
import { differenceOf, faultsOf, repeatsIn } from "./faults/verdict.ts";

/** Two zones with a change of clocks in each; the seed's accounts live in St John's and Amsterdam. */
const size = { seed: 4, drafts: 2_000, resources: 200, accounts: 2, batch: 100, batches_a_run: 12 };

test(
  "a process killed ten times over loses nothing it acknowledged, counts nothing twice and ends with the same bill",
  { timeout: 300_000 },
  async () => {
    const course = courseOf(size);
    const { undisturbed, disturbed, deaths } = await suffer({ size, kills: 10, seed: 1 });
    expect(faultsOf(undisturbed, course)).toEqual([]);
    expect(faultsOf(disturbed, course)).toEqual([]);
    expect(differenceOf("the bill", undisturbed.bill, disturbed.bill)).toEqual([]);
    // Deaths that left nothing half done would prove nothing.
    expect(deaths).toHaveLength(10);
    expect(disturbed.runs["aggregate failed"]).toBeGreaterThan(0);
    expect(disturbed.runs["rate failed"]).toBeGreaterThan(0);
    expect(repeatsIn(disturbed)).toBeGreaterThan(0);
    for (const kind of ["usage", "slice", "billing", "statement"]) {
      expect(undisturbed.bill.some((line) => line.startsWith(`${kind} `))).toBe(true);
    }
  },
);
