import { layOut, type Shown } from "./lay-out.ts";
import { renderCsv } from "./render-csv.ts";
import { renderHtml } from "./render-html.ts";
import type { Statement } from "../statement.ts";
import type { Typesetter } from "./typeset.ts";
import { lackingForUbl, writeUbl } from "./ubl/write-ubl.ts";

/** What a statement can be had as, beside JSON, with the media type of each. */
export const documentFormats = {
  pdf: "application/pdf",
  html: "text/html",
  csv: "text/csv",
  ubl: "application/xml",
} as const;
export type DocumentFormat = keyof typeof documentFormats;

/** A document as a file. */
export interface DocumentFile {
  readonly content: string | Uint8Array;
  readonly media_type: string;
  readonly file_name: string;
}

const endings: Readonly<Record<DocumentFormat, string>> = { pdf: "pdf", html: "html", csv: "csv", ubl: "xml" };

/**
 * A statement as a file; the same statement is the same bytes. A PDF has the e-invoice attached where there can be one.
 * @throws AppError conflict where it lacks what an e-invoice must say; internal where a PDF could not be set
 */
export async function makeDocument(
  { typesetter }: { typesetter: Typesetter },
  { document, format, shown }: { document: Statement; format: DocumentFormat; shown: Shown },
): Promise<DocumentFile> {
  const file_name = `${(document.number ?? document.id).replace(/[^\w.-]+/g, "-")}.${endings[format]}`;
  const charset = format === "html" || format === "csv" ? "; charset=utf-8" : "";
  const media_type = `${documentFormats[format]}${charset}`;
  return { content: await contentOf(), media_type, file_name };

  async function contentOf(): Promise<string | Uint8Array> {
    switch (format) {
      case "csv":
        return renderCsv(document, shown);
      case "html":
        return renderHtml(layOut(document, shown));
      case "ubl":
        return writeUbl(document, shown);
      case "pdf": {
        const ubl = lackingForUbl(document).length === 0 ? writeUbl(document, shown) : undefined;
        return (await typesetter.typeset(layOut(document, shown), ubl)).pdf;
      }
    }
  }
}
