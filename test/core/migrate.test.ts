import { afterAll, beforeAll, expect, test } from "vitest";
import { AppError } from "../../core/errors.ts";
import { migrate, type Migration, readMigrations, splitStatements } from "../../core/migrate.ts";
import type { Store } from "../../core/store.ts";
import { readSchema } from "../sql/read-schema.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

let opened: TestStore;
let ours: readonly Migration[];
beforeAll(async () => {
  opened = await openTestStore();
  ours = readMigrations();
});
afterAll(() => opened.close());

type Client = Store["write"];
const ledger = async (): Promise<unknown> => {
  const query =
    "SELECT version, name, sha256, applied_at FROM schema_migration WHERE version > 0 ORDER BY version, applied_at";
  return (await opened.store.read.query({ query, format: "JSONEachRow" })).json();
};
const refusal = (migrations: readonly Migration[]): Promise<unknown> =>
  migrate(opened.store.write, migrations).then(
    () => "accepted",
    (error: unknown) => error,
  );

/** A client whose process is killed after so many more statements. */
function killedAfter(statements: number): Client {
  let left = statements;
  const alive = (): void => {
    if (left-- <= 0) throw new Error("killed");
  };
  const { write } = opened.store;
  return Object.create(write, {
    command: { value: async (params: Parameters<Client["command"]>[0]) => (alive(), write.command(params)) },
    insert: { value: async (params: Parameters<Client["insert"]>[0]) => (alive(), write.insert(params)) },
  }) as Client;
}

test("our migrations are numbered from 1 without a gap", () => {
  expect(ours.map(({ version }) => version)).toEqual(ours.map((_, index) => index + 1));
  expect(ours.filter(({ statements }) => statements.length === 0)).toEqual([]);
});

test("every statement of a migration may be run again", () => {
  // What moves rows leaves out those it has moved.
  const again =
    /\bIF (NOT )?EXISTS\b|^CREATE OR REPLACE\b|^DELETE FROM\b|^INSERT INTO (\w+)\b[^]*NOT IN \(SELECT [^)]* FROM \2\b/;
  const once = ours.flatMap(({ statements }) => statements).filter((text) => !again.test(text));
  expect(once).toEqual([]);
});

test("migrating twice changes nothing", async () => {
  const before = [await ledger(), await readSchema(opened.store.read)];
  expect(await migrate(opened.store.write)).toBe(0);
  expect([await ledger(), await readSchema(opened.store.read)]).toEqual(before);
});

test("a migration that was edited after it had been applied is refused, and nothing is changed", async () => {
  const before = await ledger();
  const edited = ours.map((one) => (one.version === 2 ? { ...one, sha256: "0".repeat(64) } : one));
  const next = {
    version: ours.length + 1,
    name: "next",
    sha256: "1",
    statements: ["CREATE TABLE never_made (n UInt8) ENGINE = Memory"],
  };
  const error = await refusal([...edited, next]);
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({
    key: "schema-mismatch",
    message: expect.stringContaining(`migration 2 (${ours[1]?.name})`) as string,
  });
  expect(await ledger()).toEqual(before);
  expect(await readSchema(opened.store.read)).not.toContain("never_made");
});

test("a store that a newer version has migrated is refused, with both numbers named", async () => {
  const error = await refusal(ours.slice(0, -1));
  const last = ours.at(-1) as Migration;
  expect(error).toMatchObject({ key: "schema-mismatch" });
  expect((error as AppError).message).toBe(
    `the store has migration ${last.version} (${last.name}), this version knows ${last.version - 1} at most`,
  );
});

test("only what is missing is applied", async () => {
  const next = {
    version: ours.length + 1,
    name: "next",
    sha256: "2",
    statements: ["CREATE TABLE IF NOT EXISTS made_next (n UInt8) ENGINE = Memory"],
  };
  expect(await migrate(opened.store.write, [...ours, next])).toBe(1);
  expect(await migrate(opened.store.write, [...ours, next])).toBe(0);
  await opened.store.write.command({ query: "DROP TABLE made_next" });
  await opened.store.write.command({ query: `DELETE FROM schema_migration WHERE version = ${next.version}` });
});

test("a migration killed after any of its statements is finished by the next start", async () => {
  const wanted = await readSchema(opened.store.read);
  const tables = "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY engine LIKE '%View' DESC";
  const result = await opened.store.read.query({ query: tables, format: "JSONEachRow" });
  for (const { name } of await result.json<{ name: string }>())
    await opened.store.write.command({ query: `DROP TABLE ${name}` });

  // a life makes the ledger and then so many statements; one more than the migration has, and its ledger row is written too
  for (const { version, statements } of ours) {
    for (let done = 0; done <= statements.length + 1; done += 1) {
      await expect(migrate(killedAfter(1 + done)), `migration ${version} killed after ${done}`).rejects.toThrow(
        "killed",
      );
    }
  }
  await migrate(opened.store.write);
  expect(await readSchema(opened.store.read)).toBe(wanted);
  expect(((await ledger()) as unknown[]).length).toBe(ours.length);
});

test("statements are split at a semicolon that ends a line, and comments are dropped", () => {
  const text =
    "-- What it is; in short.\n\nCREATE TABLE a (\n  -- bytes;\n  n Int8\n);\n\nINSERT INTO a SELECT 1 AS n, ';' AS t;  \n-- the end\n";
  expect(splitStatements(text)).toEqual(["CREATE TABLE a (\n\n  n Int8\n)", "INSERT INTO a SELECT 1 AS n, ';' AS t"]);
  expect(splitStatements("-- nothing\n")).toEqual([]);
  expect(splitStatements("SELECT 1")).toEqual(["SELECT 1"]);
});
