import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openStore, type Store } from "../../core/store.ts";
import { describeStore } from "../conformance/store.ts";

const folders: string[] = [];
function newFolder(): string {
  folders.push(mkdtempSync(join(tmpdir(), "tally-store-")));
  return folders.at(-1) as string;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describeStore("embedded", async () => {
  const store = openStore({ url: null, data_dir: newFolder() });
  return { store, close: () => store.close() };
});

async function valueIn(store: Store): Promise<unknown> {
  const result = await store.read.query({ query: "SELECT n FROM lasting", format: "JSONEachRow" });
  return result.json();
}

test("the folder is made when it is missing, and what was written is there when it is opened again", async () => {
  const data_dir = join(newFolder(), "deep", "data");
  const first = openStore({ url: null, data_dir });
  await first.write.command({ query: "CREATE TABLE lasting (n UInt8) ENGINE = MergeTree ORDER BY n" });
  await first.write.command({ query: "INSERT INTO lasting VALUES (7)" });
  await first.close();
  expect(existsSync(join(data_dir, "store"))).toBe(true);
  const second = openStore({ url: null, data_dir });
  expect(await valueIn(second)).toEqual([{ n: 7 }]);
  await second.close();
});
