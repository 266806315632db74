// Commands for whoever runs it: completion in a real shell, import of accounts, and a doctor who says what to do.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tally } from "./run-tally.ts";

let root: string;
let environment: Record<string, string>;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "tally-operate-"));
  environment = { TALLY_DATA_DIR: join(root, "data"), TALLY_LOG_LEVEL: "silent" };
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What bash offers behind these words. */
async function offered(...words: string[]): Promise<string[]> {
  const { out } = await tally(environment, "completion", "bash");
  const given = words.map((word) => `'${word}'`).join(" ");
  const ask = `COMP_WORDS=(${given}); COMP_CWORD=${words.length - 1}; _tally; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", `${out}\n${ask}`], { encoding: "utf8" })
    .trim()
    .split("\n");
}

test("bash completes commands, what is below them, their options and the values an option takes", async () => {
  expect(await offered("tally", "back")).toEqual(["backfill", "backup"]);
  expect(await offered("tally", "quarantine", "")).toEqual(["list", "show", "replay", "--help"]);
  expect(await offered("tally", "export", "billing", "--for")).toEqual(["--format"]);
  expect(await offered("tally", "export", "billing", "--format", "")).toEqual(["csv", "parquet", "ndjson"]);
  expect(await offered("tally", "completion", "")).toEqual(["bash", "zsh", "fish", "--help"]);
  // Nothing of ours: bash goes on with files.
  expect(await offered("tally", "export", "billing", "--out", "")).toEqual([""]);
  // What comes before does not lead astray.
  expect(await offered("tally", "settings", "set", "keys", "--")).toEqual(["--json", "--help"]);
});

test("zsh and fish are told of every command and option too; another shell is bad usage", async () => {
  const help = (await tally(environment, "--help")).out;
  const commands = [...help.matchAll(/^ {2}(\w[\w-]*)/gm)]
    .map(([, name]) => name ?? "")
    .filter((name) => name !== "help");
  const [zsh, fish] = [await tally(environment, "completion", "zsh"), await tally(environment, "completion", "fish")];
  expect(zsh.out.startsWith("#compdef tally\n")).toBe(true);
  for (const name of commands) {
    expect(zsh.out).toContain(`' ${name}') compadd -- `);
    expect(fish.out).toMatch(new RegExp(`-n '__tally_at ""' -f -a '${name}' -d '`));
  }
  expect(zsh.out).toContain("' export usage --format') compadd -- 'csv' 'parquet' 'ndjson'; return;;");
  expect(zsh.out).toContain("' export usage --out') _files; return;;");
  expect(fish.out).toContain(`-n '__tally_at " export usage"' -l format -x -a 'csv parquet ndjson'`);
  expect(await tally(environment, "completion", "tcsh")).toMatchObject({ status: 2 });
});

test("accounts come from CSV and JSON, payers before those they pay for; a refused row is named by its line, the rest is written", async () => {
  const csv = join(root, "accounts.csv");
  writeFileSync(
    csv,
    'account_id,name,domain,payer_account_id,time_zone\r\nchild,"Child, ""the"" first",ROOT/acme,house,\r\nhouse,House,ROOT/acme,,Europe/Paris\r\nlost,Lost,ROOT,,Mars/Olympus\r\n',
  );
  const told = await tally(environment, "import", "accounts", csv, "--json");
  expect(told.status).toBe(1);
  expect(JSON.parse(told.out)).toMatchObject({
    rows: 3,
    written: 2,
    refused: [{ line: 4, reason: expect.stringContaining("Mars/Olympus") as string }],
  });
  const json = join(root, "accounts.json");
  writeFileSync(json, JSON.stringify([{ account_id: "child", currency: "EUR" }]));
  expect(await tally(environment, "import", "accounts", json)).toMatchObject({
    status: 0,
    out: "1 of 1 accounts are as the file says, 0 refused\n",
  });
  writeFileSync(csv, 'account_id,name\n"open,never ended\n');
  expect(await tally(environment, "import", "accounts", csv)).toMatchObject({
    status: 1,
    err: expect.stringContaining("line 2 is no CSV") as string,
  });
});

test("a store on a server is neither backed up nor restored here, and nothing is laid down; the doctor sees what stops a start", async () => {
  const elsewhere = { ...environment, TALLY_DATA_DIR: join(root, "none"), TALLY_CLICKHOUSE_URL: "http://127.0.0.1:9" };
  for (const command of ["backup", "restore"]) {
    const { status, err } = await tally(elsewhere, command, root);
    expect([status, err]).toEqual([1, expect.stringContaining("which has BACKUP and RESTORE of its own (README.md")]);
  }
  expect(existsSync(join(root, "none"))).toBe(false);
  const file = join(root, "file");
  writeFileSync(file, "");
  const wrong = [
    [{ TALLY_DATA_DIR: join(file, "data") }, "disk: make room, or set TALLY_DATA_DIR"],
    [{ TALLY_TLS_CERT: file, TALLY_TLS_KEY: file }, "configuration: mend the variables that are named"],
  ] as const;
  for (const [variables, remedy] of wrong) {
    const { status, out } = await tally({ ...environment, ...variables }, "doctor");
    expect(status).toBe(1);
    expect(out).toContain(remedy);
  }
});

test("each line of the doctor that is not ok has a remedy; a backup that was made is ok", async () => {
  const checks = async (): Promise<{ check: string; state: string; remedy: string }[]> =>
    (JSON.parse((await tally(environment, "doctor", "--json")).out) as { checks: never[] }).checks;
  const before = await checks();
  expect(before.find(({ check }) => check === "backup")).toMatchObject({ state: "warning" });
  for (const { check, state, remedy } of before) expect([check, remedy === ""]).toEqual([check, state === "ok"]);
  expect((await tally(environment, "doctor")).out).toContain("backup: tally backup DIR, each night");
  expect(await tally(environment, "backup", join(root, "backup"))).toMatchObject({ status: 0 });
  expect((await checks()).find(({ check }) => check === "backup")).toMatchObject({ state: "ok", remedy: "" });
});

test("a backup into /proc, where Node's own making of folders never ends, is refused in the words of the system", async () => {
  const { status, err } = await tally(environment, "backup", "/proc/tally");
  expect([status, err]).toEqual([
    1,
    expect.stringMatching(/^tally: This contradicts what is there: the folder \S+ cannot be made: ENOENT/) as string,
  ]);
});
