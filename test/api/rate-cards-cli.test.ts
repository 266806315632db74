import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tally } from "./run-tally.ts";

const root = mkdtempSync(join(tmpdir(), "tally-cards-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const environment = { TALLY_DATA_DIR: join(root, "data"), TALLY_PORT: "0", TALLY_LOG_LEVEL: "error" };
const run = (...argv: string[]) => tally(environment, "rate-cards", ...argv);

const file = join(root, "list.yaml");
writeFileSync(
  file,
  `rate_card_id: list
name: List prices
currency: EUR
tariffs:
  - { tariff_id: vm, name: Machine, usage_type: 1, unit: hour, model: per_unit, rate: 0.10, condition: 'zone == "z1"' }
`,
);

test(
  "prices are imported, listed, shown, exported as they were, and changed version by version",
  { timeout: 120_000 },
  async () => {
    expect(await run("import", file)).toMatchObject({ status: 0, out: "list version 1 is active: 1 tariffs.\n" });
    expect((await run("list")).out).toMatch(/list\s.*1\s.*active\s.*List prices\s.*EUR\s.*always\s.*open/);
    expect((await run("show", "list")).out).toMatch(
      /vm\s.*Machine\s.*1\s.*base\s.*per_unit\s.*0\.10\s.*hour\s.*EUR\s.*zone == "z1"/,
    );

    const exported = join(root, "out.yaml");
    expect(await run("export", "list", "--out", exported)).toMatchObject({ status: 0, out: "" });
    expect(readFileSync(exported, "utf8")).toContain('rate: "0.10"');
    expect((await run("import", exported, "--draft")).out).toBe("list version 2 is draft: 1 tariffs.\n");
    expect((await run("export", "list", "--version", "2")).out).toBe(readFileSync(exported, "utf8"));

    expect((await run("activate", "list", "2")).out).toContain("list version 2 is active");
    expect((await run("archive", "list", "1", "--at", "2026-10-01T00:00:00Z")).out).toContain(
      "to 2026-10-01T00:00:00.000Z",
    );
    expect((await run("list", "list", "--json")).out).toContain('"archived"');

    writeFileSync(file, "name: nobody's\ncurrency: EUR\ntariffs: []\n");
    expect(await run("import", file)).toMatchObject({ status: 1, err: expect.stringContaining("--id") as string });
    expect(await run("import", join(root, "none.yaml"))).toMatchObject({
      status: 1,
      err: expect.stringContaining("cannot be read") as string,
    });
  },
);
