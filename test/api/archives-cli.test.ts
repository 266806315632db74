import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tally } from "./run-tally.ts";
import { event } from "./test-api.ts";

interface Listed {
  readonly data: readonly { readonly month: string; readonly state: string }[];
}

test("tally archive and tally erase do the same from the command line", async () => {
  const root = mkdtempSync(join(tmpdir(), "tally-archive-"));
  try {
    const file = join(root, "events.ndjson");
    writeFileSync(file, JSON.stringify(event("1", "VM.START", "2026-08-10T06:00:00Z", { name: "web" })));
    const environment = { TALLY_DATA_DIR: join(root, "data"), TALLY_PORT: "0", TALLY_LOG_LEVEL: "error" };
    const run = (...argv: string[]) => tally(environment, ...argv);
    expect(await run("ingest", file)).toMatchObject({ status: 0 });
    expect(await run("aggregate", "--to", "2026-10-02T00:00:00Z")).toMatchObject({ status: 0 });
    expect(await run("archive")).toMatchObject({ status: 2, err: expect.stringContaining("--before") as string });
    expect(await run("archive", "list")).toMatchObject({ status: 0, out: "Nothing is archived.\n" });
    const open = await run("archive", "--before", "2026-09");
    expect(open).toMatchObject({ status: 1, err: expect.stringContaining("2026-08 of acme-id") as string });
    const unpriced = ["--override", "unrated=no prices", "--override", "silent-sources=a test"];
    expect(await run("close", "--period", "2026-08", "--account", "acme-id", ...unpriced)).toMatchObject({ status: 0 });
    expect((await run("archive", "--before", "2026-09", "--dry-run")).out).toMatch(/2026-08.*1[^]*dry run/);
    expect((await run("archive", "--before", "2026-09")).out).toMatch(/2026-08[^]*Archived by run_/);
    const list = JSON.parse((await run("archive", "list", "--json")).out) as Listed;
    expect(list.data).toMatchObject([{ month: "2026-08", state: "archived" }]);
    expect((await run("erase", "--account", "acme-id")).out).toMatch(/^acme-id · erased by .*1 names of resources/);
    expect((await run("archive", "restore", "2026-08")).out).toBe(
      "2026-08 · 1 events are back. All events are there.\n",
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}, 300_000);
