import type { System } from "./system.ts";
import { readAccounts } from "./every-page.ts";
import { readablePrice, readableQuantity } from "./line-units.ts";
import {
  createTypesetter,
  type DocumentFile,
  type DocumentFormat,
  makeDocument,
  type Shown,
  type Statement,
  type Typesetter,
} from "../rating/index.ts";
import { traced } from "../core/trace.ts";

/** Statements as files. */
export interface Documenting {
  /** @throws AppError conflict where a statement lacks what an e-invoice must say */
  makeDocument(statement: Statement, format: DocumentFormat): Promise<DocumentFile>;
  /** Ends the thread that sets PDFs, if one was begun. */
  closeDocuments(): Promise<void>;
}

/** Above so many accounts on a statement all are read at once. */
const NAMES_ONE_BY_ONE = 20;

/** Statements as files, with names, units and numbers as they are read elsewhere. */
export function createDocumenting(
  system: Pick<System, "accounts" | "statements" | "usageTypes" | "settings">,
): Documenting {
  const { accounts, statements, usageTypes, settings } = system;
  let typesetter: Promise<Typesetter> | null = null;
  const beginTypesetter = async (): Promise<Typesetter> =>
    createTypesetter({ fonts_folder: await settings.get("documents.fonts.folder") });

  async function namesOf({ payer_account_id, lines }: Statement): Promise<Map<string, string>> {
    const ids = [...new Set([payer_account_id, ...lines.map(({ account_id }) => account_id)])];
    if (ids.length > NAMES_ONE_BY_ONE)
      return new Map([...(await readAccounts(accounts))].map(([id, { name }]) => [id, name]));
    const found = await Promise.all(ids.map((id) => accounts.get(id)));
    return new Map(found.flatMap((account) => (account === null ? [] : [[account.account_id, account.name]])));
  }

  async function documentsOf({ reverses, replaces, lines }: Statement): Promise<Shown["documents"]> {
    const adjusted = lines.map(({ adjusts }) => adjusts?.statement_id ?? null);
    const ids = [...new Set([reverses, replaces, ...adjusted])].filter((id) => id !== null);
    const found = await Promise.all(ids.map((id) => statements.get(id)));
    return new Map(
      found.flatMap((one) => (one === null ? [] : [[one.id, { number: one.number, issued_on: one.issued_on }]])),
    );
  }

  return {
    makeDocument: async (statement, format) => {
      const types = usageTypes.list();
      const shown: Shown = {
        names: await namesOf(statement),
        documents: await documentsOf(statement),
        read: (line) => {
          const price = readablePrice(line);
          return { ...readableQuantity(line, types), price: price === "no price" ? null : price };
        },
      };
      typesetter ??= beginTypesetter();
      const setter = await typesetter;
      const named = { "tally.statement.id": statement.id, "tally.document.format": format };
      return traced("statement document", named, () =>
        makeDocument({ typesetter: setter }, { document: statement, format, shown }),
      );
    },
    closeDocuments: async () => (await typesetter)?.close(),
  };
}
