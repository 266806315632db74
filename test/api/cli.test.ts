import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findHolder } from "../../api/data-lock.ts";
import { openStore } from "../../core/store.ts";
import { spawnTally, tally } from "./run-tally.ts";

const root = mkdtempSync(join(tmpdir(), "tally-cli-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const data_dir = join(root, "data");
const environment = { TALLY_DATA_DIR: data_dir, TALLY_PORT: "0", TALLY_LOG_LEVEL: "error" };

const event = (id: string, type: string, time: string): string =>
  JSON.stringify({
    specversion: "1.0",
    id,
    source: "test",
    type,
    time,
    data: { account_id: "acme", resource: "vm-1", offering: "small", zone: "z1" },
  });
const file = join(root, "events.ndjson");
// One machine, running from 08:00 to 18:00: 10 hours. Line 2 is blank, line 4 no JSON, line 5 of an unknown type.
writeFileSync(
  file,
  [
    event("1", "VM.START", "2026-10-05T08:00:00Z"),
    "",
    event("2", "VM.STOP", "2026-10-05T18:00:00Z"),
    "{",
    event("3", "VM.DANCE", "2026-10-05T19:00:00Z"),
  ].join("\n"),
);
const october = ["--from", "2026-10-01T00:00:00Z", "--to", "2026-11-01T00:00:00Z"];

test("bad usage ends with status 2 and says what was expected, without opening the store", async () => {
  expect(await tally(environment, "rate", "--period", "2026-13")).toMatchObject({
    status: 2,
    err: expect.stringContaining("2026-10") as string,
  });
  expect(await tally(environment, "close")).toMatchObject({ status: 2 });
  expect(await tally(environment, "usage")).toMatchObject({
    status: 2,
    err: expect.stringContaining("--from") as string,
  });
  expect(existsSync(data_dir)).toBe(false);
});

test("help ends with status 0 and lists the commands of this version alone", async () => {
  const { status, out } = await tally(environment, "--help");
  expect(status).toBe(0);
  expect(await tally(environment, "--version")).toMatchObject({ status: 0, out: "0.1.0\n" });
  expect([...out.matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name]) => name).filter((name) => name !== "help")).toEqual(
    "serve demo ingest backfill replay aggregate repeat diff close rate finalize void reissue write-off usage usage-types rate-cards forecast budgets statement credits payments refunds balances ledger webhooks notifications issuer profile tax-rates explain export import settings keys users domains quarantine archive erase findings inventory doctor backup restore migrate completion".split(
      " ",
    ),
  );
});

test("a usage type is added from a file, listed, and its events are taken", async () => {
  const own = { ...environment, TALLY_DATA_DIR: join(root, "types") };
  const definition = join(root, "gpu.json");
  const type = {
    usage_type: 2001,
    name: "GPU_HOURS",
    measure: "duration",
    unit: "ms",
    display_unit: "hours",
    display_divisor: "3600000",
    effects: { "GPU.ATTACH": "open", "GPU.DETACH": "close" },
  };
  writeFileSync(definition, JSON.stringify(type));
  expect(await tally(own, "usage-types", "add", definition)).toMatchObject({
    status: 0,
    out: "2001 GPU_HOURS is in force: GPU.ATTACH, GPU.DETACH count for it, since the beginning.\n",
  });
  expect(await tally(own, "usage-types", "add", definition)).toMatchObject({
    status: 1,
    err: expect.stringContaining("usage_type is 2001, which is GPU_HOURS") as string,
  });
  expect(await tally(own, "usage-types", "add", join(root, "nowhere.json"))).toMatchObject({
    status: 1,
    err: expect.stringContaining("nowhere.json cannot be read") as string,
  });
  const { out } = await tally(own, "usage-types", "list");
  expect(out).toMatch(/^│ +1 │ RUNNING_VM +│ duration +│ ms +│ hours +│ the beginning +│ built in +│$/m);
  expect(out).toMatch(/^│ 2001 │ GPU_HOURS +│ duration +│ ms +│ hours +│ the beginning +│ local commands /m);
  const gpu = join(root, "gpu.ndjson");
  writeFileSync(gpu, `${event("1", "GPU.ATTACH", "2026-10-05T08:00:00Z")}\n`);
  expect(await tally(own, "ingest", gpu)).toMatchObject({ status: 0 });
});

