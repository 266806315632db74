import { mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";
import { tellBrokenParts } from "../../core/broken-parts.ts";
import { openStore } from "../../core/store.ts";

const data_dir = mkdtempSync(join(tmpdir(), "tally-broken-"));
afterAll(() => rmSync(data_dir, { recursive: true, force: true }));

test("a table that lost a part when the store was opened is told of, and no other one", async () => {
  const said: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void said.push(line) });
  const first = openStore({ url: null, data_dir });
  for (const table of ["whole", "torn"]) {
    await first.write.command({ query: `CREATE TABLE ${table} (n UInt8) ENGINE = MergeTree ORDER BY n` });
    await first.write.command({ query: `INSERT INTO ${table} VALUES (7)` });
  }
  await tellBrokenParts(first, log);
  expect(said).toEqual([]);
  const paths = await first.read.query({
    query: "SELECT path FROM system.parts WHERE table = 'torn'",
    format: "JSONEachRow",
  });
  const [part] = await paths.json<{ path: string }>();
  await first.close();
  for (const file of readdirSync(part?.path ?? "")) truncateSync(join(part?.path ?? "", file));

  const second = openStore({ url: null, data_dir });
  await tellBrokenParts(second, log);
  expect(said.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ level: 50, table: "torn", parts: "1" }]);
  await second.close();
});
