import type { FastifyRequest } from "fastify";
import type { Access } from "./access.ts";
import { authorName } from "./audit.ts";
import type { ApiKey } from "./key.ts";
import { isWithin } from "./networks.ts";
import type { Role } from "./roles.ts";
import type { Session, SessionKind } from "./sessions.ts";
import type { User } from "./user.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; behind the guard there is always one, elsewhere null. */
    caller: Caller;
  }
}

/** Who asks, and for whom. */
export interface Caller {
  /** `key_…`, the id of a user, `local` for commands on this machine, `nobody`. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Of a domain-admin: its path; it sees the accounts of it and below. */
  readonly domain: string | null;
  /** Of the role account: this one alone. */
  readonly account_id: string | null;
  /** The event sources it may post for; "*" = any. */
  readonly sources: readonly string[];
  /** Whose key or session it is; null = nobody's in particular. */
  readonly user_id: string | null;
}

/** Who a key speaks for, as it stands; null where its user is gone. */
export async function callerOfKey({ users }: Pick<Access, "users">, key: ApiKey): Promise<Caller | null> {
  const user = key.user_id === null ? null : await users.get(key.user_id);
  if (key.user_id !== null && user?.state !== "active") return null;
  if (user !== null) return { ...callerOfUser(user), id: key.key_id, name: key.name };
  const { key_id: id, name, role, domain, account_id } = key;
  const sources = role === "admin" ? ["*"] : key.sources;
  return { id, name, role, domain, account_id, sources, user_id: null };
}

/** Who a user is as a caller. */
export function callerOfUser(user: User): Caller {
  const { user_id, username, role, domain, account_id } = user;
  return {
    id: user_id,
    name: username,
    role,
    domain: role === "domain-admin" ? domain : null,
    account_id: role === "account" ? account_id : null,
    sources: role === "admin" ? ["*"] : [],
    user_id,
  };
}

/** Who is behind a session, as they stand now; null where it has ended, or its key, user or password has, or its key is not taken from `address`. */
export async function callerOfSession(
  access: Pick<Access, "users" | "keys" | "sessions">,
  token: string,
  { kind, address }: { kind: SessionKind; address: string },
): Promise<{ caller: Caller; session: Session } | null> {
  const session = await access.sessions.find(token, kind);
  if (session === null) return null;
  const caller = await holderOf(access, session, address);
  return caller === null ? null : { caller, session };
}

async function holderOf(
  { users, keys }: Pick<Access, "users" | "keys">,
  session: Session,
  address: string,
): Promise<Caller | null> {
  if (session.key_id !== null) {
    const key = await keys.get(session.key_id);
    return key === null || !isWithin(address, key.cidrs) ? null : callerOfKey({ users }, key);
  }
  const user = session.user_id === null ? null : await users.get(session.user_id);
  if (user?.state !== "active") return null;
  const password_at = await users.passwordSetAt(user.user_id);
  return password_at === null || password_at > session.opened_at ? null : callerOfUser(user);
}

/** Who is written down as the author of a change. */
export function authorOf({ caller }: Pick<FastifyRequest, "caller">): string {
  return authorName({ caller_name: caller.name, caller_id: caller.id });
}
