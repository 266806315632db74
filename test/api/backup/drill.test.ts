// The drill an operator hopes never to need: the machine is gone, and what was backed up while events came in becomes the same bill.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backup } from "../../../api/backup/backups.ts";
import { type Manifest, writeManifest } from "../../../api/backup/manifest.ts";
import { openStore } from "../../../core/store.ts";
import { smallCard, smallCloud } from "../../e2e/small-cloud.ts";
import { programAt } from "../../programs.ts";
import { spawnTally, tally, type Told } from "../run-tally.ts";

const token = "drill-token-of-at-least-sixteen";
const main = new URL("drill-process.ts", import.meta.url);
const events = smallCloud(120);
const [early, later] = [events.slice(0, 200), events.slice(200)];
/** So large that copying it takes longer than looking for what is to be killed. */
const BIG_BYTES = 192 * 1024 * 1024;

let folder: string;
const children = new Set<ChildProcess>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tally-drill-"));
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const environment = (data_dir: string) => ({ TALLY_DATA_DIR: data_dir, TALLY_ADMIN_TOKEN: token, TALLY_PORT: "0" });

interface Server {
  ask<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  send(some: readonly unknown[]): Promise<{ accepted: number; duplicates: number; rejected: unknown[] }>;
  kill(): Promise<void>;
}

