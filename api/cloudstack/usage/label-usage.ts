import Type from "typebox";
import { defineQuery } from "../../../core/sql.ts";
import type { Offering, Template } from "../../../core/catalogue.ts";
import type { Domain } from "../../../core/domains.ts";
import type { System } from "../../system.ts";
import { type AccountRow, findAccounts } from "../accounts.ts";
import type { UsageRow } from "./find-usage.ts";

const selectNames = defineQuery(
  "api/cloudstack/names",
  Type.Object({ account_ids: Type.Array(Type.String()), resources: Type.Array(Type.String()) }),
  Type.Object({ account_id: Type.String(), resource: Type.String(), part: Type.String(), name: Type.String() }),
);

/** What stands beside the figures of a page: who and what they are called now. */
export interface Labels {
  account(account_id: string): AccountRow | undefined;
  /** The domain of a path. */
  domain(path: string): Domain | undefined;
  /** The name of a resource or of a part of it; null = nobody named it. */
  name(account_id: string, resource: string, part?: string): string | null;
  offering(id: string): Offering | undefined;
  template(id: string): Template | undefined;
}

/** Looks up the labels of a page, whole lists at a time. */
export async function labelUsage(
  { store, catalogue, domains }: Pick<System, "store" | "catalogue" | "domains">,
  rows: readonly UsageRow[],
): Promise<Labels> {
  const account_ids = [...new Set(rows.map(({ account_id }) => account_id))];
  const resources = new Set(rows.flatMap(({ resource, part, vm }) => [resource, vm, idOfPart(part)]));
  const [accounts, names, all, offerings, templates] = await Promise.all([
    findAccounts(store, { account_ids }),
    rows.length === 0 ? [] : selectNames(store.read, { account_ids, resources: [...resources] }),
    domains.list(),
    catalogue.list("offering"),
    catalogue.list("template"),
  ]);
  const byId = new Map(accounts.map((account) => [account.account_id, account]));
  const byPath = new Map(all.map((domain) => [domain.path, domain]));
  const called = new Map(names.map(({ name, ...of }) => [keyOf(of.account_id, of.resource, of.part), name]));
  const offered = new Map(offerings.map((offering) => [offering.id, offering]));
  const cut = new Map(templates.map((template) => [template.id, template]));
  return {
    account: (account_id) => byId.get(account_id),
    domain: (path) => byPath.get(path),
    name: (account_id, resource, part = "") => called.get(keyOf(account_id, resource, part)) || null,
    offering: (id) => offered.get(id),
    template: (id) => cut.get(id),
  };
}

/** `volume/9c1e…` → `9c1e…`: what a part of a resource is itself. */
export function idOfPart(part: string): string {
  return part.slice(part.indexOf("/") + 1);
}

function keyOf(...names: readonly string[]): string {
  return JSON.stringify(names);
}
