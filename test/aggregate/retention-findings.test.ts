import { expect, test } from "vitest";
import { failing } from "../failing.ts";
import { archivedCloud, now, refusal, type Told } from "./archived-cloud.ts";
import { check, told } from "./findings-of.ts";

// The sanity checks where events are archived: what is not there any more is neither taken for missing nor for mended.

const { pipeline, send, rows, liveUntilClosed, archive, restore } = archivedCloud();

const revision = (id: string, why: string): Told => [
  id,
  "2026-09-20T00:00:00Z",
  "tally.event.retracted",
  { resource: "vm-e", original: { source: "cloud/z1", id: "e1" }, revision: 7, by: "ops", why },
];

/** Faults in September, and in October one that only September explains. */
const faults: readonly Told[] = [
  ["e1", "2026-09-12T00:00:00Z", "VM.CREATE", { resource: "vm-e" }],
  revision("e2", "one"),
  revision("e3", "two"),
  ["f1", "2026-09-13T00:00:00Z", "VM.STOP", { resource: "vm-f" }],
  ["g1", "2026-09-14T00:00:00Z", "tally.tags.changed", { resource: "vm-g", tags: { a: "b" } }],
  ["h1", "2026-09-15T00:00:00Z", "VM.CREATE", { resource: "vm-h" }],
  ["h2", "2026-09-28T00:00:00Z", "VM.DESTROY", { resource: "vm-h" }],
  ["h3", "2026-10-01T05:00:00Z", "VM.START", { resource: "vm-h" }],
  ["h4", "2026-10-01T06:00:00Z", "VM.STOP", { resource: "vm-h" }],
];
const found = [
  "close-without-open vm-f open",
  "conflict vm-f open",
  "equal-revisions vm-e open",
  "unknown-resource vm-g open",
  "vm-usage-after-destroy vm-h open",
];

test(
  "the first check after archiving finds what it finds with all events there: nothing of October is taken for unexplained",
  { timeout: 180_000 },
  async () => {
    await liveUntilClosed();
    // October speaks of what September opened: sizes, tags, ends
    await send(
      ["o1", "2026-10-20T00:00:00Z", "tally.tags.changed", { tags: { a: "b" } }],
      ["o2", "2026-10-21T00:00:00Z", "VM.STOP"],
      ["o3", "2026-10-22T00:00:00Z", "VM.DESTROY"],
      [
        "o4",
        "2026-10-23T00:00:00Z",
        "tally.counter",
        { resource: "router", part: "network/1", readings: { network_bytes_sent: "600" } },
      ],
    );
    await pipeline().aggregate(now);
    await check(pipeline());
    const before = await told(pipeline());
    expect(before, "600 after 700").toEqual(["counter-backwards router open"]);
    await archive();
    // as a store that was archived before anybody looked at it
    for (const table of ["sanity_check", "finding"])
      await pipeline().store.run.command({ query: `TRUNCATE TABLE ${table}` });
    expect((await check(pipeline())).failed).toEqual([]);
    expect(await told(pipeline())).toEqual(before);
  },
);

test(
  "faults of archived months are found before they leave, and none counts as mended for want of its events",
  { timeout: 180_000 },
  async () => {
    await liveUntilClosed();
    await send(...faults);
    await pipeline().restart();
    await send(["f1", "2026-09-13T01:00:00Z", "VM.STOP", { resource: "vm-f" }]);
    await pipeline().aggregate(now);
    expect(await rows("SELECT * FROM finding")).toEqual([]);
    await archive();
    expect(await told(pipeline())).toEqual(found);
    // the first of October is computed again, with nothing of September to explain vm-h
    await send(["p1", "2026-10-01T05:30:00Z", "VM.STOP", { resource: "vm-h" }]);
    await pipeline().aggregate(now);
    await check(pipeline());
    const again = await told(pipeline());
    expect(again.filter((line) => line !== "close-without-open vm-h open")).toEqual(found);
    await restore("2026-08");
    await restore("2026-09");
    await pipeline().aggregate(now);
    await check(pipeline());
    expect((await told(pipeline())).filter((line) => line !== "close-without-open vm-h open")).toEqual(found);
  },
);

test("nothing is archived while a check of it cannot be done", { timeout: 180_000 }, async () => {
  await liveUntilClosed();
  await failing(pipeline().store.run, /'equal-revisions'/, async () => {
    expect(await refusal(archive())).toMatchObject({
      key: "archive-not-ready",
      said: expect.stringContaining("equal-revisions") as string,
    });
  });
  expect(await rows("SELECT * FROM archive")).toEqual([]);
});
