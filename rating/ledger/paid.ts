import Type from "typebox";
import { defineQuery } from "../../core/sql.ts";

/** What was paid of documents and is open of them; those the ledger knows nothing of are left out. */
export const selectPaid = defineQuery(
  "rating/ledger/paid",
  Type.Object({ ids: Type.Array(Type.String()), payers: Type.Array(Type.String()) }),
  Type.Object({ id: Type.String(), paid: Type.String(), open: Type.String() }),
);
