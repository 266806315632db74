import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Session } from "chdb";
import { outlineOf, readOutline } from "./outline.ts";
import type { Asked } from "./read-request.ts";
import { Refusal, toRefusal } from "./refusal.ts";

/** What a statement gave: rows as they come, and what can be said of it before the first. */
export interface Answer {
  readonly format: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Rows read and written; right once the last chunk is out. */
  readonly counts: { read_rows: number; read_bytes: number; written_rows: number };
}

/** The engine behind the server. Each request has a connection of its own (0.8 ms, measured), so its settings end with it. */
export interface Engine {
  readonly version: string;
  answer(asked: Asked, session: Session | null): Promise<Answer>;
  /** A connection that lives longer than a request. */
  connect(): Session;
  close(): void;
}

/** Opens the engine on a folder. */
export async function openEngine(folder: string): Promise<Engine> {
  const store = resolve(folder, "store");
  const bodies = resolve(folder, "bodies");
  rmSync(bodies, { recursive: true, force: true });
  mkdirSync(bodies, { recursive: true });
  // Tables in memory live as long as somebody is connected.
  const first = new Session(store);
  const version = (await first.queryAsync("SELECT version()", { format: "TabSeparated" })).text().trim();

  async function answer(asked: Asked, kept: Session | null): Promise<Answer> {
    const session = kept ?? new Session(store);
    let left: (() => void) | null = kept === null ? () => session.close() : () => undefined;
    const leave = (): void => {
      left?.();
      left = null;
    };
    try {
      const outline = readOutline(asked.sql);
      if (outline.several) throw new Refusal(62, "SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed)");
      if (asked.sql.trim() === "") throw new Refusal(62, "SYNTAX_ERROR", "Empty query");
      await prepare(session, asked);
      if (!outline.reads) requireDisk();
      const format = outline.format ?? asked.format ?? "TabSeparated";
      const counts = { read_rows: 0, read_bytes: 0, written_rows: 0 };
      if (outline.reads && !asked.wait) {
        const stream = session.queryStream(asked.sql, { format });
        return { format, counts, chunks: streamed(stream, counts, leave) };
      }
      const result =
        outline.takes !== null && asked.data.length + outline.takes.rest.length > 0
          ? await insertData(session, outline.takes, asked.data)
          : await run(session, asked, format);
      if (!outline.reads) requireDisk();
      counts.read_rows = result.rowsRead;
      counts.read_bytes = result.bytesRead;
      if (outline.takes !== null) counts.written_rows = result.rowsRead;
      const bytes = result.bytes();
      leave();
      return {
        format,
        counts,
        chunks: (async function* whole() {
          yield bytes;
        })(),
      };
    } catch (error) {
      leave();
      throw toRefusal(error);
    }
  }

  /** A server says when a write to its disk failed. The engine in this process does not, so a file of ours is tried before and after. */
  function requireDisk(): void {
    try {
      writeFileSync(join(bodies, "tried"), "x");
    } catch (error) {
      throw new Refusal(75, "CANNOT_WRITE_TO_FILE_DESCRIPTOR", `Cannot write to file: ${String(error)}`);
    }
  }

  /** Rows that come with an INSERT go through a file, which takes binary formats too; the engine's own way takes text alone. */
  async function insertData(
    session: Session,
    { head, format, rest }: { head: string; format: string; rest: string },
    data: Buffer,
  ): ReturnType<Session["queryAsync"]> {
    const path = join(bodies, randomUUID());
    writeFileSync(path, rest === "" ? data : Buffer.concat([Buffer.from(`${rest}\n`), data]));
    try {
      const file = `file(${literal(path)}, ${literal(format)}, `;
      const input = outlineOf(head).search(/\binput\s*\(/i);
      if (input >= 0) {
        const sql = head.slice(0, input) + head.slice(input).replace(/^input\s*\(/i, () => file);
        return await session.queryAsync(sql);
      }
      return await session.queryAsync(`${head} SELECT * FROM ${file}${literal(await structureOf(session, head))})`);
    } finally {
      rmSync(path, { force: true });
    }
  }

  return { version, answer, connect: () => new Session(store), close: () => first.close() };
}

async function* streamed(
  stream: ReturnType<Session["queryStream"]>,
  counts: Answer["counts"],
  leave: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) {
      counts.read_rows += chunk.numRows;
      counts.read_bytes += chunk.numBytes;
      yield chunk.raw();
    }
  } catch (error) {
    throw toRefusal(error);
  } finally {
    leave();
  }
}

async function run(session: Session, { sql, data }: Asked, format: string): ReturnType<Session["queryAsync"]> {
  const text = data.length === 0 ? sql : `${sql}\n${data.toString("utf8")}`;
  return session.queryAsync(text, { format });
}

/** Database, settings and parameters of the request. A parameter's text is handed on as it came: escaped once, by the client. */
async function prepare(session: Session, { database, settings, params }: Asked): Promise<void> {
  // One statement for all of them: each is as dear as a short query.
  const said = [
    ...[...settings].map(([name, value]) => `${word(name)} = ${literal(value)}`),
    ...[...params].map(([name, value]) => `param_${word(name)} = ${literal(value)}`),
  ];
  const statements = [
    ...(database === null ? [] : [`USE \`${database.replaceAll("`", "``")}\``]),
    ...(said.length === 0 ? [] : [`SET ${said.join(", ")}`]),
  ];
  if (statements.length > 0) await session.queryAsync(statements.join(";\n"));
}

function word(name: string): string {
  if (!/^\w+$/.test(name)) throw new Refusal(115, "UNKNOWN_SETTING", `Unknown setting '${name}'`);
  return name;
}

function literal(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}

/** Columns and types of the rows an INSERT takes. Dictionaries and aggregates are made by the insert, not by the reading. */
async function structureOf(session: Session, head: string): Promise<string> {
  const found = /^\s*INSERT\s+INTO\s+(?:TABLE\s+)?([\w.`"]+)\s*(?:\(([^)]*)\))?\s*(?:SETTINGS\b.*)?$/is.exec(head);
  if (found === null) throw new Refusal(48, "NOT_IMPLEMENTED", `this test server cannot read data for: ${head}`);
  const described = await session.queryAsync(`DESCRIBE TABLE ${found[1]}`, { format: "JSONCompactEachRow" });
  const rows = described
    .text()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as [name: string, type: string, kind: string]);
  const types = new Map(rows.map(([name, type]) => [name, type]));
  const named = found[2]?.split(",").map((name) => name.trim().replaceAll(/[`"]/g, ""));
  const columns =
    named ?? rows.filter(([, , kind]) => !["MATERIALIZED", "ALIAS", "EPHEMERAL"].includes(kind)).map(([name]) => name);
  return columns.map((name) => `\`${name}\` ${plain(types.get(name), name)}`).join(", ");
}

function plain(type: string | undefined, name: string): string {
  if (type === undefined) throw new Refusal(16, "NO_SUCH_COLUMN_IN_TABLE", `No such column ${name} in table`);
  return type.replace(/^(?:LowCardinality|SimpleAggregateFunction)\((?:\w+, )?(.*)\)$/, "$1");
}
