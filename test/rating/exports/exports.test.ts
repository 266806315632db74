import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLog } from "../../../core/log.ts";
import { placeOf } from "../../../core/store.ts";
import { createExports, type Export, type ExportInput, type Exports } from "../../../rating/index.ts";
import { openRatingStore, type RatingStore } from "../rating-store.ts";

const DAY_MS = 86_400_000;
const OCTOBER_MS = Date.UTC(2026, 8, 30, 22); // Amsterdam
let on: RatingStore;
let exports: Exports;

const settings = async () => ({ default_zone: "Europe/Amsterdam", provider: "Acme", service_categories: "" });
const exported = async (input: ExportInput): Promise<Export> => (await exports.begin(input, "test")).done;
const textOf = async ({ id }: Export, name?: string): Promise<string> =>
  readFileSync((await exports.file(id, name)).path, "utf8");
const linesOf = async (of: Export): Promise<Record<string, string | null>[]> =>
  (await textOf(of))
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, string | null>);

beforeAll(async () => {
  on = await openRatingStore();
  await on.writeAccounts([
    { account_id: "a" },
    { account_id: "=cmd", payer: "a" },
    { account_id: "yen", currency: "JPY" },
  ]);
  await on.writeShapes([{ shape: 1n, offering: "small", zone: "z1" }]);
  const tariff = { tariff_id: "vm", name: "vm", usage_type: 1, unit: "hour", model: "graduated" } as const;
  const tiers = [
    { up_to: "10", rate: "0.0123" },
    { up_to: null, rate: "0.01" },
  ];
  await on.putCard(
    [
      { ...tariff, tiers },
      { ...tariff, tariff_id: "vm-yen", currency: "JPY", tiers: [{ up_to: null, rate: "1.5" }] },
    ],
    "default",
    "EUR",
    [
      { charge_id: "fee", name: "Fee", kind: "flat", amount: "1.25", currency: "EUR" },
      { charge_id: "less", name: "Less", kind: "discount_percent", percent: "12.5", currency: "EUR" },
    ],
  );
  const window = { start_ms: OCTOBER_MS, end_ms: OCTOBER_MS + DAY_MS, usage_type: 1 };
  await on.writeUsage([
    { account_id: "a", resource: "vm-1", quantity: BigInt(DAY_MS), ...window },
    { account_id: "a", resource: "vm-2", quantity: 12_345_678n, ...window },
    { account_id: "=cmd", resource: "@vm", quantity: 7_654_321n, ...window },
    { account_id: "yen", resource: "vm-4", quantity: BigInt(DAY_MS), ...window },
    // of November, in Amsterdam
    {
      ...window,
      account_id: "a",
      resource: "vm-1",
      quantity: 1n,
      start_ms: OCTOBER_MS + 31 * DAY_MS + 3_600_000,
      end_ms: OCTOBER_MS + 32 * DAY_MS,
    },
  ]);
  await on.publishUsage(1);
  await on.rate("2026-10");
  const { store, usageTypes, clock } = on;
  exports = createExports({ store, usageTypes, clock, log: silentLog, settings });
});
afterAll(() => on.close());

test("an export of bills adds up to the net of each statement, and of FOCUS rows to what is payable", async () => {
  const statements = await on.statements.list({ period: "2026-10", limit: 100 });
  const nets = statements.map(({ currency, net }) => ({ currency, amount: String(Number(net)) }));
  for (const kind of ["billing", "focus"] as const) {
    const done = await exported({ kind, period: "2026-10", format: "parquet" });
    expect(done).toMatchObject({ state: "complete", error: null, totals: nets });
    const { path } = await exports.file(done.id);
    const [of, payer] = kind === "focus" ? ["BilledCost", "BillingAccountId"] : ["amount", "payer_account_id"];
    expect(
      await on.rows(
        `SELECT ${payer} AS payer, toFloat64(sum(${of})) AS sum FROM file('${path}') GROUP BY payer ORDER BY payer`,
      ),
    ).toEqual(statements.map(({ payer_account_id, net }) => ({ payer: payer_account_id, sum: Number(net) })));
  }
});

test("usage is exported by the month each account lived, with whole quantities and those people read", async () => {
  const done = await exported({ kind: "usage", period: "2026-10", format: "ndjson" });
  const rows = await linesOf(done);
  const said = rows.map(({ resource, quantity, display_quantity, display_unit }) =>
    [resource, quantity, display_quantity, display_unit].join(" "),
  );
  expect(said.toSorted()).toEqual([
    "@vm 7654321 2.126200278 hours",
    "vm-1 86400000 24.000000000 hours",
    "vm-2 12345678 3.429355000 hours",
    "vm-4 86400000 24.000000000 hours",
  ]);
});

