import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { addressTo, go, here, path, query, said } from "../address.ts";
import { say } from "../announce.ts";
import { toCsv } from "../csv.ts";
import { countOf } from "../figures.ts";
import { nextOrder, type Order, readOrder, sortRows } from "../sort.ts";

/** A column: what stands in it on the page, and what in a file. The first is the heading of its row. */
export interface Column<Row> {
  readonly title: string;
  /** Figures stand to the right under each other; `text` stands to the left. */
  readonly text?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
  /** What a file holds: the exact value. Left out, `cell` gives a string; null = the column is for the eye alone. */
  readonly csv?: ((row: Row) => string) | null;
}

interface TableOptions<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** The name of its file, without `.csv`. */
  readonly file: string;
  /** The last row: sums. */
  readonly foot?: readonly ComponentChildren[];
  readonly rowClass?: (row: Row) => string;
  /** Of a list that the API gives in pages: where the next one begins, and all of it for a file. Without `next`, `rows` are a part of `all`. */
  readonly next?: string | null;
  readonly all?: () => Promise<readonly Row[]>;
}

/** Rows on the page at once. */
const ROWS_MAX = 500;

/** A table with a caption, a file of itself, and pages when it is long; where it stands in its pages is in the address. */
export function Table<Row>(options: TableOptions<Row>) {
  const { caption, columns, rows, keyOf, foot, rowClass, next = null } = options;
  const name = `page-${options.file}`;
  const page = Math.max(1, Number(said(name, "1")) || 1);
  // A list that the API gives in pages has the API's order.
  const isWhole = next === null && said("cursor") === "";
  const sort_name = `sort-${options.file.replace(/-\d{4}-\d{2}$/, "")}`;
  const order = isWhole ? readOrder(said(sort_name)) : null;
  const sorted_by = order === null ? undefined : columns[order.column];
  const sorted =
    order === null || sorted_by === undefined
      ? rows
      : sortRows(rows, (row) => valueOf(sorted_by, row), order.is_falling);
  const shown = rows.length <= ROWS_MAX ? sorted : sorted.slice((page - 1) * ROWS_MAX, page * ROWS_MAX);
  return (
    <div class="card table">
      <div class="tablehead">
        <p class="muted" aria-hidden="true">
          {caption}
        </p>
        <CsvButton {...options} rows={sorted} />
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
        <table class={columns.length > 3 ? "wide" : ""}>
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column, index) => (
                <Title
                  key={column.title}
                  title={column.title}
                  isText={column.text === true || index === 0}
                  order={order}
                  index={index}
                  sort={isWhole && rows.length > 1 && column.csv !== null ? sort_name : null}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={keyOf(row)} class={rowClass?.(row) ?? ""}>
                {columns.map(({ title, text, cell }, index) =>
                  index === 0 ? (
                    <th scope="row" key={title}>
                      {cell(row)}
                    </th>
                  ) : (
                    <td class={text === true ? "text" : ""} data-title={title} key={title}>
                      {cell(row)}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
          {foot === undefined ? null : (
            <tfoot>
              <tr>
                {foot.map((cell, index) =>
                  index === 0 ? (
                    <th scope="row" key={index}>
                      {cell}
                    </th>
                  ) : (
                    <td
                      class={columns[index]?.text === true ? "text" : ""}
                      data-title={columns[index]?.title}
                      key={index}
                    >
                      {cell}
                    </td>
                  ),
                )}
              </tr>
            </tfoot>
          )}
        </table>
      </div>
      {rows.length > ROWS_MAX ? <RowPages name={name} page={page} count={rows.length} /> : null}
      {next !== null || said("cursor") !== "" ? <ListPages next={next} caption={caption} /> : null}
    </div>
  );
}

/** The title of a column; where the rows can be put in its order, a button that does so and says so in the address. */
function Title({
  title,
  isText,
  index,
  order,
  sort,
}: {
  readonly title: string;
  readonly isText: boolean;
  readonly index: number;
  readonly order: Order | null;
  readonly sort: string | null;
}) {
  const own = order?.column === index ? order : null;
  return (
    <th
      scope="col"
      class={isText ? "text" : ""}
      aria-sort={own === null ? undefined : own.is_falling ? "descending" : "ascending"}
    >
      {sort === null ? (
        title
      ) : (
        <button
          type="button"
          class="title"
          onClick={() => go(here({ [sort]: nextOrder(order, index, { text: isText }) }), { quietly: true })}
        >
          {title}
          {own === null ? null : <span aria-hidden="true">{own.is_falling ? " ↓" : " ↑"}</span>}
        </button>
      )}
    </th>
  );
}

function CsvButton<Row>({ caption, columns, rows, file, next, all }: TableOptions<Row>) {
  const [busy, setBusy] = useState(false);
  if (rows.length === 0) return null;
  const partial = next === undefined ? all !== undefined : next !== null || said("cursor") !== "";
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const whole = partial && all !== undefined ? await all() : rows;
      const kept = columns.filter(({ csv }) => csv !== null);
      const lines = whole.map((row) => kept.map((column) => valueOf(column, row)));
      download(
        `${file}.csv`,
        toCsv(
          kept.map(({ title }) => title),
          lines,
        ),
      );
      say(`${countOf(whole.length, "row")} saved as ${file}.csv`);
    } catch (error) {
      say(`The file was not made: ${String(error)}`);
    }
    setBusy(false);
  };
  return (
    <button
      type="button"
      class="quiet small"
      disabled={busy}
      onClick={() => void save()}
      aria-label={`CSV of ${caption}`}
    >
      {busy ? "Reading…" : partial && all === undefined ? "CSV of this page" : "CSV"}
    </button>
  );
}

function RowPages({ name, page, count }: { readonly name: string; readonly page: number; readonly count: number }) {
  const last = Math.ceil(count / ROWS_MAX);
  const at = (to: number): string =>
    addressTo(path.value, { ...Object.fromEntries(query.value), [name]: to === 1 ? "" : to });
  return (
    <nav class="pages" aria-label="Pages">
      {page > 1 ? <a href={at(page - 1)}>Previous</a> : null}
      <span>
        Rows {(page - 1) * ROWS_MAX + 1}–{Math.min(count, page * ROWS_MAX)} of {count}
      </span>
      {page < last ? <a href={at(page + 1)}>Next</a> : null}
    </nav>
  );
}

function ListPages({ next, caption }: { readonly next: string | null; readonly caption: string }) {
  const at = (cursor: string): string => addressTo(path.value, { ...Object.fromEntries(query.value), cursor });
  return (
    <nav class="pages" aria-label={`Pages of ${caption}`}>
      {said("cursor") === "" ? null : <a href={at("")}>First page</a>}
      {next === null ? <span>The last page</span> : <a href={at(next)}>Next page</a>}
    </nav>
  );
}

/** What a row says in a column: exact where the column has it so. */
function valueOf<Row>({ csv, cell }: Column<Row>, row: Row): string {
  return csv?.(row) ?? textOf(cell(row));
}

/** The text of what a cell shows, where that is text. */
function textOf(cell: ComponentChildren): string {
  return typeof cell === "string" || typeof cell === "number" ? String(cell) : "";
}

function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
