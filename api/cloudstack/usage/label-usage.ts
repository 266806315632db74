import { nameResources } from "../../../aggregate/index.ts";
import type { Offering, Template } from "../../../core/catalogue.ts";
import type { Domain } from "../../../core/domains.ts";
import type { System } from "../../system.ts";
import { type AccountRow, findAccounts } from "../accounts.ts";
import type { UsageRow } from "./find-usage.ts";

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
  const [accounts, nameOf, all, offerings, templates] = await Promise.all([
    findAccounts(store, { account_ids }),
    nameResources({ store }, { account_ids, resources: [...resources] }),
    domains.list(),
    catalogue.list("offering"),
    catalogue.list("template"),
  ]);
  const byId = new Map(accounts.map((account) => [account.account_id, account]));
  const byPath = new Map(all.map((domain) => [domain.path, domain]));
  const offered = new Map(offerings.map((offering) => [offering.id, offering]));
  const cut = new Map(templates.map((template) => [template.id, template]));
  return {
    account: (account_id) => byId.get(account_id),
    domain: (path) => byPath.get(path),
    name: (account_id, resource, part = "") => nameOf({ account_id, resource, part }) || null,
    offering: (id) => offered.get(id),
    template: (id) => cut.get(id),
  };
}

/** `volume/9c1e…` → `9c1e…`: what a part of a resource is itself. */
export function idOfPart(part: string): string {
  return part.slice(part.indexOf("/") + 1);
}