test("the id of a billing record is the one the API knows it by", async () => {
  const rows = await linesOf(await exported({ kind: "billing", period: "2026-10", format: "ndjson" }));
  const ids = rows.flatMap(({ billing_record_id }) => billing_record_id ?? []);
  const { records } = await on.billingRecords.list({ period: "2026-10", limit: 100 });
  expect(ids.toSorted()).toEqual(records.map(({ id }) => id).toSorted());
});

test("in CSV no cell of text is a formula to a spreadsheet, numbers stay numbers, and lines end as RFC 4180 says", async () => {
  const done = await exported({ kind: "usage", period: "2026-10", format: "csv" });
  const text = await textOf(done);
  expect(text).toContain(`"'=cmd"`);
  expect(text).toContain(`"'@vm"`);
  expect(text.split("\r\n").length).toBe(6);
  expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  const billing = await textOf(await exported({ kind: "billing", period: "2026-10", format: "csv" }));
  // a rounding below zero
  expect(billing).toMatch(/,-0\.\d+,/);
});

test("an export says its rows, its bytes and its checksum, and the file beside it does", async () => {
  const done = await exported({ kind: "usage", period: "2026-10", format: "csv" });
  const { file, path } = await exports.file(done.id);
  expect(done).toMatchObject({ rows: "4", bytes: file.bytes, sha256: file.sha256 });
  expect(readFileSync(`${path}.sha256`, "utf8")).toBe(`${file.sha256}  ${file.name}\n`);
});

test("of files that are on another machine, or were removed, it is said that they are not here", async () => {
  const { id } = await exported({ kind: "usage", period: "2026-10", format: "csv" });
  rmSync((await exports.file(id)).path);
  await expect(exports.file(id)).rejects.toThrow("not with this process");
});

test("parts hold all rows once, and each payer whole", async () => {
  const whole = await exported({ kind: "focus", period: "2026-10", format: "ndjson" });
  const parted = await exported({ kind: "focus", period: "2026-10", format: "ndjson", options: { parts: 3 } });
  expect(parted).toMatchObject({ state: "complete", rows: whole.rows, totals: whole.totals, sha256: null });
  const data = parted.files.filter(({ role }) => role === "data");
  expect(data.length).toBe(3);
  const payers: string[] = [];
  for (const { name } of data) {
    const text = await textOf(parted, name);
    payers.push(...new Set([...text.matchAll(/"BillingAccountId":"(\w+)"/g)].map(([, payer]) => payer ?? "")));
  }
  expect(payers.toSorted()).toEqual(["a", "yen"]);
});

test("an account's usage, and a payer's bills, can be exported alone", async () => {
  const usage = await exported({ kind: "usage", period: "2026-10", format: "ndjson", options: { account_id: "=cmd" } });
  expect(usage.rows).toBe("1");
  const bill = await exported({ kind: "focus", period: "2026-10", format: "ndjson", options: { account_id: "yen" } });
  expect(bill.totals.map(({ currency }) => currency)).toEqual(["JPY"]);
});

test("what was cut short has no file under its name, and the next start ends it and clears it away", async () => {
  const folder = join(on.store.data_dir, "exports");
  mkdirSync(join(folder, "ex_dead.part"), { recursive: true });
  writeFileSync(join(folder, "ex_dead.part", "usage-2026-10.csv"), "half");
  // its process died between naming the files and saying so; what it had laid out is still there on a server
  mkdirSync(join(folder, "ex_dead"));
  writeFileSync(join(folder, "ex_dead", "usage-2026-10.csv"), "whole");
  await on.command("INSERT INTO scratch_export_month (export_id, account_id) VALUES ('ex_dead', 'a')");
  const lay = (id: string, holder: string, asked_ms: number): Promise<unknown> => {
    const body = JSON.stringify({ period: "2026-10", options: {}, files: [], totals: [], holder });
    return on.command(
      `INSERT INTO export_file (export_id, version, kind, format, body, state, changed_at, changed_by) VALUES ('${id}', 1, 'usage', 'csv', '${body}', 'running', fromUnixTimestamp64Milli(${asked_ms}), 'test')`,
    );
  };
  const [now, elsewhere] = [on.clock.now(), `another-container:${on.store.data_dir}`];
  await lay("ex_dead", placeOf(on.store), now);
  // Whoever has a store alone has what another machine left in it.
  await lay("ex_left", elsewhere, now);
  await expect(exports.file("ex_dead")).rejects.toThrow("running");
  await exports.recover();
  for (const name of ["ex_dead.part", "ex_dead"]) expect(existsSync(join(folder, name)), name).toBe(false);
  expect(await on.rows("SELECT account_id FROM scratch_export_month WHERE export_id = 'ex_dead'")).toEqual([]);
  expect(await exports.get("ex_dead")).toMatchObject({
    state: "failed",
    error: expect.stringContaining("interrupted") as string,
  });
  expect((await exports.get("ex_left"))?.state).toBe("failed");
  // Where others work beside it they are believed for a day.
  await lay("ex_theirs", elsewhere, now);
  await lay("ex_gone", elsewhere, now - DAY_MS - 1);
  await exports.sweep();
  const states = [await exports.get("ex_theirs"), await exports.get("ex_gone")].map((found) => found?.state);
  expect(states).toEqual(["running", "failed"]);
});

