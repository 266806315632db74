import type { Accounts } from "../../core/accounts.ts";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { parseInstant } from "../../core/instant.ts";
import { isNetwork } from "./networks.ts";
import type { Role } from "./roles.ts";
import type { Users } from "./users.ts";

/** What a key is asked for as; what does not belong to its role must be left out. */
export interface NewKey {
  readonly name: string;
  /** Of a key for a user: left out, since it has the user's. */
  readonly role?: Role;
  readonly account_id?: string;
  readonly domain?: string;
  readonly user_id?: string;
  readonly sources?: readonly string[];
  readonly expires_at?: string;
  readonly cidrs?: readonly string[];
}

/** What a key may do and for whom, once all is known; '' = none, 0 = never. */
export interface KeyScope {
  readonly role: Role;
  readonly account_id: string;
  readonly domain: string;
  readonly user_id: string;
  readonly sources: string[];
  readonly cidrs: string[];
  readonly expires_ms: string;
}

interface Deps {
  readonly accounts: Accounts;
  readonly users: Users;
  readonly clock: Clock;
}

/** Each role with what it needs, and nothing else with it. @throws AppError invalid-request, naming the field */
export async function checkKey({ accounts, users, clock }: Deps, asked: NewKey): Promise<KeyScope> {
  const { account_id = "", domain = "", user_id = "", sources = [], cidrs = [] } = asked;
  const role = await roleOf(users, asked);
  const ofRole = user_id === "" ? role : null;
  needs("account_id", account_id !== "", ofRole === "account", role);
  needs("domain", domain !== "", ofRole === "domain-admin", role);
  needs("sources", sources.length > 0, ofRole === "producer", role);
  if (account_id !== "" && (await accounts.get(account_id)) === null)
    throw refuse("account_id", `account_id is "${account_id}", expected an account that exists`);
  if (domain !== "" && !/^[^/]+(\/[^/]+)*$/.test(domain))
    throw refuse("domain", `domain is "${domain}", expected a path such as ROOT/acme`);
  const odd = cidrs.find((cidr) => !isNetwork(cidr));
  if (odd !== undefined)
    throw refuse("cidrs", `cidrs has "${odd}", expected addresses or networks such as 10.0.0.0/8 or 2001:db8::/32`);
  return {
    role,
    account_id,
    domain,
    user_id,
    sources: [...new Set(sources)],
    cidrs: [...new Set(cidrs)],
    expires_ms: expiryOf(asked.expires_at, clock),
  };
}

async function roleOf(users: Users, { role, user_id }: NewKey): Promise<Role> {
  if (user_id === undefined) {
    if (role === undefined) throw refuse("role", "role is missing, expected one, or a user_id whose role it has");
    return role;
  }
  const user = await users.get(user_id);
  if (user === null || user.state === "deleted")
    throw refuse("user_id", `user_id is "${user_id}", expected a user that exists`);
  if (role !== undefined && role !== user.role)
    throw refuse("role", `role is "${role}", but the user has ${user.role}; leave it out`);
  return user.role;
}

function needs(field: string, given: boolean, wanted: boolean, role: Role): void {
  if (given === wanted) return;
  throw refuse(
    field,
    wanted
      ? `${field} is missing, expected of a key of the role ${role}`
      : `${field} does not belong to this key; a key of the role ${role} has none of its own`,
  );
}

function expiryOf(text: string | undefined, clock: Clock): string {
  if (text === undefined) return "0";
  const at = parseInstant(text);
  if (at === null || at <= clock.now())
    throw refuse("expires_at", `expires_at is "${text}", expected an instant to come, such as 2027-01-01T00:00:00Z`);
  return `${at}`;
}

function refuse(field: string, detail: string): AppError {
  return new AppError("invalid-request", detail, { field });
}