test.each([
  [{ TALLY_ROLES: "aggregate,rating" }, /a data directory belongs to one: set TALLY_CLICKHOUSE_URL/],
  [{ TALLY_ROLES: "api", TALLY_CLICKHOUSE_URL: "http://127.0.0.1:1" }, /api.*without Kafka.*: set TALLY_KAFKA_BROKERS/],
  [{ TALLY_ROLES: "ingest", TALLY_CLICKHOUSE_URL: "http://127.0.0.1:1" }, /ingest.*: set TALLY_KAFKA_BROKERS/],
  [
    {
      TALLY_ROLES: "ingest",
      TALLY_CLICKHOUSE_URL: "http://127.0.0.1:1",
      TALLY_KAFKA_BROKERS: "127.0.0.1:1",
      TALLY_INTEGRATION_PORT: "8096",
    },
    /TALLY_INTEGRATION_PORT.*leave it out/,
  ],
])("%o cannot work, and stops the start with a sentence that names the variable to set", async (given, sentence) => {
  const { status, out, err } = await tally({ ...environment, ...given }, "serve");
  expect({ status, out }).toEqual({ status: 1, out: "" });
  expect(err).toMatch(sentence);
  expect(err).toMatch(/^tally: [^\n]*\n$/);
});

test("ingest counts what was accepted and rejected, names the lines of the file, and ends with status 0", async () => {
  const { status, out } = await tally(environment, "ingest", file);
  expect(status).toBe(0);
  expect(out).toContain("2 accepted, 0 duplicates, 2 rejected");
  expect(out).toContain("line 4: the message is not JSON");
  expect(out).toMatch(/line 5 \(3\): type is "VM.DANCE"/);
  expect(await tally(environment, "ingest", join(root, "absent"))).toMatchObject({ status: 1, out: "" });
});

test("a dry run tells what aggregation would publish, and publishes nothing", async () => {
  const dry = await tally(environment, "aggregate", "--to", "2026-11-01T00:00:00Z", "--dry-run");
  expect(dry).toMatchObject({ status: 0, err: "" });
  // One machine, running in one daily window.
  expect(dry.out).toMatch(/^run_\w+: discarded \(dry run, nothing published\); .*records 1\b/);
  const { out } = await tally(environment, "usage", ...october, "--json");
  expect(JSON.parse(out)).toMatchObject({ data: [], complete_to: null });
});

test("aggregate publishes and usage sums it: 08:00 to 18:00 is 10 hours", async () => {
  const run = await tally(environment, "aggregate", "--to", "2026-11-01T00:00:00Z", "--json");
  expect(run.status).toBe(0);
  const { id } = JSON.parse(run.out) as { id: string };
  const change = /^│ acme +│ 1 +│ vm-1 +│ +│ 2026-10-05T00:00:00.000Z │ +- │ +36000000 │ +36000000 │$/m;
  expect((await tally(environment, "diff", id, "--account", "acme,other")).out).toMatch(change);
  expect((await tally(environment, "diff", id, "--account", "other")).out).toBe("Nothing changed.\n");
  const { out } = await tally(environment, "usage", ...october, "--json");
  // 10 h × 3,600,000 ms
  expect(JSON.parse(out)).toMatchObject({
    data: [{ group: { usage_type: 1 }, quantity: "36000000", display_quantity: "10", display_unit: "hours" }],
  });
});

test("an error is one line on standard error that says what to do, and nothing is on standard output", async () => {
  const { status, out, err } = await tally(
    environment,
    "settings",
    "set",
    "usage.stats.job.exec.time",
    "25:00",
    "--json",
  );
  expect({ status, out }).toEqual({ status: 1, out: "" });
  expect(err).toMatch(/^tally: .*cannot be "25:00", expected HH:MM.*\n$/);
});

test("a refused event shows in quarantine, and stays there when it is refused again", async () => {
  const { out } = await tally(environment, "quarantine", "list", "--json");
  const { data } = JSON.parse(out) as { data: { quarantine_id: string; id: string }[] };
  expect(data.map(({ id }) => id).toSorted()).toEqual(["", "3"]);
  const id = data.find((entry) => entry.id === "3")!.quarantine_id;
  expect(await tally(environment, "quarantine", "replay", id)).toMatchObject({
    status: 1,
    out: expect.stringContaining("refused again") as string,
  });
  expect((await tally(environment, "quarantine", "show", id)).out).toContain("VM.DANCE");
});

test("doctor finds nothing wrong on a store that works, and says what is wrong where it is not", async () => {
  const { status, out } = await tally(environment, "doctor", "--json");
  expect(status).toBe(0);
  const { checks } = JSON.parse(out) as { checks: { check: string; state: string }[] };
  expect(checks.filter(({ state }) => state === "wrong")).toEqual([]);
  expect(checks.map(({ check }) => check)).toEqual([
    "node",
    "time zones",
    "configuration",
    "disk",
    "server",
    "backup",
    "store",
    "job aggregate",
    "job sanity-check",
    "job archive",
    "usage",
    "fonts",
    "quarantine",
    "sanity",
  ]);
  expect(await tally({ ...environment, TALLY_REDIS_URL: "redis://r" }, "doctor")).toMatchObject({
    status: 1,
    out: expect.stringContaining("TALLY_REDIS_URL") as string,
  });
});