test("an export that has ended does not run again by a row of how far it was that comes late", async () => {
  const { id } = await exported({ kind: "usage", period: "2026-10", format: "csv" });
  for (const later of [0, 1])
    await on.command(
      `INSERT INTO export_file (export_id, version, kind, format, body, state, changed_at, changed_by)
       SELECT export_id, version + ${later}, kind, format, body, 'running', changed_at, changed_by FROM export_file WHERE export_id = '${id}' AND state = 'complete'`,
    );
  expect(await exports.get(id)).toMatchObject({ state: "complete" });
});

test("an export refuses to end when a row does not add up to its statement, and says by how much", async () => {
  const before = readdirSync(join(on.store.data_dir, "exports"));
  await on.command(
    "INSERT INTO billing_record SELECT * REPLACE (amount + toDecimal128('0.000000001', 9) AS amount, part_start + INTERVAL 1 HOUR AS part_start) FROM billing_record WHERE resource = 'vm-2' LIMIT 1",
  );
  for (const kind of ["billing", "focus"] as const) {
    const failed = await exported({ kind, period: "2026-10", format: "parquet" });
    expect(failed.state).toBe("failed");
    expect(failed.error).toMatch(/payer a in EUR .*a difference of 0\.\d+/);
    await expect(exports.file(failed.id)).rejects.toThrow("failed");
  }
  expect(readdirSync(join(on.store.data_dir, "exports"))).toEqual(before);
});

test("a month that was never rated has no bills to export", async () => {
  const failed = await exported({ kind: "billing", period: "2025-01", format: "csv" });
  expect(failed).toMatchObject({ state: "failed", error: "2025-01 is not rated yet" });
});

test("files of an export are removed when it is asked for, or is older than they are kept; the row says when and by whom", async () => {
  const { store, usageTypes, clock } = on;
  const keeping = createExports({ store, usageTypes, clock, log: silentLog, settings, keepDays: async () => 90 });
  const usage = { kind: "usage", period: "2026-10", format: "csv" } as const;
  const whole = async (): Promise<Export> => (await keeping.begin(usage, "test")).done;
  const folder = (id: string): string => join(store.data_dir, "exports", id);
  const [asked, old] = [await whole(), await whole()];
  const removed = await keeping.remove(asked.id, "finance");
  expect(removed).toEqual({
    ...asked,
    state: "removed",
    removed_at: expect.any(String) as string,
    removed_by: "finance",
  });
  expect(existsSync(folder(asked.id))).toBe(false);
  await expect(keeping.file(asked.id)).rejects.toThrow(/is removed: at .* by finance/);
  expect(await keeping.remove(asked.id, "other")).toEqual(removed);
  await expect(keeping.remove("ex_none", "finance")).rejects.toMatchObject({ key: "not-found" });
  clock.advance(89 * DAY_MS);
  await keeping.sweep();
  expect((await keeping.get(old.id))?.state).toBe("complete");
  // removed through another process: its files go when this one sweeps
  const elsewhere = await whole();
  const far = { ...store, data_dir: join(store.data_dir, "elsewhere") };
  const other = createExports({ store: far, usageTypes, clock, log: silentLog, settings });
  expect((await other.remove(elsewhere.id, "finance")).state).toBe("removed");
  expect(existsSync(folder(elsewhere.id))).toBe(true);
  clock.advance(DAY_MS);
  await keeping.sweep();
  expect(await keeping.get(old.id)).toMatchObject({
    state: "removed",
    removed_by: "exports.keep.days",
    rows: old.rows,
  });
  for (const { id } of [old, elsewhere]) expect(existsSync(folder(id)), id).toBe(false);
});

test("an export whose end could not be written says that it has failed, so nobody waits for it for ever", async () => {
  const { store, usageTypes, clock } = on;
  const away = async () => {
    await on.command("RENAME TABLE export_file TO export_file_away");
    return settings();
  };
  const losing = createExports({ store, usageTypes, clock, log: silentLog, settings: away });
  const { export: begun, done } = await losing.begin({ kind: "usage", period: "2026-10", format: "csv" }, "test");
  expect((await done).state).toBe("running");
  await on.command("RENAME TABLE export_file_away TO export_file");
  expect(await losing.get(begun.id)).toMatchObject({
    state: "failed",
    error: expect.stringContaining("interrupted") as string,
  });
});
