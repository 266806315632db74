import type { Account } from "../../../core/accounts.ts";
import { isBelow } from "../../../core/domains.ts";
import type { Caller } from "../../access/caller.ts";
import type { System } from "../../system.ts";
import { findAccounts } from "../accounts.ts";
import { noSuchEntity, parameterError, permissionError } from "../api-error.ts";

/** What a request says of whose usage it wants. */
export interface Asked {
  readonly account?: string | undefined;
  readonly domainid?: string | undefined;
  readonly accountid?: string | undefined;
  readonly projectid?: string | undefined;
  readonly isrecursive?: boolean | undefined;
}

interface Deps {
  readonly system: Pick<System, "store" | "accounts" | "domains" | "users">;
  readonly caller: Caller;
  /** The command, for refusals. */
  readonly command: string;
}

const denied = "Invalid Domain Id or Account";

/**
 * Whose usage a request is answered with; null = everybody's, [] = nobody's. In CloudStack's order, but that `account` without `domainid`
 * never widens: there it is ignored, and a root admin sees all; here it is looked for in all domains the caller sees.
 * @throws ApiError 431 for what there is not, 531 for what the caller may not see
 */
export async function whoseUsage(asked: Asked, deps: Deps): Promise<readonly string[] | null> {
  if (asked.projectid !== undefined && asked.accountid !== undefined)
    throw parameterError("Projectid and accountId can't be specified together");
  switch (deps.caller.role) {
    case "account":
      return ofUser(asked, deps);
    case "domain-admin":
      return ofDomainAdmin(asked, deps);
    default:
      return ofRoot(asked, deps);
  }
}

async function ofUser(asked: Asked, { caller: { account_id }, system }: Deps): Promise<string[]> {
  if (account_id === null) throw permissionError(denied);
  const { account, accountid, projectid } = asked;
  const own = account === undefined ? null : await system.accounts.get(account_id);
  const others = [accountid, projectid].some((id) => id !== undefined && id !== account_id);
  if (others || asked.isrecursive === true || asked.domainid !== undefined || (own !== null && own.name !== account))
    throw permissionError(denied);
  return [account_id];
}

async function ofDomainAdmin(asked: Asked, deps: Deps): Promise<readonly string[]> {
  const { system, caller } = deps;
  const domain = caller.domain ?? "";
  const wanted = asked.domainid === undefined ? domain : await pathOf(asked.domainid, deps);
  if (wanted === null || !isBelow(wanted, domain)) throw permissionError(denied);
  const one = asked.projectid ?? asked.accountid;
  if (one !== undefined) {
    const account = await findMeant(one, asked, deps);
    if (account === null || !isBelow(account.domain, wanted)) throw permissionError(denied);
    return [one];
  }
  const recursive = asked.isrecursive === true ? 1 : 0;
  if (asked.account !== undefined) return named(asked.account, { ...asked, path: wanted, recursive: 1 }, deps);
  const user = caller.user_id === null ? null : await system.users.get(caller.user_id);
  // A key of a domain that is nobody's in particular has no account of its own: it sees those of the domain itself.
  if (user !== null && recursive === 0 && asked.domainid === undefined) return [user.account_id];
  return (await findAccounts(system.store, { domain: wanted, recursive })).map(({ account_id }) => account_id);
}

async function ofRoot(asked: Asked, deps: Deps): Promise<readonly string[] | null> {
  const { system, command } = deps;
  const one = asked.projectid ?? asked.accountid;
  const name = asked.projectid === undefined ? "accountid" : "projectid";
  if (one !== undefined) {
    if ((await findMeant(one, asked, deps)) === null) throw noSuchEntity(command, name, one);
    return [one];
  }
  const path = asked.domainid === undefined ? "" : await pathOf(asked.domainid, deps);
  if (path === null) throw noSuchEntity(command, "domainid", asked.domainid ?? "");
  const recursive = asked.isrecursive === true ? 1 : 0;
  if (asked.account !== undefined && (recursive === 0 || path === ""))
    return named(asked.account, { ...asked, path, recursive }, deps);
  if (path === "" || (path === "ROOT" && recursive === 1)) return null;
  return (await findAccounts(system.store, { domain: path, recursive })).map(({ account_id }) => account_id);
}

/** The account of an id, which is to be a project's where a project is asked for; null = there is none. */
async function findMeant(id: string, { projectid }: Asked, { system }: Deps): Promise<Account | null> {
  const account = await system.accounts.get(id);
  return projectid === undefined || account?.kind === "project" ? account : null;
}

/** The accounts of a name in a domain; without one in all that `path` and below it hold. */
async function named(
  name: string,
  { domainid, path, recursive }: Asked & { path: string; recursive: 0 | 1 },
  { system }: Deps,
): Promise<string[]> {
  const found = await findAccounts(system.store, {
    name,
    domain: path,
    recursive: domainid === undefined ? recursive : 0,
  });
  if (found.length > 0) return found.map(({ account_id }) => account_id);
  throw parameterError(`Unable to find account ${name.slice(0, 200)} in domain ${domainid ?? "that the caller sees"}`);
}

async function pathOf(domain_id: string, { system }: Deps): Promise<string | null> {
  return (await system.domains.get(domain_id))?.path ?? null;
}
