import Type from "typebox";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { InstantMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { Caller } from "./caller.ts";

/** Whose records a caller may see. */
export interface Scope {
  /** null = everybody's. */
  readonly account_ids: readonly string[] | null;
}

const selectAccounts = defineQuery(
  "api/access/accounts_of_domain",
  Type.Object({ domain: Type.String() }),
  Type.Object({ account_id: Type.String() }),
);

/** An account that comes to a domain is seen by its admins after so long at the latest, and so is one that leaves it. */
const freshMs = 3000;
/** No account has this id: a filter by it finds nothing, where one by no id at all would find everything. */
export const nobody = "";

interface Deps {
  readonly store: Store;
  readonly clock: Clock;
}

const known = new WeakMap<Store, Map<string, { ids: Promise<string[]>; read_at: InstantMs }>>();

/** Whose records a caller may see; a domain's accounts are looked up, and kept for seconds. */
export async function scopeOf(system: Deps, { role, domain, account_id }: Caller): Promise<Scope> {
  switch (role) {
    case "admin":
    case "finance":
    case "auditor":
      return { account_ids: null };
    case "account":
      return { account_ids: account_id === null ? [] : [account_id] };
    case "domain-admin":
      return { account_ids: domain === null ? [] : await accountsOf(system, domain) };
    case "producer":
      return { account_ids: [] };
  }
}

/**
 * The ids to filter by: those asked for, where all lie within the scope; without any, all of the scope. null = no filter.
 * @throws AppError not-found for one outside, whether there is such an account or not
 */
export function withinScope({ account_ids }: Scope, asked?: readonly string[]): string[] | null {
  const wanted = asked === undefined || asked.length === 0 ? null : [...asked];
  if (account_ids === null) return wanted;
  const outside = wanted?.find((id) => !account_ids.includes(id));
  if (outside !== undefined) throw outOfSight(outside);
  return wanted ?? (account_ids.length === 0 ? [nobody] : [...account_ids]);
}

/** Whether an account's records may be seen. */
export function isWithinScope({ account_ids }: Scope, account_id: string): boolean {
  return account_ids === null || account_ids.includes(account_id);
}

/** What is said of an account outside the scope: the same as of one that is not there. */
export function outOfSight(account_id: string): AppError {
  return new AppError("not-found", `there is no account "${account_id}"`, { field: "account_id" });
}

async function accountsOf({ store, clock }: Deps, domain: string): Promise<string[]> {
  const domains = known.get(store) ?? new Map<string, { ids: Promise<string[]>; read_at: InstantMs }>();
  known.set(store, domains);
  const now = clock.now();
  const found = domains.get(domain);
  if (found !== undefined && now >= found.read_at && now - found.read_at <= freshMs) return found.ids;
  const ids = selectAccounts(store.read, { domain }).then((rows) => rows.map(({ account_id }) => account_id));
  domains.set(domain, { ids, read_at: now });
  ids.catch(() => domains.delete(domain));
  return ids;
}

/**
 * What lists filter by in SQL, `within`: the accounts a caller may see, none = all; of one that is asked for, it alone.
 * @throws AppError not-found for one outside
 */
export async function seenBy(system: Deps, caller: Caller, asked?: string): Promise<string[]> {
  return withinScope(await scopeOf(system, caller), asked === undefined || asked === "" ? [] : [asked]) ?? [];
}

/** Whether a caller may see the records of an account. */
export async function maySee(system: Deps, caller: Caller, account_id: string): Promise<boolean> {
  return isWithinScope(await scopeOf(system, caller), account_id);
}
