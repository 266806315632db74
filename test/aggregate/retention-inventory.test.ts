import { expect, test } from "vitest";
import { listProposals, readInventory } from "../../aggregate/index.ts";
import { instant } from "../../core/instant.ts";
import { at } from "../at.ts";
import { archivedCloud, refusal } from "./archived-cloud.ts";

// A list of what exists where the events that tell whose a thing is are archived.

const { pipeline, liveUntilClosed, archive, restore } = archivedCloud();

const take = (time: string, source = "cloud/z1"): Promise<string> =>
  pipeline()
    .system()
    .takeInventory({ source, at: instant(at(time)), account_id: "", complete_for: ["vm"], resources: [] }, "test");

async function told(time: string, source?: string): Promise<{ proposals: string[]; source_archived: unknown }> {
  const id = await take(time, source);
  const proposals = await listProposals(pipeline(), id, { after_n: -1, limit: 10 });
  const { counts } = await readInventory(pipeline(), id);
  return {
    proposals: proposals.map(({ event, resource }) => `${String(event["type"])} ${resource}`),
    source_archived: counts["source_archived"],
  };
}

test("a machine whose events are archived does not pass in silence for one of another source, and is missing once they are back", async () => {
  await liveUntilClosed();
  const list = "2026-11-04T00:00:00Z";
  // vm-a runs since September; vm-b and vm-k have stopped, and were never allocated.
  const missing = { proposals: ["VM.DESTROY vm-a"], source_archived: undefined };
  expect(await told(list)).toEqual(missing);
  expect(await told(list, "cloud/z2")).toEqual({ proposals: [], source_archived: undefined });
  await archive();
  expect(await told(list)).toEqual({ proposals: [], source_archived: "1" });
  await restore("2026-09");
  expect(await told(list)).toEqual(missing);
});

test("a list of a time whose events are archived is refused, naming what to restore; one of the horizon itself is not", async () => {
  await liveUntilClosed();
  await archive();
  const { key, said } = await refusal(take("2026-09-30T23:59:59.999Z"));
  expect(key).toBe("archived");
  expect(said).toMatch(/^at is 2026-09-30T23:59:59.999Z.*restore 2026-09 /);
  // vm-b runs until two o'clock of the first, which the store still knows; vm-a is spoken of by archived events alone.
  expect(await told("2026-10-01T00:00:00Z")).toEqual({ proposals: ["VM.STOP vm-b"], source_archived: "1" });
});
