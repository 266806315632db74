import { expect, test } from "vitest";
import { createTestClock } from "../../core/clock.ts";
import { type Progress, PROGRESS_MS_MIN, whileTelling } from "../../core/progress.ts";
import { at } from "../at.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Work that is looked at so many times, two seconds apart. */
async function lookAt(times: number, look: () => Progress): Promise<Progress[]> {
  const clock = createTestClock(at("2026-10-01T00:00:00Z"));
  const written: Progress[] = [];
  const write = async (progress: Progress): Promise<void> => void written.push(progress);
  await whileTelling({ clock, write }, async (tell) => {
    tell(look);
    for (let n = 0; n < times; n += 1) {
      await turn();
      clock.advance(PROGRESS_MS_MIN);
    }
    await turn();
  });
  return written;
}

const files = (done: number): Progress => ({ what: "writing files", done, total: 3, unit: "files" });

test("how far work has come is written where it is something else than before", async () => {
  const seen = [files(1), files(1), files(2)];
  expect(await lookAt(3, () => seen.shift() ?? files(3))).toEqual([files(1), files(2)]);
});

test("work goes on where nobody can say how far it has come, and is told again once somebody can", async () => {
  let looks = 0;
  const look = (): Progress => {
    looks += 1;
    if (looks === 1) throw new Error("the store is away");
    return files(looks);
  };
  expect(await lookAt(3, look)).toEqual([files(2), files(3)]);
});
