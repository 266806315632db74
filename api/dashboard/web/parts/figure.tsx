import type { ComponentChildren } from "preact";
import { Table, type Column } from "./table.tsx";

/** A chart as everybody can read it: what it shows, in a sentence, as a picture, and the same numbers in a table one key away. */
export function Figure<Row>({
  title,
  summary,
  children,
  numbers,
}: {
  readonly title: string;
  readonly summary: string;
  readonly children: ComponentChildren;
  readonly numbers: {
    readonly columns: readonly Column<Row>[];
    readonly rows: readonly Row[];
    readonly keyOf: (row: Row) => string;
    readonly file: string;
    readonly all?: () => Promise<readonly Row[]>;
  };
}) {
  return (
    <figure class="card chart">
      <figcaption>
        <h3>{title}</h3>
        <p>{summary}</p>
      </figcaption>
      {children}
      <details>
        <summary>
          Numbers<span class="unseen"> of {title}</span>
        </summary>
        <Table caption={title} {...numbers} />
      </details>
    </figure>
  );
}
