import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findHolder, takeDataLock } from "../../api/data-lock.ts";

const root = mkdtempSync(join(tmpdir(), "tally-lock-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const newDirectory = (): string => join(root, String((made += 1)));
const lockOf = (directory: string): string => join(directory, "tally.lock");

test("a directory held by a living process is refused, and the refusal names the process, its address and the variable to set", () => {
  const directory = newDirectory();
  const lock = takeDataLock(directory);
  lock.publish({ url: "http://127.0.0.1:8080", token: "secret", certificate: null });
  const refusal = new RegExp(`process ${process.pid} holds .* answers at http://127.0.0.1:8080; set TALLY_DATA_DIR`);
  expect(() => takeDataLock(directory)).toThrow(refusal);
  lock.release();
});

test("what is published can be read by its owner alone, and is gone after release", () => {
  const directory = newDirectory();
  const lock = takeDataLock(directory);
  expect(findHolder(directory)).toMatchObject({ pid: process.pid, url: null, token: null });
  lock.publish({ url: "http://127.0.0.1:1", token: "secret", certificate: null });
  expect(findHolder(directory)).toMatchObject({
    pid: process.pid,
    url: "http://127.0.0.1:1",
    token: "secret",
    certificate: null,
  });
  expect(statSync(lockOf(directory)).mode & 0o777).toBe(0o600);
  lock.release();
  lock.release();
  expect(findHolder(directory)).toBeNull();
});

test("the lock of a process that is gone is taken over", async () => {
  const directory = newDirectory();
  takeDataLock(directory).release();
  const gone = spawn(process.execPath, ["-e", ""]);
  await once(gone, "exit");
  writeFileSync(
    lockOf(directory),
    JSON.stringify({ pid: gone.pid, started: "1", url: "http://127.0.0.1:9", token: "old" }),
  );
  expect(findHolder(directory)).toBeNull();
  takeDataLock(directory).release();
});

test("a pid that was given to another process since does not keep the directory", () => {
  const directory = newDirectory();
  takeDataLock(directory).release();
  writeFileSync(lockOf(directory), JSON.stringify({ pid: process.ppid, started: "1", url: null, token: null }));
  const lock = takeDataLock(directory);
  expect(JSON.parse(readFileSync(lockOf(directory), "utf8"))).toMatchObject({ pid: process.pid });
  lock.release();
});

test("a lock cut short by a crash is taken over", () => {
  const directory = newDirectory();
  takeDataLock(directory).release();
  writeFileSync(lockOf(directory), '{"pid":');
  takeDataLock(directory).release();
});
