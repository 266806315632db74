import { type Domain, isBelow } from "../../core/domains.ts";
import type { System } from "../system.ts";
import type { Caller } from "../access/caller.ts";
import { scopeOf } from "../access/scope.ts";
import { noSuchEntity, permissionError } from "./api-error.ts";
import { type AccountRow, findAccounts } from "./accounts.ts";
import type { Page, Params } from "./command.ts";

/** How lists of what accounts have are narrowed, and for whom. */
export const ownerParams = {
  account: { type: "string", description: "Name of an account" },
  domainid: { type: "uuid", description: "Id of a domain", related: "listDomains" },
  isrecursive: { type: "boolean", description: "Whether domains below count too" },
  listall: { type: "boolean", description: "All that the caller may see, which is what is listed anyway" },
} as const satisfies Params;

/** The narrowing of accounts a request asks for, inside of what its caller sees. */
export interface OwnerFilter {
  /** null = all. */
  readonly account_ids: readonly string[] | null;
  readonly domain: string;
  readonly recursive: number;
  readonly name: string;
}

interface Asked {
  readonly account?: string | undefined;
  readonly domainid?: string | undefined;
  readonly isrecursive?: boolean | undefined;
  readonly command: string;
}

interface AccountChoice {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly states: string[];
  readonly kinds?: string[];
}

/** @throws ApiError 431 for a domain that there is not, 531 for one above or beside the caller's */
export async function readOwners(system: System, caller: Caller, asked: Asked): Promise<OwnerFilter> {
  const { account_ids } = await scopeOf(system, caller);
  const domain = asked.domainid === undefined ? null : await system.domains.get(asked.domainid);
  const outside = caller.role === "domain-admin" && domain !== null && !isBelow(domain.path, caller.domain ?? "");
  if (outside || (caller.role === "account" && domain !== null)) throw permissionError("Invalid Domain Id or Account");
  if (asked.domainid !== undefined && domain === null) {
    if (caller.role === "account" || caller.role === "domain-admin")
      throw permissionError("Invalid Domain Id or Account");
    throw noSuchEntity(asked.command, "domainid", asked.domainid);
  }
  return {
    account_ids,
    domain: domain?.path ?? "",
    recursive: asked.isrecursive === true ? 1 : 0,
    name: asked.account ?? "",
  };
}

/** A page of the accounts a list asks for, inside of what its caller sees, each with its domain; and how many there are on all pages. */
export async function ownedAccounts(
  { system, caller, page }: { system: System; caller: Caller; page: Page },
  { id, name, states, kinds = [], command, ...asked }: Asked & AccountChoice,
): Promise<{ accounts: (AccountRow & { place: Domain | undefined })[]; count: number }> {
  const owners = await readOwners(system, caller, { ...asked, account: name ?? asked.account, command });
  const seen =
    id === undefined ? owners.account_ids : owners.account_ids === null || owners.account_ids.includes(id) ? [id] : [];
  const filter = { ...owners, account_ids: seen, states, kinds };
  const rows = await findAccounts(system.store, { ...filter, ...rowsOf(page) });
  // A page beyond the end tells how many there are, too.
  const [counted] = rows.length > 0 ? rows : await findAccounts(system.store, { ...filter, limit: 1 });
  const domains = await domainsByPath(system);
  const accounts = rows.map((account) => ({ ...account, place: domains.get(account.domain) }));
  return { accounts, count: Number(counted?.total ?? 0) };
}

/** All domains, each by its path. */
export async function domainsByPath({ domains }: Pick<System, "domains">): Promise<Map<string, Domain>> {
  return new Map((await domains.list()).map((domain) => [domain.path, domain]));
}

/** `skip` and `limit` of a page; `skip` is a UInt32, and of no list there is more. */
export function rowsOf({ page, size }: Page): { skip: number; limit: number } {
  return size === null ? { skip: 0, limit: 50_000 } : { skip: Math.min((page - 1) * size, 2 ** 32 - 1), limit: size };
}
