import { createReadStream, type ReadStream } from "node:fs";
import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import type { FastifyReply, FastifyRequest } from "fastify";
import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { createInTurn } from "../../core/in-turn.ts";
import { convertFile, type FileFormat } from "../../core/file-export.ts";
import type { Store } from "../../core/store.ts";
import { preferred } from "../http/accept.ts";
import { type ReportColumn, toLine } from "./report-columns.ts";

/** A form in which a list can be had as a whole. */
type ReportForm = FileFormat;

const types: Readonly<Record<ReportForm, string>> = {
  csv: "text/csv",
  ndjson: "application/x-ndjson",
  parquet: "application/vnd.apache.parquet",
};

/** What a report may be beside JSON, for its description. */
export const reportContents = Object.fromEntries(
  Object.values(types).map((type) => [type, { schema: Type.Unsafe<string>({ type: "string" }) }]),
);

/** A file may be made and read for as long, in ms: it is as large as what was asked for, and who takes nothing of it is cut off sooner. */
export const FILE_MS = 86_400_000;

/** Rows that are in memory at a time. */
export const REPORT_PAGE = 20_000;

/** All reports take turns, a page each: however many are asked for, one page is in memory and the store has time for others. */
const pageInTurn = createInTurn();
/** And apart from it the writing of files, which may wait long for the engine. */
const fileInTurn = createInTurn();

/**
 * The form a request wants; null = JSON. A file holds the whole answer, so it goes without cursor and limit.
 * @throws AppError not-acceptable, invalid-request
 */
export function reportForm(request: FastifyRequest): ReportForm | null {
  const known = Object.entries(types).map(([form, type]) => [type, form as ReportForm] as const);
  const form = preferred<ReportForm | null>(request.headers.accept, [["application/json", null], ...known]);
  const given = request.query as { cursor?: unknown; limit?: unknown };
  const name = given.cursor === undefined ? (given.limit === undefined ? null : "limit") : "cursor";
  if (form === null || name === null) return form;
  throw new AppError(
    "invalid-request",
    `${name} is given, expected none with ${types[form]}, which has the whole answer`,
    {
      field: name,
    },
  );
}

/**
 * Sends rows as a file: page by page into lines on the disk, from which the engine writes CSV or Parquet. So all forms say what the JSON
 * says, of however many rows only a page is in memory, and what is cut short is an error and no shorter file.
 */
export async function sendReport(
  { store }: { store: Store },
  {
    reply,
    form,
    name,
    columns,
    pages,
  }: {
    reply: FastifyReply;
    form: ReportForm;
    name: string;
    columns: readonly ReportColumn[];
    pages: AsyncIterable<readonly object[]>;
  },
): Promise<FastifyReply> {
  const isWanted = (): boolean => !reply.raw.destroyed && !reply.sent;
  const stream = await openReport({ store }, { form, columns, pages, isWanted });
  if (!isWanted()) {
    stream.destroy();
    return reply;
  }
  return reply
    .type(form === "csv" ? "text/csv; charset=utf-8" : types[form])
    .header("content-disposition", `attachment; filename="${name}.${form}"`)
    .send(stream);
}

/** The report as a file that has no name any more: what is open can be read to its end, and nothing is left behind. */
async function openReport(
  { store }: { store: Store },
  {
    form,
    columns,
    pages,
    isWanted,
  }: {
    form: ReportForm;
    columns: readonly ReportColumn[];
    pages: AsyncIterable<readonly object[]>;
    isWanted: () => boolean;
  },
): Promise<ReadStream> {
  const spool = join(store.data_dir, "spool");
  await mkdir(spool, { recursive: true });
  const folder = await mkdtemp(join(spool, "report-"));
  try {
    const lines = join(folder, "rows.ndjson");
    await writeLines(lines, {
      pages,
      isWanted,
      lineOf: (row) => toLine(row, columns, { spreadsheet: form === "csv" }),
    });
    const path = form === "ndjson" || !isWanted() ? lines : join(folder, `report.${form}`);
    if (path !== lines)
      await fileInTurn(() => convertFile(store.files(store.run), { from: lines, to: path, format: form, columns }));
    const stream = createReadStream(path);
    await once(stream, "open");
    return stream;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes page by page, for as long as somebody waits for it. */
async function writeLines(
  path: string,
  {
    pages,
    isWanted,
    lineOf,
  }: { pages: AsyncIterable<readonly object[]>; isWanted: () => boolean; lineOf: (row: object) => string },
): Promise<void> {
  const file = await open(path, "w");
  const left = pages[Symbol.asyncIterator]();
  async function writeNext(): Promise<boolean> {
    const page = isWanted() ? await left.next() : { done: true as const };
    if (page.done === true) return false;
    await file.write(page.value.map(lineOf).join(""));
    return true;
  }
  try {
    while (await pageInTurn(writeNext));
  } finally {
    await file.close();
  }
}

/** Pages of a list until one is not full; `read` gives what follows a place, undefined = the first page, and where the page ends. */
export async function* everyPageOf<Row, Place>(
  read: (after: Place | undefined) => Promise<{ rows: readonly Row[]; next: Place | null }>,
): AsyncGenerator<readonly Row[]> {
  for (let after: Place | undefined; ;) {
    const { rows, next } = await read(after);
    yield rows;
    if (next === null) return;
    after = next;
  }
}
