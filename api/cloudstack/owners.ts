import type { System } from "../system.ts";
import type { Caller } from "../access/caller.ts";
import { scopeOf } from "../access/scope.ts";
import { isBelow } from "../../core/domains.ts";
import { noSuchEntity, permissionError } from "./api-error.ts";
import type { Params } from "./command.ts";

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

/** @throws ApiError 431 for a domain that there is not, 531 for one above or beside the caller's */
export async function readOwners(
  system: System,
  caller: Caller,
  asked: {
    account?: string | undefined;
    domainid?: string | undefined;
    isrecursive?: boolean | undefined;
    command: string;
  },
): Promise<OwnerFilter> {
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

/** `skip` and `limit` of a page. */
export function rowsOf({ page, size }: { page: number; size: number | null }): { skip: number; limit: number } {
  return size === null ? { skip: 0, limit: 50_000 } : { skip: (page - 1) * size, limit: size };
}
