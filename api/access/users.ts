import { randomUUID } from "node:crypto";
import { Errors } from "typebox/value";
import type { Accounts } from "../../core/accounts.ts";
import { isTimeZone } from "../../core/calendar.ts";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { type InstantMs, instant } from "../../core/instant.ts";
import type { Store } from "../../core/store.ts";
import { createSoleControl, type InControl, nextVersion, type Turn } from "../../core/versions.ts";
import { isBelow } from "../../core/domains.ts";
import { hashPassword, isPassword } from "./passwords.ts";
import { selectUsers, toUser, User, type UserChange, userLine, type UserRow, userTable } from "./user.ts";

/** The people of this installation. One change at a time (ARCHITECTURE: one writer). */
export interface Users {
  /** Users in the order of their ids, deleted ones too: of an account, or of a domain and those below it. */
  list(of?: { account_id?: string; domain?: string }): Promise<User[]>;
  get(user_id: string): Promise<User | null>;
  /**
   * Writes the next version and gives the user as it then stands; a put that changes nothing writes nothing. Without a user_id it is
   * a new one. `if_version`: the version the caller has seen ("0" = there is none). @throws AppError invalid-request, conflict
   */
  put(change: UserChange, options: { by: string; if_version?: string }): Promise<User>;
  /** Sets a password and ends every session opened with the former one; null takes it away. @throws AppError invalid-request, not-found */
  setPassword(user_id: string, password: string | null, options: { by: string }): Promise<User>;
  /** The active user of a name and password, or null; who does not exist takes as long. `domain`: its path, '' = ROOT. */
  verify(given: { domain: string; username: string; password: string }): Promise<User | null>;
  /** When a user's password was set; null = it has none. Sessions from before are void. */
  passwordSetAt(user_id: string): Promise<InstantMs | null>;
}

/** What another process changed counts after so long at the latest. */
const freshMs = 5000;

/** The users in the store: versions are appended, the highest is current. */
export function createUsers(deps: { store: Store; clock: Clock; accounts: Accounts; inControl?: InControl }): Users {
  const { store, clock, accounts, inControl = createSoleControl(store) } = deps;
  let known: { rows: Promise<UserRow[]>; read_at: InstantMs } | null = null;

  function read({ fresh = false } = {}): Promise<UserRow[]> {
    const now = clock.now();
    if (!fresh && known !== null && now >= known.read_at && now - known.read_at <= freshMs) return known.rows;
    const rows = selectUsers(store.read, {});
    known = { rows, read_at: now };
    rows.catch(() => (known = null));
    return rows;
  }
  const find = async (user_id: string, options?: { fresh: boolean }): Promise<UserRow | undefined> =>
    (await read(options)).find((row) => row.user_id === user_id);

  async function write(turn: Turn, row: UserRow, by: string): Promise<User> {
    const written = { ...row, version: nextVersion(row.version) };
    await turn.write(userTable, userLine(written, { at: clock.now(), by }));
    known = null;
    return toUser(written);
  }

  async function put(turn: Turn, change: UserChange, { by, if_version }: { by: string; if_version?: string }) {
    const user_id = change.user_id ?? randomUUID();
    const rows = await read({ fresh: true });
    const former = rows.find((row) => row.user_id === user_id);
    const version = former?.version ?? "0";
    if (if_version !== undefined && if_version !== version)
      throw new AppError("conflict", `user ${user_id} is at version ${version}, not ${if_version}`, {
        field: "version",
      });
    const next: UserRow = { ...(former ?? newUser(user_id)), ...change };
    next.domain = await domainOf(accounts, next);
    checkUser(next, rows);
    if (former !== undefined && userLine(next, { at: 0, by: "" }) === userLine(former, { at: 0, by: "" }))
      return toUser(former);
    return write(turn, next, by);
  }

  return {
    list: async ({ account_id, domain } = {}) =>
      (await read())
        .filter((row) => account_id === undefined || row.account_id === account_id)
        .filter((row) => domain === undefined || isBelow(row.domain, domain))
        .map(toUser),
    get: async (user_id) => {
      const row = (await find(user_id)) ?? (await find(user_id, { fresh: true }));
      return row === undefined ? null : toUser(row);
    },
    put: (change, options) => inControl((turn) => put(turn, change, options)),
    setPassword: async (user_id, password, { by }) => {
      const kept = password === null ? "" : await hashPassword(password);
      return inControl(async (turn) => {
        const row = await find(user_id, { fresh: true });
        if (row === undefined || row.state === "deleted")
          throw new AppError("not-found", `there is no user "${user_id}"`, { field: "user_id" });
        return write(turn, { ...row, password: kept, password_ms: `${clock.now()}` }, by);
      });
    },
    verify: async ({ domain, username, password }) => {
      const path = domain === "" ? "ROOT" : domain;
      const row = (await read({ fresh: true })).find(
        (one) => one.state === "active" && one.username === username && one.domain === path,
      );
      const right = await isPassword(password, row?.password ?? "");
      return right && row !== undefined ? toUser(row) : null;
    },
    passwordSetAt: async (user_id) => {
      const row = await find(user_id);
      return row === undefined || row.password_ms === "0" ? null : instant(Number(row.password_ms));
    },
  };
}

function newUser(user_id: string): UserRow {
  const empty = { email: "", first_name: "", last_name: "", time_zone: "", domain: "", version: "0" };
  return {
    ...empty,
    user_id,
    account_id: "",
    username: "",
    role: "account",
    state: "active",
    password: "",
    password_ms: "0",
  };
}

async function domainOf(accounts: Accounts, { account_id }: UserRow): Promise<string> {
  const account = account_id === "" ? null : await accounts.get(account_id);
  if (account === null)
    throw new AppError("invalid-request", `account_id is "${account_id}", expected an account that exists`, {
      field: "account_id",
    });
  return account.domain;
}

function checkUser(next: UserRow, rows: readonly UserRow[]): void {
  const refuse = (field: string, detail: string): AppError => new AppError("invalid-request", detail, { field });
  const [fault] = Errors(User, toUser(next));
  const name = fault?.instancePath.slice(1) ?? "";
  if (fault !== undefined) throw refuse(name || "user", `${name || "user"}: ${fault.message}`);
  if (next.role === "producer") throw refuse("role", 'role is "producer", which keys have and users have not');
  if (next.time_zone !== "" && !isTimeZone(next.time_zone))
    throw refuse("time_zone", `time_zone is "${next.time_zone}", expected a zone such as Europe/Amsterdam, or nothing`);
  const namesake = rows.find(
    ({ user_id, username, domain, state }) =>
      user_id !== next.user_id && username === next.username && domain === next.domain && state !== "deleted",
  );
  if (namesake !== undefined && next.state !== "deleted")
    throw new AppError("conflict", `domain ${next.domain} has a user "${next.username}" already: ${namesake.user_id}`, {
      field: "username",
    });
}
