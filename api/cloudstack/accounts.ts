import Type, { type Static } from "typebox";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

const Row = Type.Object({
  account_id: Type.String(),
  name: Type.String(),
  kind: Type.String(),
  domain: Type.String(),
  state: Type.String(),
  total: Type.String(),
});
/** An account as the endpoint needs it. */
export type AccountRow = Static<typeof Row>;

const Params = Type.Object({
  account_ids: Type.Array(Type.String()),
  domain: Type.String(),
  recursive: Type.Integer(),
  name: Type.String(),
  keyword: Type.String(),
  kinds: Type.Array(Type.String()),
  states: Type.Array(Type.String()),
  skip: Type.Integer(),
  limit: Type.Integer(),
});
const select = defineQuery("api/cloudstack/accounts", Params, Row);
const anyOfThem: Static<typeof Params> = {
  account_ids: [],
  domain: "",
  recursive: 0,
  name: "",
  keyword: "",
  kinds: [],
  states: [],
  skip: 0,
  limit: 1_000_000,
};

/** The accounts that fit; what is left out of the filter counts for nothing. `account_ids` null = all, [] = none. */
export async function findAccounts(
  store: Store,
  {
    account_ids,
    ...filter
  }: Partial<Omit<Static<typeof Params>, "account_ids">> & { account_ids?: readonly string[] | null },
): Promise<AccountRow[]> {
  if (account_ids?.length === 0) return [];
  return select(store.read, { ...anyOfThem, ...filter, account_ids: [...(account_ids ?? [])] });
}
