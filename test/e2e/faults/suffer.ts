import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CourseSize } from "./course.ts";
import type { Dump } from "./dump.ts";
import { placeOfDeath, planKills, seededRandom } from "./kill-plan.ts";
import { live } from "./life.ts";

/** What came of a course that was killed over and over, beside one that was left alone. */
export interface Suffered {
  readonly undisturbed: Dump;
  readonly disturbed: Dump;
  /** Place of each kill, in words; as many as were asked for. */
  readonly deaths: readonly string[];
  readonly took_ms: { readonly undisturbed: number; readonly disturbed: number };
}

/**
 * Lets a course happen twice, once undisturbed and once with so many kills at seeded points of it; after each death the
 * next process goes on with the first step nobody acknowledged, so what was on its way is sent again.
 */
export async function suffer({
  size,
  kills,
  seed,
}: {
  size: CourseSize;
  kills: number;
  seed: number;
}): Promise<Suffered> {
  const folder = mkdtempSync(join(tmpdir(), "tally-faults-"));
  try {
    const calm = { data_dir: join(folder, "calm"), size, from_step: 0, die: null, dump_to: join(folder, "calm.json") };
    const start = performance.now();
    const { said } = await live(calm);
    const between = performance.now();
    const rough = { data_dir: join(folder, "rough"), size, dump_to: join(folder, "rough.json") };
    const deaths: string[] = [];
    let next = 0;
    for (const die of planKills(said, kills, seededRandom(seed))) {
      const life = await live({ ...rough, from_step: next, die });
      if (!life.killed) throw new Error("a process that was to be killed ended by itself");
      deaths.push(placeOfDeath(life.said));
      next = Math.max(next, life.acknowledged + 1);
    }
    await live({ ...rough, from_step: next, die: null });
    return {
      undisturbed: JSON.parse(readFileSync(calm.dump_to, "utf8")) as Dump,
      disturbed: JSON.parse(readFileSync(rough.dump_to, "utf8")) as Dump,
      deaths,
      took_ms: { undisturbed: between - start, disturbed: performance.now() - between },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
