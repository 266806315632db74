import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Accounts } from "../../core/accounts.ts";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { formatInstant, type InstantMs } from "../../core/instant.ts";
import type { Store } from "../../core/store.ts";
import { createSoleControl, type InControl, nextVersion, type Turn } from "../../core/versions.ts";
import { checkKey, type KeyScope, type NewKey } from "./check-key.ts";
import { type ApiKey, keyLine, type KeyRow, keyTable, selectKeys, toKey } from "./key.ts";
import { readMaster, secretKeyOf, sha256 } from "./secret.ts";
import type { Users } from "./users.ts";

/** The keys of this installation. One change at a time (ARCHITECTURE: one writer). */
export interface Keys {
  list(): Promise<ApiKey[]>;
  /** Makes a key; its token and secret key are told here and never again. @throws AppError invalid-request */
  create(key: NewKey, options: { by: string }): Promise<{ key: ApiKey; token: string; secret_key: string }>;
  /** @throws AppError not-found, conflict for the last admin key */
  revoke(key_id: string, options: { by: string }): Promise<ApiKey>;
  /** The key of a token while it is active and has not expired, or null. */
  find(token: string): Promise<ApiKey | null>;
  /** A key by its id while it is active and has not expired, or null. */
  get(key_id: string): Promise<ApiKey | null>;
  /** A key by its id, with the secret its requests are signed with, or null. */
  signing(key_id: string): Promise<{ key: ApiKey; secret: string } | null>;
  /** Makes `token` the admin token given from outside, the only one of its kind; null = there is none. */
  setGiven(token: string | null): Promise<void>;
}

/** The row of the token that the environment names. */
const givenId = "key_environment";
/** A key revoked by another process is refused after so long at the latest. */
const freshMs = 5000;
const unlimited: Omit<KeyScope, "role"> = {
  account_id: "",
  domain: "",
  user_id: "",
  sources: [],
  cidrs: [],
  expires_ms: "0",
};

