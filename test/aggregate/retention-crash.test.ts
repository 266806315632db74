import { expect, test } from "vitest";
import { listArchives } from "../../aggregate/index.ts";
import { failing } from "../failing.ts";
import { archivedCloud, cloud, refusal } from "./archived-cloud.ts";

// Archiving that fails half way.

const { pipeline, liveUntilClosed, archive, restore, truth, eventIds } = archivedCloud();

const steps: readonly (readonly [what: string, statement: RegExp])[] = [
  ["the state is written", /INSERT INTO horizon_interval/],
  ["the file is written", /INSERT INTO FUNCTION file/],
  ["the first events leave", /DROP PARTITION ID '202608'/],
  ["the last events leave", /DROP PARTITION ID '202609'/],
];

test.each(steps)("a failure when %s loses nothing, and asked again it goes on", async (_what, statement) => {
  await liveUntilClosed();
  const before = await truth();
  const all = await eventIds();
  await failing(pipeline().store.run, statement, async () => {
    expect((await refusal(archive())).said).toBe("the disk is gone");
  });
  // neither without the other
  const there = new Set(await eventIds());
  const gone = (await listArchives(pipeline())).filter(({ state }) => state === "archived").map(({ month }) => month);
  const times = new Map(cloud.map(([id, time]) => [id, time]));
  for (const id of all) expect(there.has(id) || gone.includes(times.get(id)?.slice(0, 7) ?? "")).toBe(true);
  await pipeline().restart();
  await archive();
  expect(await eventIds()).toEqual(["b2", "c3", "k3", "k4"]);
  expect(await truth()).toEqual(before);
  for (const month of ["2026-08", "2026-09"]) await restore(month);
  expect(await eventIds()).toEqual(all);
});
