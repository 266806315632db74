import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tally } from "./run-tally.ts";

const root = mkdtempSync(join(tmpdir(), "tally-rerating-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const environment = { TALLY_DATA_DIR: join(root, "data"), TALLY_PORT: "0", TALLY_LOG_LEVEL: "error" };
const run = async (...argv: string[]): Promise<string> => {
  const { status, out, err } = await tally(environment, ...argv);
  expect([status, err], argv.join(" ")).toEqual([0, ""]);
  return out;
};

/** Ten hours of a machine on 5 October. */
const events = [
  ["1", "VM.START", "2026-10-05T08:00:00Z"],
  ["2", "VM.STOP", "2026-10-05T18:00:00Z"],
].map(([id, type, time]) => {
  const data = { account_id: "acme", resource: "vm-1", offering: "small", zone: "z1" };
  return JSON.stringify({ specversion: "1.0", id, source: "test", type, time, data });
});
const card = (rate: string): string => `rate_card_id: default
name: List prices
currency: EUR
tariffs:
  - { tariff_id: vm, name: Machine, usage_type: 1, unit: hour, model: per_unit, rate: ${rate} }
`;
const put = async (rate: string): Promise<void> => {
  const file = join(root, "card.yaml");
  writeFileSync(file, card(rate));
  await run("rate-cards", "import", file);
};
const idOf = (out: string): string => /^run_\w+/.exec(out)?.[0] ?? out;

test("a month is rated dry, its diff looked at, and rated again for a reason", { timeout: 180_000 }, async () => {
  writeFileSync(join(root, "events.ndjson"), events.join("\n"));
  await run("ingest", join(root, "events.ndjson"));
  await run("aggregate", "--to", "2026-11-01T00:00:00Z");
  await put("0.10");
  const first = idOf(await run("rate", "--period", "2026-10"));
  const dearer = join(root, "dearer.yaml");
  writeFileSync(dearer, card("0.35"));
  // 10 h at 0.10 are rated, and would be 3.50; nothing is put.
  const preview = await run("rate-cards", "preview", dearer, "--period", "2026-10");
  expect(preview).toMatch(/acme\s.*acme\s.*EUR\s.*1\.00\s.*3\.50\s.*2\.50/);
  expect(preview).toMatch(/all\s.*EUR\s.*1\.00\s.*3\.50\s.*2\.50/);
  expect(await run("rate-cards", "export", "default")).toContain('rate: "0.10"');
  const elsewhere = ["--id", "another", "--period", "2026-10", "--json"];
  writeFileSync(dearer, card("0.35").replace("rate_card_id: default\n", ""));
  expect(await run("rate-cards", "preview", dearer, ...elsewhere)).toContain('"difference": "0.00"');
  expect(
    await run("rate-cards", "preview", dearer, "--everyone", "--account", "acme", "--period", "2026-10"),
  ).toContain("3.50");
  expect(await tally(environment, "rate-cards", "preview", dearer, "--period", "2026-10")).toMatchObject({
    status: 1,
    err: expect.stringContaining("--everyone") as string,
  });
  await put("0.35");
  const dry = await run("rate", "--period", "2026-10", "--dry-run");
  expect(dry).toMatch(/^run_\w+: discarded \(dry run, nothing published\); .*compared with run_\w+/);
  expect(dry).toContain(`What it changes: tally diff ${idOf(dry)}\n`);
  const again = await run("rate", "--period", "2026-10", "--reason", "a wrong price");
  expect(again).toMatch(/^run_\w+: published; .*records reversed 1, records new 1, compared with run_\w+/);

  // 10 h at 0.10 are 1.00, at 0.35 they are 3.50. What was allocated has no price, and is unrated both times.
  for (const id of [idOf(dry), idOf(again)]) {
    const accounts = await run("diff", id);
    expect(accounts).toContain(`2026-10: ${id} beside ${first}\n`);
    expect(accounts).toMatch(/^│ EUR +│ +1\.00 │ +3\.50 │ +2\.50 │ +2\.500000000 │ \+0 -0 ~1 +│$/m);
    expect(accounts).toMatch(/^│ acme +│ acme +│ EUR +│ +1\.00 │ +3\.50 │ +2\.50 │ \+0 -0 ~1 +│$/m);
    const records = await run("diff", id, "--records", "--account", "acme");
    expect(records).toMatch(
      /│ vm v1 tier 0 \(0-36000000\) 1\.000000000 +│ vm v2 tier 0 \(0-36000000\) 3\.500000000 +│ +2\.500000000 EUR │ tariff_version price_to amount +│/,
    );
  }
  expect(await run("diff", idOf(again), "--account", "nobody")).toContain("No line of an account changed.\n");
  expect(await run("diff", idOf(again), "--records", "--account", "nobody")).toContain("No billing record changed.\n");
  const json = JSON.parse(await run("diff", idOf(again), "--json")) as object;
  expect(json).toMatchObject({ by: "account", run_id: idOf(again), compared_with: first });
  expect(await tally(environment, "diff", first)).toMatchObject({
    status: 1,
    err: expect.stringContaining("replaced a draft") as string,
  });
  expect(await tally(environment, "rate", "--period", "2026-10", "--reason", " ")).toMatchObject({
    status: 1,
    err: expect.stringContaining("reason") as string,
  });
});
