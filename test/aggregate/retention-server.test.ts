// Archives of a store on a server: its rows come over HTTP into files of this machine, and go back from there.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { archiveFolder } from "../../aggregate/retention/archive-file.ts";
import { readArchives } from "../../aggregate/retention/archives.ts";
import { readArchiveFile } from "../../ingest/read-archive.ts";
import { openPipeline } from "../pipeline.ts";
import { archivedCloud, cloud, now, refusal, toEvent } from "./archived-cloud.ts";
import { closeEverything } from "./closing-month.ts";

const served = archivedCloud({ served: true });

/** What archives say of their rows and columns; the rows' own sums differ with the name of the log. */
async function sumsOf(pipeline: Parameters<typeof readArchives>[0]): Promise<unknown[]> {
  return (await readArchives(pipeline)).map(({ month, rows, structure, last_offset, key_checksum }) => [
    month,
    rows,
    structure,
    last_offset,
    key_checksum,
  ]);
}

test("events leave a server for files of this machine and come back the same, to the byte, as on the embedded engine", async () => {
  const embedded = await openPipeline(now);
  await embedded.putAccount("kol", "Asia/Kolkata");
  await embedded.send(cloud.map(toEvent));
  await embedded.aggregate(now);
  await closeEverything(embedded.system(), ["2026-08", "2026-09", "2026-10"]);
  await embedded.system().archive({ before: "2026-10", by: "test" });
  const expected = await sumsOf(embedded);
  await embedded.close();

  const { pipeline, liveUntilClosed, archive, restore, events, eventIds, truth } = served;
  await liveUntilClosed();
  const kept = await events();
  const before = await truth();
  await archive();
  expect(await eventIds()).toEqual(["b2", "c3", "k3", "k4"]);
  expect(expected).toHaveLength(2);
  expect(await sumsOf(pipeline())).toEqual(expected);

  const { store } = pipeline();
  const read: string[] = [];
  for (const { file } of await readArchives(pipeline()))
    for await (const { id } of readArchiveFile(store.files(store.read), join(archiveFolder(store), file)))
      read.push(id);
  expect(read.toSorted(), "the files can be put in elsewhere").toEqual([
    "a1",
    "a2",
    "b1",
    "c1",
    "c2",
    "k1",
    "k2",
    "k5",
    "k6",
  ]);

  for (const month of ["2026-08", "2026-09"]) await restore(month);
  expect(await events()).toEqual(kept);
  expect(await truth()).toEqual(before);
  expect(kept).toHaveLength(cloud.length);
}, 180_000);

test("a file that changed is refused, and nothing is brought back", async () => {
  const { pipeline, liveUntilClosed, archive, restore, eventIds } = served;
  await liveUntilClosed();
  await archive();
  const file = (await readArchives(pipeline())).find(({ month }) => month === "2026-09")?.file ?? "";
  const path = join(archiveFolder(pipeline().store), file);
  const bytes = readFileSync(path);
  const changed = Buffer.from(bytes);
  changed[40] = (changed[40] ?? 0) ^ 1;
  writeFileSync(path, changed);
  expect(await refusal(restore("2026-09"))).toMatchObject({ key: "archive-damaged" });
  expect(await eventIds()).toEqual(["b2", "c3", "k3", "k4"]);
  writeFileSync(path, bytes);
  expect((await restore("2026-09")).archive.state).toBe("restored");
}, 120_000);

test("names are erased from files of this machine", async () => {
  const { pipeline, liveUntilClosed, archive, restore, rows } = served;
  await liveUntilClosed();
  await archive();
  const [, named] = await readArchives(pipeline());
  expect(readFileSync(join(archiveFolder(pipeline().store), named?.file ?? "")).includes("web")).toBe(true);
  await pipeline().system().eraseNames({ account_id: "acme", by: "test" });
  const folder = archiveFolder(pipeline().store);
  const files = (await readArchives(pipeline())).map(({ file }) => file);
  expect(files).toHaveLength(2);
  for (const file of files) expect(readFileSync(join(folder, file)).includes("web")).toBe(false);
  await restore("2026-09");
  expect(await rows("SELECT id, name FROM event WHERE id = 'a2'")).toEqual([{ id: "a2", name: "" }]);
}, 120_000);