/** The keys in the store: versions are appended, the highest is current. `secret`: see readMaster. */
export function createKeys(deps: {
  store: Store;
  clock: Clock;
  accounts: Accounts;
  users: Users;
  inControl?: InControl;
  secret?: string | null;
}): Keys {
  const { store, clock, inControl = createSoleControl(store), secret: given = null } = deps;
  let known: { rows: KeyRow[]; read_at: InstantMs } | null = null;
  let master: Buffer | null = null;

  const read = (): Promise<KeyRow[]> => selectKeys(store.read, {});
  const secretOf = (key_id: string): string =>
    secretKeyOf((master ??= readMaster({ given, data_dir: store.data_dir })), key_id);

  async function write(turn: Turn, row: Omit<KeyRow, "changed_ms">): Promise<ApiKey> {
    const written = { ...row, changed_ms: `${clock.now()}` };
    await turn.write(keyTable, keyLine(written));
    known = null;
    return toKey(written);
  }

  async function revoke(turn: Turn, key_id: string, by: string): Promise<ApiKey> {
    const rows = await read();
    const row = rows.find((one) => one.key_id === key_id);
    if (row === undefined) throw new AppError("not-found", `there is no key "${key_id}"`, { field: "key_id" });
    if (row.state === "revoked") return toKey(row);
    // One that expires, or is a user's, or is taken from some networks only, may be of no use when it is needed.
    const stays = (one: KeyRow): boolean =>
      isAdmin(one) && one.expires_ms === "0" && one.cidrs.length === 0 && one.user_id === "";
    if (isAdmin(row) && !rows.some((one) => one !== row && stays(one))) {
      throw new AppError("conflict", `key ${key_id} is the last active admin key; make another one first`, {
        field: "key_id",
      });
    }
    return write(turn, { ...row, version: nextVersion(row.version), state: "revoked", changed_by: by });
  }

  async function setGiven(turn: Turn, token: string | null): Promise<void> {
    const row = (await read()).find((one) => one.key_id === givenId);
    const next = {
      ...unlimited,
      key_id: givenId,
      version: nextVersion(row?.version),
      name: "TALLY_ADMIN_TOKEN",
      role: "admin",
      changed_by: "environment",
    } as const;
    if (token === null) {
      if (row?.state === "active") await write(turn, { ...next, token_sha256: row.token_sha256, state: "revoked" });
      return;
    }
    const token_sha256 = sha256(token).toString("hex");
    if (row?.state !== "active" || row.token_sha256 !== token_sha256)
      await write(turn, { ...next, token_sha256, state: "active" });
  }

  /** Among those read seconds ago, else among all: what is not known may have been made just now, by another hand. */
  async function search(match: (row: KeyRow) => boolean): Promise<ApiKey | null> {
    const now = clock.now();
    const isFresh = known !== null && now >= known.read_at && now - known.read_at <= freshMs;
    const first = isFresh ? pick(known?.rows ?? [], match, now) : undefined;
    if (first !== undefined) return toKey(first);
    known = { rows: await read(), read_at: now };
    const made = pick(known.rows, match, now);
    return made === undefined ? null : toKey(made);
  }

  const get = (key_id: string): Promise<ApiKey | null> => search((row) => row.key_id === key_id);
  return {
    list: async () => (await read()).map(toKey),
    create: async ({ name, ...asked }, { by }) => {
      const scope = await checkKey(deps, { name, ...asked });
      return inControl(async (turn) => {
        const token = newToken();
        const key_id = `key_${randomBytes(8).toString("hex")}`;
        const token_sha256 = sha256(token).toString("hex");
        const secret_key = secretOf(key_id);
        const row = { ...scope, key_id, version: "1", name, token_sha256, state: "active", changed_by: by } as const;
        return { key: await write(turn, row), token, secret_key };
      });
    },
    revoke: (key_id, { by }) => inControl((turn) => revoke(turn, key_id, by)),
    setGiven: (token) => inControl((turn) => setGiven(turn, token)),
    get,
    signing: async (key_id) => {
      const key = await get(key_id);
      return key === null ? null : { key, secret: secretOf(key_id) };
    },
    find: (token) => {
      const hash = sha256(token);
      return search((row) => timingSafeEqual(Buffer.from(row.token_sha256, "hex"), hash));
    },
  };
}

/**
 * The keys, and beside them `token`, an admin's, which is good in this process alone and for as long as it lives: it is what
 * commands on this machine use, and stands in no store, so that nothing of it is left behind or taken for another process's.
 */
export function withLocalToken(keys: Keys, { token, clock }: { token: string; clock: Clock }): Keys {
  const hash = sha256(token);
  const local: ApiKey = {
    key_id: "local",
    name: "local commands",
    role: "admin",
    account_id: null,
    domain: null,
    user_id: null,
    sources: [],
    expires_at: null,
    cidrs: [],
    state: "active",
    changed_at: formatInstant(clock.now()),
    changed_by: "local",
  };
  return { ...keys, find: async (given) => (timingSafeEqual(sha256(given), hash) ? local : keys.find(given)) };
}

/** A token nobody can guess. */
export function newToken(): string {
  return `tally_${randomBytes(32).toString("base64url")}`;
}

/**
 * Sees to it that somebody can log in. The token from the environment, where there is one, is valid and replaces the
 * one given before; else, as long as no admin key is active, one is made and returned, this once.
 */
export async function ensureAdminToken(keys: Keys, given: string | null): Promise<string | null> {
  await keys.setGiven(given);
  const admins = (await keys.list()).filter(({ role, state }) => role === "admin" && state === "active");
  return admins.length > 0
    ? null
    : (await keys.create({ name: "first start", role: "admin" }, { by: "first start" })).token;
}

function isAdmin({ role, state }: KeyRow): boolean {
  return role === "admin" && state === "active";
}

/** Every key is compared, each in constant time: how long it takes tells nothing of any of them. */
function pick(rows: readonly KeyRow[], match: (row: KeyRow) => boolean, now: InstantMs): KeyRow | undefined {
  return rows.filter(
    (row) => match(row) && row.state === "active" && (row.expires_ms === "0" || Number(row.expires_ms) > now),
  )[0];
}