async function serve(data_dir: string): Promise<Server> {
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, ...environment(data_dir) };
  const child = spawn(process.execPath, programAt(main), { env, stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const url = said.toString().trim().replace("at ", "");
  const ask: Server["ask"] = async <T>(method: string, path: string, body?: unknown) => {
    const type = path === "/v1/events" ? "application/x-ndjson" : "application/json";
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": type }) },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (response.headers.get("content-type")?.includes("json") === true ? JSON.parse(text) : text) as T;
  };
  return {
    ask,
    send: (some) => ask("POST", "/v1/events", some.map((one) => JSON.stringify(one)).join("\n")),
    kill: async () => {
      child.kill("SIGKILL");
      await once(child, "close");
    },
  };
}

/** Everything of the month: metered, priced, and written as the document a payer gets. */
async function billOf({ ask }: Server): Promise<Record<string, string>> {
  await ask("POST", "/v1/runs", { kind: "aggregate", wait: 60 });
  await ask("POST", "/v1/runs", { kind: "rate", period: "2026-10", wait: 60 });
  const { data } = await ask<{ data: { id: string; payer_account_id: string; net: string }[] }>(
    "GET",
    "/v1/statements?period=2026-10&limit=500",
  );
  const bill: Record<string, string> = {};
  for (const { id, payer_account_id } of data) {
    const path = `/v1/statements/${id}`;
    bill[payer_account_id] = JSON.stringify(await ask("GET", path)) + (await ask<string>("GET", `${path}?format=csv`));
  }
  return bill;
}

async function backUpWhileEventsComeIn(server: Server, dir: string): Promise<{ done: Backup; meanwhile: number }> {
  let backup = await server.ask<Backup>("POST", "/v1/backups", { dir });
  let meanwhile = 0;
  for (let next = 0; backup.state === "running"; next += 2) {
    const some = later.slice(next, next + 2);
    if (some.length > 0) expect(await server.send(some)).toMatchObject({ rejected: [] });
    meanwhile += some.length;
    backup = await server.ask<Backup>("GET", `/v1/backups/${backup.id}`);
  }
  return { done: backup, meanwhile };
}

test(
  "backed up while events come in, its data directory destroyed, restored, and the source sent again: the same bill to the last byte",
  { timeout: 240_000 },
  async () => {
    const untouched = await serve(join(folder, "untouched"));
    await untouched.ask("PUT", "/v1/rate-cards/default", smallCard);
    await untouched.send(events);
    const bill = await billOf(untouched);
    await untouched.kill();
    expect(Object.keys(bill)).toHaveLength(5);

    const data_dir = join(folder, "lost");
    const server = await serve(data_dir);
    await server.ask("PUT", "/v1/rate-cards/default", smallCard);
    await server.send(early);
    await server.ask("POST", "/v1/runs", { kind: "aggregate", to: "2026-10-08T00:00:00Z", wait: 60 });
    mkdirSync(join(data_dir, "archives"), { recursive: true });
    writeFileSync(join(data_dir, "archives", "2026-01.parquet"), "what an archive holds");
    writeFileSync(join(data_dir, "secret"), "of this installation", { mode: 0o600 });
    const { done, meanwhile } = await backUpWhileEventsComeIn(server, join(folder, "backup"));
    expect(done).toMatchObject({ state: "complete", error: null });
    // The instant is before all of them were in: there is something to send again.
    expect(meanwhile).toBeGreaterThan(2);
    await server.send(later);
    await server.kill();
    rmSync(data_dir, { recursive: true });

    const told = await tellOf(data_dir, "restore", join(folder, "backup"), "--json");
    expect(told).toMatchObject({ status: 0 });
    expect(readFileSync(join(data_dir, "archives", "2026-01.parquet"), "utf8")).toBe("what an archive holds");
    expect(readFileSync(join(data_dir, "secret"), "utf8")).toBe("of this installation");
    const restored = await serve(data_dir);
    const pathOf = ({ source, id }: (typeof events)[number]): string =>
      `/v1/events/${encodeURIComponent(source)}/${encodeURIComponent(id)}`;
    expect(await restored.ask("GET", pathOf(early.at(-1)!))).toBeTruthy();
    await expect(restored.ask("GET", pathOf(later.at(-1)!))).rejects.toThrow("404");
    await restored.send(events);
    expect(await billOf(restored)).toEqual(bill);
    await restored.kill();
  },
);

/** How many events a data directory holds, and a sum over all they say. */
async function eventsIn(data_dir: string): Promise<string> {
  const store = openStore({ url: null, data_dir });
  try {
    const query = "SELECT concat(toString(count()), ' ', toString(sum(cityHash64(*)))) AS said FROM event";
    return (await (await store.read.query({ query, format: "JSONEachRow" })).json<{ said: string }>())[0]?.said ?? "";
  } finally {
    await store.close();
  }
}

async function tellOf(data_dir: string, ...argv: string[]): Promise<Told> {
  return spawnTally(environment(data_dir), argv, folder).ended();
}

/** Kills a command with -9 as soon as `there` is. */
async function killWhen(data_dir: string, argv: readonly string[], there: () => boolean): Promise<number> {
  const command = spawnTally(environment(data_dir), argv, folder);
  while (command.process.exitCode === null && !there()) await pause(1);
  command.process.kill("SIGKILL");
  return (await command.ended()).status;
}

test(
  "killed with -9, a backup leaves none under its name and a restore nothing that opens; each done again is whole",
  { timeout: 240_000 },
  async () => {
    const data_dir = join(folder, "killed");
    mkdirSync(join(data_dir, "archives"), { recursive: true });
    writeFileSync(join(data_dir, "archives", "big.parquet"), Buffer.alloc(BIG_BYTES, "usage"));
    const lines = early.map((one) => JSON.stringify(one)).join("\n");
    const file = join(folder, "events.ndjson");
    writeFileSync(file, lines);
    expect(await tellOf(data_dir, "ingest", file)).toMatchObject({ status: 0 });

    const backup = join(folder, "again");
    const unfinished = `${backup}.unfinished`;
    const big = join("files", "archives", "big.parquet");
    const status = await killWhen(data_dir, ["backup", backup], () => existsSync(join(unfinished, big)));
    expect(status).toBe(-1);
    expect(existsSync(backup)).toBe(false);
    const target = join(folder, "target");
    const refused = await tally(environment(target), "restore", unfinished);
    expect(refused).toMatchObject({ status: 1, err: expect.stringContaining("no manifest.json") as string });
    expect(await tellOf(data_dir, "backup", backup)).toMatchObject({ status: 0 });
    expect(existsSync(unfinished)).toBe(false);
    const frozen = readdirSync(join(data_dir, "store", "shadow")).filter((name) => name !== "increment.txt");
    expect([...frozen, ...readdirSync(join(data_dir, "frozen"))]).toEqual([]);

    const restoring = join(target, "restoring", "archives", "big.parquet");
    expect(await killWhen(target, ["restore", backup], () => existsSync(restoring))).toBe(-1);
    const opened = await tally(environment(target), "keys", "list");
    expect(opened).toMatchObject({ status: 1, err: expect.stringContaining("A restore has not ended") as string });
    expect(await tellOf(target, "restore", backup)).toMatchObject({ status: 0 });
    expect(await eventsIn(target)).toBe(await eventsIn(data_dir));
    expect(await eventsIn(target)).toMatch(/^200 /);
  },
);

test("a backup that lacks a file, or has another byte anywhere, is refused before anything is restored", async () => {
  const backup = join(folder, "again");
  const data_dir = join(folder, "refusing");
  const part = "files/archives/big.parquet";
  const [whole, manifest] = [readFileSync(join(backup, part)), readFileSync(join(backup, "manifest.json"), "utf8")];
  const refusedFor = async (reason: string): Promise<void> => {
    const told = await tally(environment(data_dir), "restore", backup);
    expect(told).toMatchObject({ status: 1, err: expect.stringContaining(reason) as string });
    expect(readdirSync(data_dir)).toEqual([]);
  };
  const other = Buffer.from(whole);
  other[other.length - 1] = 0;
  writeFileSync(join(backup, part), other);
  await refusedFor("is not what was written: its SHA-256 differs");
  rmSync(join(backup, part));
  await refusedFor("big.parquet is missing");
  writeFileSync(join(backup, part), whole);
  writeFileSync(join(backup, "manifest.json"), manifest.replace('"bytes":', '"bytes": '));
  await expect(tally(environment(data_dir), "restore", join(folder, "nowhere"))).resolves.toMatchObject({ status: 1 });
  writeFileSync(join(backup, "manifest.json"), manifest.replace("big.parquet", "gib.parquet"));
  await refusedFor("manifest.json is not what was written");
  const { sha256: _sum, ...said } = JSON.parse(manifest) as Manifest;
  writeFileSync(join(backup, "manifest.json"), writeManifest({ ...said, schema_version: 9999 }));
  await refusedFor("the backup has schema 9999, this version of Tallyhouse knows");
  writeFileSync(join(backup, "manifest.json"), manifest);
  writeFileSync(join(data_dir, "something"), "there");
  const told = await tally(environment(data_dir), "restore", backup);
  expect(told.err).toContain("has something in it");
  expect(readFileSync(join(data_dir, "something"), "utf8")).toBe("there");
});
