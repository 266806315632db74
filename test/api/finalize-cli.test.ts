// Statements made final on the command line, on a data directory of its own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { monthOf, prevMonth } from "../../core/calendar.ts";
import { systemClock } from "../../core/clock.ts";
import { tally } from "./run-tally.ts";
import { event } from "./test-api.ts";

const root = mkdtempSync(join(tmpdir(), "tally-finalize-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const environment = { TALLY_DATA_DIR: join(root, "data"), TALLY_LOG_LEVEL: "error" };
const run = (...argv: string[]) => tally(environment, ...argv);
const file = (name: string, text: string): string => {
  writeFileSync(join(root, name), text);
  return join(root, name);
};
/** The month before last, which has ended everywhere and is due. */
const period = prevMonth(prevMonth(monthOf({ zone: "UTC", at: systemClock.now() })));

test("issuers, profiles and rates are put as files; statements are finalized, shown, voided and issued again", async () => {
  const started = event("e1", "VM.START", `${period}-05T00:00:00Z`);
  const stopped = event("e2", "VM.STOP", `${period}-05T10:00:00Z`);
  const card =
    "{ rate_card_id: default, name: List, currency: EUR, tariffs: [{ tariff_id: vm, name: VM, usage_type: 1, unit: hour, model: per_unit, rate: 1 }] }";
  for (const argv of [
    ["ingest", file("events.ndjson", `${JSON.stringify(started)}\n${JSON.stringify(stopped)}\n`)],
    ["rate-cards", "import", file("card.yaml", card)],
    ["aggregate"],
    ["rate", "--period", period],
    ["issuer", "put", file("issuer.yaml", 'id: house\nlegal_name: Cloud House\nseries: "CH-{number:4}"\n')],
    ["tax-rates", "put", file("rate.json", '{ "id": "vat", "name": "VAT", "category": "S", "percent": "20" }')],
  ]) {
    const { status, err } = await run(...argv);
    expect(status, `${argv.join(" ")}: ${err}`).toBe(0);
  }
  expect((await run("issuer", "list")).out).toMatch(/house\s.*1\s.*Cloud House\s.*CH-\{number:4\}/);
  expect((await run("tax-rates", "list")).out).toMatch(/vat\s.*VAT\s.*S\s.*20\s.*any/);
  expect((await run("issuer", "show", "house")).out).toContain('"terms_days": 30');
  expect(await run("issuer", "put", file("nobody.yaml", "legal_name: x\n"))).toMatchObject({
    status: 1,
    err: expect.stringContaining("id is missing") as string,
  });

  const finalize = (...more: string[]) => run("finalize", "--period", period, ...more);
  const early = await finalize();
  expect(early.status).toBe(1);
  expect(early.out).toContain(`not-closed (1): the payer has not closed ${period}: tally close --period ${period}`);
  expect(early.out).toContain("(--override no-profile=<reason>)");
  const closed = await run("close", "--period", period, "--override", "silent-sources=a test");
  expect(closed.status, closed.out + closed.err).toBe(0);
  expect((await finalize("--override", "no-profile=a test")).out).toContain(`tally rate --period ${period}`);
  expect((await run("rate", "--period", period)).status).toBe(0);
  expect(await finalize("--override", "no-profile")).toMatchObject({
    status: 1,
    err: expect.stringContaining("no reason") as string,
  });
  const done = await finalize("--override", "no-profile", "--reason", "not known yet");
  expect([done.status, done.out], done.err).toEqual([
    0,
    expect.stringMatching(/^CH-0001 · acme-id · 12\.00 EUR · st_/) as string,
  ]);
  expect((await finalize()).out).toBe(`Nothing of ${period} is left to make final.\n`);
  const shown = (await run("statement", "--period", period)).out;
  expect(shown).toContain("final · statement · CH-0001");
  expect(shown).toContain(`VAT 20 % on 10.00 of ${period}: 2.00\nTotal 12.00 EUR, credits 0.00, payable 12.00\nDue `);

  const id = /st_\d{6}_[0-9a-f]{32}/.exec(done.out)?.[0] ?? "";
  expect(await run("reissue", id)).toMatchObject({ status: 1, err: expect.stringContaining("not void") as string });
  expect((await run("void", id, "--reason", "no address")).out).toContain(`${id} is void: credit note CH-0002`);
  expect((await run("profile", "put", file("profile.yaml", "account_id: acme-id\nlegal_name: Acme\n"))).status).toBe(0);
  expect((await run("profile", "show", "acme-id")).out).toContain('"legal_name": "Acme"');
  const again = await run("reissue", id);
  expect(again.out).toMatch(/^In place of st_.*: CH-0003 \(st_.*\), 12\.00 EUR\.$/m);
  const second = /\((st_\d{6}_[0-9a-f]{32})\)/.exec(again.out)?.[1] ?? "";
  const off = ["write-off", second, "--reason", "he left"];
  expect(await run(...off)).toMatchObject({ status: 1, err: expect.stringContaining("not void") as string });
  expect((await run("void", second, "--reason", "he left")).status).toBe(0);
  expect((await run(...off)).out).toBe(`CH-0003 (${second}) is written off: 10.00 EUR are not billed.\n`);
}, 240_000);
