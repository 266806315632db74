import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tally } from "./run-tally.ts";

const root = mkdtempSync(join(tmpdir(), "tally-explain-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const environment = { TALLY_DATA_DIR: join(root, "data"), TALLY_PORT: "0", TALLY_LOG_LEVEL: "error" };
const run = (...argv: string[]) => tally(environment, ...argv);

/** Days of a machine that is stopped for an hour each noon. */
const days = ["09-29", "09-30", "10-01", "10-02", "10-03"];
const events = days.flatMap((day) =>
  ["START 00:00", "STOP 11:00", "START 12:00", "STOP 23:30"].map((said) => {
    const [type = "", time = ""] = said.split(" ");
    const data = { account_id: "acme", resource: "vm-1", name: "web\u001b[31m", offering: "small", zone: "z1" };
    const id = `${type}-${day}-${time}`;
    return { specversion: "1.0", id, source: "cloud", type: `VM.${type}`, time: `2025-${day}T${time}:00Z`, data };
  }),
);
const file = (name: string, text: string): string => {
  writeFileSync(join(root, name), text);
  return join(root, name);
};

test("tally explain says in one screen what a line is made of, down to the events", { timeout: 120_000 }, async () => {
  const card =
    "rate_card_id: default\nname: List\ncurrency: EUR\ntariffs:\n" +
    `  - { tariff_id: vm, name: Machine, usage_type: 1, unit: hour, model: graduated, condition: 'offering == "small"', tiers: [{ up_to: 40, rate: 0.10 }, { up_to: null, rate: 0.08 }] }\n`;
  expect((await run("rate-cards", "import", file("card.yaml", card))).err).toBe("");
  const lines = events.map((event) => JSON.stringify(event)).join("\n");
  expect((await run("ingest", file("events.ndjson", lines))).status).toBe(0);
  expect((await run("aggregate")).err).toBe("");
  expect((await run("rate", "--period", "2025-10")).err).toBe("");

  const statement = await run("statement", "--period", "2025-10", "--json");
  const { data } = JSON.parse(statement.out) as { data: { id: string; lines: { line: number; amount: string }[] }[] };
  const [first] = data;
  // Three days of 22.5 hours: 40 hours at 0.10, and 27.5 at 0.08.
  expect(first?.lines.map(({ amount }) => amount)).toEqual(["4.00", "2.20"]);
  expect((await run("statement", "--period", "2025-10")).out).toContain(`tally explain ${first?.id}/<line>`);

  const { status, out, err } = await run("explain", `${first?.id}/2`);
  expect([status, err]).toEqual([0, ""]);
  expect(out.split("\n").length, "one screen").toBeLessThan(40);
  for (const words of [
    "RUNNING_VM · Machine · tier 2 · acme: 27.5 hours at 0.08 = 2.20 EUR",
    "2.200000000 from 2 billing records, to 2 decimals half away from zero: +0.000000000",
    'for offering == "small"',
    "P(c) tier 1 (0, 144000000] × 0.1 + tier 2 (144000000, …] × 0.08 per 3600000 base units; R: 9 decimals",
    // The second day runs from 22.5 to 45 hours: 5 of them past the border, at 0.08.
    "c 144000000 → 162000000 · R(P) 4.000000000 → 4.400000000 = 0.400000000",
    "VM.START cloud START-10-02-12:00 2025-10-02T12:00:00.000Z → VM.STOP cloud STOP-10-02-23:30",
    'vm-1 "web [31m" · zone z1 · offering small',
  ])
    expect(out).toContain(words);
  const record = /^br_\S+$/m.exec(out)?.[0] ?? "";
  expect((await run("explain", record)).out).toContain(`${record}\n`);
  const json = JSON.parse((await run("explain", `${first?.id}/2`, "--records", "1", "--json")).out) as object;
  expect(json).toMatchObject({ more_records: "1", records: [{ id: record }] });
  const page = await run("explain", `${first?.id}/2`, "--records", "1");
  const cursor = /--cursor (\S+)/.exec(page.out)?.[1] ?? "";
  expect((await run("explain", `${first?.id}/2`, "--cursor", cursor)).out).not.toContain(record);

  expect(await run("explain", first?.id ?? "")).toMatchObject({
    status: 1,
    err: expect.stringContaining("expected a line of a statement") as string,
  });
  expect(await run("explain", `${first?.id}/9`)).toMatchObject({
    status: 1,
    err: expect.stringContaining("line 9") as string,
  });
});
