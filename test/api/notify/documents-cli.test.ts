// Documents, webhooks and notifications on the command line, on a data directory of its own.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { monthOf } from "../../../core/calendar.ts";
import { systemClock } from "../../../core/clock.ts";
import { formatInstant, instant } from "../../../core/instant.ts";
import { pdfPages } from "../../rating/documents/pdf-text.ts";
import { tally } from "../run-tally.ts";
import { event } from "../test-api.ts";

const root = mkdtempSync(join(tmpdir(), "tally-documents-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const environment = { TALLY_DATA_DIR: join(root, "data"), TALLY_LOG_LEVEL: "error" };
const run = (...argv: string[]) => tally(environment, ...argv);
const DAY_MS = 86_400_000;
const used = instant(systemClock.now() - 2 * DAY_MS);
const period = monthOf({ zone: "UTC", at: used });

test("statements are written as files: one to a file, several into a folder", async () => {
  const events = join(root, "events.ndjson");
  const started = formatInstant(instant(used - DAY_MS));
  const other = { account_id: "other-id", resource: "vm-2" };
  const lines = [event("e1", "VM.START", started), event("e2", "VM.START", started, other)];
  writeFileSync(events, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const card = join(root, "card.yaml");
  writeFileSync(
    card,
    "rate_card_id: default\nname: List\ncurrency: EUR\ntariffs:\n  - { tariff_id: vm, name: Machine, usage_type: 1, unit: hour, model: per_unit, rate: 1 }\n",
  );
  for (const argv of [["ingest", events], ["rate-cards", "import", card], ["aggregate"], ["rate", "--period", period]])
    expect((await run(...argv)).status).toBe(0);

  const pdf = join(root, "one.pdf");
  const one = await run("statement", "--period", period, "--account", "acme-id", "--format", "pdf", "--out", pdf);
  expect(one, one.err).toMatchObject({ status: 0, out: `${pdf}\n` });
  expect(pdfPages(readFileSync(pdf)).join(" ")).toContain("Machine");

  const folder = join(root, "all");
  const all = await run("statement", "--period", period, "--format", "csv", "--out", folder, "--json");
  const { files } = JSON.parse(all.out) as { files: string[] };
  expect(files).toHaveLength(2);
  for (const file of files) expect(readFileSync(file, "utf8")).toContain("Machine");

  const refused = join(root, "one.xml");
  const ubl = await run("statement", "--period", period, "--account", "acme-id", "--format", "ubl", "--out", refused);
  expect(ubl).toMatchObject({ status: 1, err: expect.stringContaining("not final") as string });
  expect(existsSync(refused)).toBe(false);
  const lost = await run("statement", "--period", period, "--format", "html");
  expect(lost).toMatchObject({ status: 1, err: expect.stringContaining("out is missing") as string });
  expect((await run("statement", "--period", period, "--format", "doc", "--out", pdf)).status).toBe(2);
  expect((await run("statement", "--period", "2001-01", "--format", "csv", "--out", pdf)).out).toContain(
    "No statements",
  );
});

test("webhooks are made, rotated and revoked, their secrets shown once; notifications are listed", async () => {
  expect((await run("webhooks", "list")).out).toBe("No webhooks.\n");
  const made = await run("webhooks", "create", "https://example.com/hooks", "--fact", "period.closed");
  const [, id = "", secret = ""] = /(wh_\w+)\nSecret, shown this once: (whsec_\S+)/.exec(made.out) ?? [];
  expect(made.status, made.err).toBe(0);
  expect((await run("webhooks", "list")).out).toMatch(new RegExp(`${id}.*example\\.com.*period\\.closed.*active`));
  const rotated = await run("webhooks", "rotate", id);
  expect(rotated.out).toContain("whsec_");
  expect(rotated.out).not.toContain(secret);
  expect((await run("webhooks", "revoke", id)).out).toContain("is revoked");
  expect((await run("webhooks", "list")).out).toMatch(/revoked/);
  expect(await run("webhooks", "create", "http://10.0.0.1/")).toMatchObject({ status: 1 });
  expect((await run("notifications", "list")).out).toBe("No notifications.\n");
  const none = await run("notifications", "resend", "nt_none");
  expect(none).toMatchObject({ status: 1, err: expect.stringContaining("no notification") as string });
});
