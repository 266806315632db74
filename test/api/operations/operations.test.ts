// Work that goes on after its request was answered: where to look for it, how it ends, and that a process that died says so.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operation } from "../../../api/operations/operation.ts";
import { openOperations } from "../../../api/operations/operations.ts";
import { readWait } from "../../../api/operations/await-work.ts";
import { at } from "../../at.ts";
import { runCommandLine } from "../../../api/cli/program.ts";
import { createClient, type Send } from "../../../api/client/client.ts";
import { systemClock } from "../../../core/clock.ts";
import { AppError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import { everyPage } from "../asking.ts";
import { event, openTestApi, type TestApi } from "../test-api.ts";

let api: TestApi;
const own = mkdtempSync(join(tmpdir(), "tally-operations-"));
const headers = () => ({ authorization: `Bearer ${api.admin}`, prefer: "respond-async" });
const read = async (id: string): Promise<Operation> =>
  (await api.call("GET", `/v1/operations/${id}`)).json<Operation>();

async function ended(location: unknown): Promise<Operation> {
  for (let looks = 0; looks < 5000; looks += 1) {
    const found = await read(String(location).replace("/v1/operations/", ""));
    if (found.state !== "running") return found;
  }
  throw new Error(`${String(location)} does not end`);
}

beforeAll(async () => {
  api = await openTestApi();
  await api.call("POST", "/v1/accounts", { account_id: "acme-id" });
  await api.call("POST", "/v1/events", [event("e1", "VM.START", "2026-10-01T00:00:00Z")]);
  api.clock.set(at("2026-11-04T12:00:00Z"));
  await api.system.aggregate({ until: api.clock.now() });
});
afterAll(async () => {
  await api.close();
  rmSync(own, { recursive: true, force: true });
});

test("a closing that is not waited for is an operation, which ends with what the request would have been answered", async () => {
  const body = { reason: "month end", overrides: [{ finding: "unrated", reason: "no prices yet" }] };
  const answered = await api.call("POST", "/v1/periods/2026-10/close", body, headers());
  expect(answered.statusCode, answered.body).toBe(202);
  const begun = answered.json<Operation>();
  expect(answered.headers["location"]).toBe(`/v1/operations/${begun.id}`);
  expect(begun).toMatchObject({ kind: "close-period", subject: "2026-10", state: "running", outcome: null });
  const done = await ended(answered.headers["location"]);
  expect(done, done.error ?? "").toMatchObject({ state: "succeeded", error: null });
  expect(done.outcome).toMatchObject({ period: "2026-10", closed: [{ payer_account_id: "acme-id", state: "closed" }] });
  const again = await api.call("POST", "/v1/periods/2026-10/close", body);
  expect(again.json()).toMatchObject({ closed: (done.outcome as { closed: object[] }).closed });
});

test("what fails later says why; what is wrong at once is refused at once", async () => {
  const run = await api.system.runs.begin("aggregate");
  const answered = await api.call("POST", "/v1/findings/check", undefined, headers());
  const told = answered.statusCode === 202 ? await ended(answered.headers["location"]) : answered.json<Operation>();
  expect(JSON.stringify(told)).toContain(run.id);
  // Who waits for it hears the same as who is refused at once.
  const send: Send = async ({ method, path, headers: given }) => {
    const { statusCode, rawPayload, headers: of } = await api.call(method, path, undefined, { ...given, ...headers() });
    return { status: statusCode, bytes: rawPayload, location: of.location };
  };
  await expect(
    createClient(send, api.admin).call({ method: "POST", path: "/v1/findings/check" }),
  ).rejects.toMatchObject({ key: "run-in-progress", message: expect.stringContaining(run.id) as string });
  await api.system.runs.step(run, { state: "unchanged" });
  api.system.runs.end(run);
  expect((await api.call("POST", "/v1/periods/2026-13/close", {}, headers())).statusCode).toBe(400);
});

test("runs and exports are operations under their own ids, and tell the same of themselves there as here", async () => {
  const run = (await api.call("POST", "/v1/runs", { kind: "aggregate" })).json<{ id: string; counts: object }>();
  expect(await read(run.id)).toMatchObject({ kind: "aggregate", state: "succeeded", result: `/v1/runs/${run.id}` });
  const order = { kind: "usage", period: "2026-10", format: "csv" };
  const made = await api.call("POST", "/v1/exports", order);
  const done = await ended(made.headers["location"]);
  expect(done).toMatchObject({ kind: "export", subject: "usage", state: "succeeded" });
  expect((await api.call("GET", done.result ?? "")).statusCode).toBe(200);
  const failed = await api.call("POST", "/v1/exports", { ...order, kind: "focus", period: "2025-01" });
  expect(await ended(failed.headers["location"])).toMatchObject({
    state: "failed",
    error: "2025-01 is not rated yet",
    result: null,
  });
});

test("a backup is an operation under its own id, which tells how far it is, what it came to, and why it failed", async () => {
  const dir = join(own, "backup");
  const made = await api.call("POST", "/v1/backups", { dir });
  const { id } = made.json<{ id: string }>();
  expect(made.headers["location"]).toBe(`/v1/operations/${id}`);
  const done = await ended(made.headers["location"]);
  expect(done, done.error ?? "").toMatchObject({ kind: "backup", subject: dir, state: "succeeded", progress: null });
  expect(done.asked_by).toMatch(/\(key_\w+\)$/);
  expect(done.outcome).toEqual((await api.call("GET", `/v1/backups/${id}`)).json());
  const { operations, clock } = api.system;
  const work = { id: "backup_x", kind: "backup", subject: dir, asked_by: "x", began: clock.now() };
  const progress = { what: "copying files", done: "3", total: "7", unit: "MiB" };
  let end = (_with: object): void => undefined;
  const outcome = new Promise<object>((resolve) => (end = resolve));
  await operations.follow({ ...work, outcome, progress: () => progress });
  expect(await read("backup_x")).toMatchObject({ state: "running", progress });
  end({ files: 1 });
  await operations.settled();
  expect(await read("backup_x")).toMatchObject({ state: "succeeded", progress: null, outcome: { files: 1 } });
  const failed = Promise.reject(new AppError("disk-full", "3 MiB are free"));
  await operations.follow({ ...work, id: "backup_z", outcome: failed });
  await operations.settled();
  expect(await read("backup_z")).toMatchObject({
    state: "failed",
    error: "3 MiB are free",
    outcome: { type: "/problems/disk-full", detail: "3 MiB are free" },
  });
});

test("work that is no run tells how far the run has come that who asked for it began, and of nobody else's", async () => {
  const { operations, runs, clock } = api.system;
  let end = (_with: object): void => undefined;
  const outcome = new Promise<object>((resolve) => (end = resolve));
  const work = { kind: "close-period", subject: "2026-10", asked_by: "finance", began: clock.now(), outcome };
  const { id } = await operations.follow(work);
  const told = { what: "computing windows", unit: "windows", done: "8", total: "31" };
  for (const [asked_by, progress] of [
    ["another", null],
    ["finance", told],
  ] as const) {
    const run = await runs.begin("aggregate", "", { asked_by });
    await runs.beat(run, { what: "computing windows", unit: "windows", done: 8, total: 31 });
    expect(await read(id)).toMatchObject({ state: "running", progress });
    expect((await operations.list({ before: null, limit: 50 })).find((one) => one.id === id)?.progress).toEqual(
      progress,
    );
    await runs.step(run, { state: "unchanged" });
    runs.end(run);
  }
  end({});
  await operations.settled();
});

test("a folder that cannot be one of a backup is refused at once, with the reason and nothing left behind", async () => {
  const [full, file] = [join(own, "full"), join(own, "file")];
  mkdirSync(full);
  for (const made of [file, join(full, "x")]) writeFileSync(made, "");
  const refused = {
    [full]: [409, `${full} is there and not empty: each backup goes into a folder of its own`],
    [file]: [409, `${file} is there and not empty: each backup goes into a folder of its own`],
    [join(file, "below")]: [409, expect.stringContaining("cannot be made: ENOTDIR: not a directory") as string],
    [join(api.system.store.data_dir, "inside")]: [
      400,
      expect.stringContaining("expected a folder elsewhere") as string,
    ],
  };
  for (const [dir, told] of Object.entries(refused)) {
    const answer = await api.call("POST", "/v1/backups", { dir });
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual(told);
  }
  expect(readdirSync(own).filter((name) => name.endsWith(".unfinished"))).toEqual([]);
});

test("tally shows how far work is that it waits for, where a person watches", async () => {
  const url = await api.app.listen({ port: 0, host: "127.0.0.1" });
  const told = { out: "", err: "" };
  const output = {
    out: (text: string) => void (told.out += text),
    err: (text: string) => void (told.err += text),
    is_live: true,
  };
  const environment = { TALLY_URL: url, TALLY_TOKEN: api.admin };
  const dir = join(own, "shown");
  expect(await runCommandLine(["backup", dir], { output, clock: systemClock, environment }), told.err).toBe(0);
  expect(told.err).toMatch(/\[[#-]{24}\] {2}\d+ of \d+ MiB, copying files/);
  expect(told.out).toContain(`${dir}: all that was there at `);
  told.err = "";
  // The check has to wait for its lane, and the server answers once three seconds of its clock have passed.
  const held = api.system.store.run.query({ query: "SELECT sleepEachRow(0.1) FROM numbers(15)" });
  const moving = setInterval(() => api.clock.advance(1_000), 20);
  const checked = runCommandLine(["findings", "check"], { output, clock: systemClock, environment });
  const status = await checked.finally(() => clearInterval(moving));
  expect([status, told.err]).toEqual([
    0,
    expect.stringMatching(/\[[#-]{24}\] {2}(check-sanity has begun|\d+ of \d+ )/),
  ]);
  await held;
  const elsewhere = await runCommandLine(["backup", "here"], { output, clock: systemClock, environment });
  expect([elsewhere, told.err]).toEqual([1, expect.stringContaining('dir is "here", expected an absolute path')]);
});

test("the list has every operation once, those begun last first, by state", async () => {
  const { data, pages } = await everyPage(api, "/v1/operations?limit=2");
  expect(pages).toBeGreaterThan(1);
  const ids = data.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const begun = data.map(({ began_at }) => String(began_at));
  expect(begun).toEqual(begun.toSorted().toReversed());
  const failed = (await everyPage(api, "/v1/operations?limit=50&state=failed")).data;
  expect(failed.length).toBe(data.filter(({ state }) => state === "failed").length);
  expect(failed.length).toBeGreaterThan(0);
});

test("work whose process died is failed at the next start, and says so; a run of a process that died does, too", async () => {
  const { store, clock } = api.system;
  const theirs = { ...store, data_dir: own };
  const deps = { clock, log: silentLog, runs: { holds: () => false } };
  const before = await openOperations({ ...deps, store: theirs });
  const left = await before.follow({
    kind: "close-period",
    subject: "2026-09",
    asked_by: "x",
    began: clock.now(),
    outcome: new Promise(() => undefined),
  });
  expect(await read(left.id)).toMatchObject({ state: "running", ended_at: null });
  const after = await openOperations({ ...deps, store: theirs });
  expect(await after.get(left.id)).toMatchObject({
    state: "failed",
    error: "interrupted: the process that did it ended",
  });
  // In a backup that is restored elsewhere, the backup itself is on its way.
  const there = await openOperations({ ...deps, store: { ...store, data_dir: join(own, "theirs") } });
  const backup = { id: "backup_y", kind: "backup", subject: "/x", asked_by: "x", began: clock.now() };
  await there.follow({ ...backup, outcome: new Promise(() => undefined) });
  expect(await read("backup_y")).toMatchObject({ state: "running" });
  expect(await (await openOperations({ ...deps, store: theirs })).get("backup_y")).toMatchObject({ state: "failed" });

  const run = await api.system.runs.begin("aggregate");
  expect(await read(run.id)).toMatchObject({ state: "running" });
  expect(await after.get(run.id)).toMatchObject({ state: "failed", error: "its process ended before it did" });
  await api.system.runs.step(run, { state: "unchanged" });
  api.system.runs.end(run);
});

test.each([
  [undefined, 30],
  ["respond-async", 0],
  ["wait=5", 5],
  ["respond-async, wait=10", 10],
  ["wait=600", 60],
  ["wait=soon; something", 30],
])("Prefer %s waits %i seconds", (header, seconds) => {
  expect(readWait(header)).toBe(seconds);
});