test(
  "while a server holds the data directory commands go through it and answer the same; a second server is refused",
  { timeout: 180_000 },
  async () => {
    const before = await tally(environment, "usage", ...october, "--group-by", "account,day", "--json");
    const server = spawnTally(environment, ["serve"], root);
    const said = await server.says(/answers at (\S+)/);
    const url = /answers at (\S+)/.exec(said)![1]!;
    expect(findHolder(data_dir)).toMatchObject({ pid: server.process.pid, url });

    expect(await tally(environment, "usage", ...october, "--group-by", "account,day", "--json")).toEqual(before);
    const refused = await tally(environment, "serve");
    expect(refused).toMatchObject({
      status: 1,
      err: expect.stringMatching(new RegExp(`process ${server.process.pid} holds .*TALLY_DATA_DIR`)) as string,
    });

    const made = await tally(environment, "keys", "create", "--name", "me", "--role", "admin", "--json");
    const { token } = JSON.parse(made.out) as { token: string };
    const tariff = {
      tariff_id: "vm",
      name: "Machine",
      usage_type: 1,
      currency: "EUR",
      unit: "hour",
      model: "per_unit",
      rate: "0.25",
    };
    const put = await fetch(`${url}/v1/rate-cards/default`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "Test", currency: "EUR", tariffs: [tariff] }),
    });
    expect(put.status).toBe(200);
    // Published by this or, where the job that starts with the server came later than the card, by that.
    expect(await tally(environment, "rate", "--period", "2026-10")).toMatchObject({ status: 0, err: "" });
    // 10 h × 0.25 EUR
    const statement = await tally(environment, "statement", "--period", "2026-10");
    expect(statement.out).toContain("Net 2.50 EUR");

    server.process.kill("SIGTERM");
    expect(await server.ended()).toMatchObject({ status: 0 });
    expect(existsSync(join(data_dir, "tally.lock"))).toBe(false);
    expect((await tally(environment, "statement", "--period", "2026-10")).out).toBe(statement.out);
  },
);

test(
  "what the server printed as the admin token is told once: the next start has none to tell",
  { timeout: 180_000 },
  async () => {
    const fresh = { ...environment, TALLY_DATA_DIR: join(root, "fresh") };
    const first = spawnTally(fresh, ["serve"], root);
    expect(await first.says(/Admin token[\s\S]*npm run demo/)).toMatch(/tally_[\w-]{43}/);
    first.process.kill("SIGINT");
    expect((await first.ended()).status).toBe(0);
    const second = spawnTally(fresh, ["serve"], root);
    expect(await second.says(/npm run demo/)).not.toMatch(/tally_[\w-]{43}/);
    second.process.kill("SIGINT");
    expect((await second.ended()).status).toBe(0);
  },
);

test("a trace becomes four events a machine, the same here and through a server", { timeout: 180_000 }, async () => {
  const trace = join(root, "trace.parquet");
  const store = openStore({ url: null, data_dir });
  await store.read.command({
    query: `INSERT INTO FUNCTION file('${trace}', 'Parquet')
      SELECT toInt32(number + 1) AS id, 1664582400000 + number * 60000 AS submission_time, toInt64(3600000) AS duration,
        toInt32(16) AS cpu_count, 41600.0 AS cpu_capacity, toInt64(100000) AS mem_capacity FROM numbers(300)`,
  });
  await store.close();
  const argv = ["replay", trace, "--profile", "surf", "--json"];
  // 300 machines × (create, start, stop, destroy)
  const outcome = { accepted: 1200, duplicates: 0, rejected: 0, first_rejected: [] };
  expect(JSON.parse((await tally(environment, ...argv)).out)).toEqual(outcome);

  const fresh = { ...environment, TALLY_DATA_DIR: join(root, "fresh") };
  const server = spawnTally(fresh, ["serve"], root);
  await server.says(/answers at/);
  expect(JSON.parse((await spawnTally(fresh, argv, root).ended()).out)).toEqual(outcome);
  expect(JSON.parse((await spawnTally(fresh, argv, root).ended()).out)).toEqual({
    ...outcome,
    accepted: 0,
    duplicates: 1200,
  });
  server.process.kill("SIGTERM");
  expect((await server.ended()).status).toBe(0);
});
