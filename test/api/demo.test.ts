import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { freshDemoFolder } from "../../api/demo/folder.ts";
import { Dec, dec, formatFixed } from "../../core/decimal.ts";
import { spawnTally } from "./run-tally.ts";

const root = mkdtempSync(join(tmpdir(), "tally-demo-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test(
  "the demo goes from nothing to statements whose lines add up to the billing records, twice in the same folder",
  { timeout: 180_000 },
  async () => {
    for (const machines of ["40", "60"]) {
      const { status, out, err } = await spawnTally(
        { TALLY_DATA_DIR: "data" },
        ["demo", "--once", "--machines", machines],
        root,
      ).ended();
      expect({ status, err }).toEqual({ status: 0, err: "" });
      const [, file = ""] = /Lines are exported .* (\S+\.csv)$/m.exec(out) ?? [];
      const [heading, ...lines] = readFileSync(file, "utf8").trimEnd().split("\r\n");
      const names = heading!.split(",");
      // Sums over the file by itself: what the terminal says of the store must be what was exported.
      const sum = (name: string): Dec =>
        lines.reduce((total, line) => total.plus(dec(splitCsv(line)[names.indexOf(name)]!)), new Dec(0));
      expect(out).toContain(
        `billing records ${formatFixed(sum("exact_amount"), 9)} EUR = statement lines ${formatFixed(sum("exact_amount"), 9)} EUR`,
      );
      expect(out).toContain(`net ${formatFixed(sum("amount"), 2)} EUR`);
      expect(sum("exact_amount").plus(sum("rounding")).equals(sum("amount"))).toBe(true);
      expect(sum("amount").gt(0)).toBe(true);
      expect(out).toMatch(/[1-9]\d* lines have no price/);
    }
  },
);

test("a folder that holds anything but a demo is not replaced", () => {
  const data_dir = join(root, "own");
  mkdirSync(join(data_dir, "demo"), { recursive: true });
  writeFileSync(join(data_dir, "demo", "thesis.txt"), "years of work");
  expect(() => freshDemoFolder(data_dir)).toThrow(/thesis\.txt is not of a demo/);
  expect(readFileSync(join(data_dir, "demo", "thesis.txt"), "utf8")).toBe("years of work");
});

/** Fields of a line without line ends inside: enough for what the demo's own names hold. */
function splitCsv(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
  );
}
