// Credits, payments, refunds, balances and the ledger on the command line, on a data directory of its own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tally } from "./run-tally.ts";
import { event } from "./test-api.ts";

const root = mkdtempSync(join(tmpdir(), "tally-money-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const environment = { TALLY_DATA_DIR: join(root, "data"), TALLY_LOG_LEVEL: "error" };
const run = (...argv: string[]) => tally(environment, ...argv);

/** A VM for ten hours of May 2026 at 0.50: 5.00 unbilled. */
test("credits, payments and refunds are told, listed and summed; the ledger lists what that came to", async () => {
  const events = join(root, "events.ndjson");
  const life = [
    event("e1", "VM.START", "2026-05-01T00:00:00Z"),
    event("e2", "VM.STOP", "2026-05-01T10:00:00Z"),
    event("e3", "VM.DESTROY", "2026-05-01T10:00:00Z"),
  ];
  writeFileSync(events, life.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const card = join(root, "card.yaml");
  writeFileSync(
    card,
    "rate_card_id: default\nname: List\ncurrency: EUR\ntariffs:\n  - { tariff_id: vm, name: Machine, usage_type: 1, unit: hour, model: per_unit, rate: 0.5 }\n",
  );
  expect((await run("ingest", events)).status).toBe(0);
  expect((await run("rate-cards", "import", card)).status).toBe(0);
  expect((await run("balances")).out).toBe("Nothing is booked.\n");
  expect((await run("ledger")).out).toBe("Nothing is booked.\n");
  expect((await run("aggregate")).status).toBe(0);
  expect((await run("rate", "--period", "2026-05")).status).toBe(0);

  for (const what of ["credits", "payments", "refunds"]) expect((await run(what, "list")).out).toBe(`No ${what}.\n`);
  const of = ["--payer", "acme-id", "--currency", "EUR"];
  const granted = await run("credits", "add", "gift", ...of, "--amount", "2.00", "--expires", "2027-01-01T00:00:00Z");
  expect(granted.out, granted.err).toContain("gift: 2.00 EUR are left for acme-id");
  expect((await run("payments", "add", "p-1", ...of, "--amount", "4.00", "--method", "transfer")).out).toContain(
    "4.00",
  );
  expect((await run("refunds", "add", "r-1", ...of, "--amount", "1.00")).out).toContain("1.00 EUR of acme-id booked");
  expect(await run("refunds", "add", "r-2", ...of, "--amount", "9.00")).toMatchObject({
    status: 1,
    err: expect.stringContaining("3.00 on account") as string,
  });
  expect((await run("credits", "list", "--account", "acme-id")).out).toMatch(
    /gift\s.*promotion\s.*2\.00\s.*2\.00\s.*EUR\s.*active/,
  );
  expect((await run("payments", "list")).out).toMatch(/p-1\s.*acme-id\s.*4\.00\s.*EUR\s.*on account/);
  expect((await run("refunds", "list", "--json")).out).toContain('"refund_id": "r-1"');
  // 3.00 + 2.00 − 5.00 = 0.00
  expect((await run("balances", "--account", "acme-id")).out).toMatch(
    /acme-id\s.*EUR\s.*5\.00\s.*0\.00\s.*2\.00\s.*3\.00\s.*0\.00/,
  );
  expect((await run("balances", "--at", "2026-05-01T00:00:00Z")).out).toBe("Nothing is booked.\n");
  const ledger = await run("ledger", "--period", "2026-05");
  expect(ledger.out).toMatch(/accrual\s.*unbilled\s.*acme-id\s.*5\s.*EUR\s.*rating:\d+/);
  expect(ledger.out).toMatch(/accrual\s.*revenue/);
  expect((await run("credits", "end", "gift", "--reason", "by mistake")).out).toContain("gift has ended; 2.00 EUR");
  expect((await run("credits", "show", "gift")).out).toContain("of 2.00 EUR left, ended");
});
