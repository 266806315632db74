import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import Type, { type Static } from "typebox";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { formatInstant, formatMs, type InstantMs } from "../core/instant.ts";
import { field, timeField } from "../core/insert-lines.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { createSoleControl, type InControl, nextVersion, type Turn } from "../core/versions.ts";

/** What a bearer may do: admin everything, finance everything but settings and keys, auditor reads, producer sends events. */
export const Role = Type.Union([
  Type.Literal("admin"),
  Type.Literal("finance"),
  Type.Literal("auditor"),
  Type.Literal("producer"),
]);
export type Role = Static<typeof Role>;

/** A token's row without the token: only its hash is kept. */
export const ApiKey = Type.Object(
  {
    key_id: Type.String(),
    name: Type.String({ description: "Who or what holds the token" }),
    role: Role,
    state: Type.Union([Type.Literal("active"), Type.Literal("revoked")]),
    changed_at: Type.String(),
  },
  { $id: "ApiKey", additionalProperties: false },
);
export type ApiKey = Static<typeof ApiKey>;

/** The keys of this installation. One change at a time (ARCHITECTURE: one writer). */
export interface Keys {
  list(): Promise<ApiKey[]>;
  /** Makes a key; its token is told here and never again. */
  create(key: { name: string; role: Role }): Promise<{ key: ApiKey; token: string }>;
  /** @throws AppError not-found, conflict for the last admin key */
  revoke(key_id: string): Promise<ApiKey>;
  /** The active key of a token, or null. */
  find(token: string): Promise<ApiKey | null>;
  /** Makes `token` the admin token given from outside, the only one of its kind; null = there is none. */
  setGiven(token: string | null): Promise<void>;
}

const KeyRow = Type.Object({
  key_id: Type.String(),
  version: Type.String(),
  name: Type.String(),
  role: Role,
  token_sha256: Type.String(),
  state: ApiKey.properties.state,
  changed_ms: Type.String(),
});
type KeyRow = Static<typeof KeyRow>;
const selectKeys = defineQuery("api/api_keys", Type.Object({}), KeyRow);

const columns = ["key_id", "version", "name", "role", "token_sha256", "state", "changed_at"];
/** The row of the token that the environment names. */
const givenId = "key_environment";
/** A key revoked by another process is refused after so long at the latest. */
const freshMs = 5000;

/** The keys in the store: versions are appended, the highest is current. */
export function createKeys({
  store,
  clock,
  inControl = createSoleControl(store),
}: {
  store: Store;
  clock: Clock;
  inControl?: InControl;
}): Keys {
  let known: { rows: KeyRow[]; read_at: InstantMs } | null = null;

  const read = (): Promise<KeyRow[]> => selectKeys(store.read, {});

  async function write(turn: Turn, row: Omit<KeyRow, "changed_ms">): Promise<ApiKey> {
    const changed_at = clock.now();
    const values = [
      row.key_id,
      row.version,
      field(row.name),
      row.role,
      row.token_sha256,
      row.state,
      timeField(changed_at),
    ];
    await turn.write({ table: "api_key", columns }, `${values.join("\t")}\n`);
    known = null;
    return toKey({ ...row, changed_ms: `${changed_at}` });
  }

  async function revoke(turn: Turn, key_id: string): Promise<ApiKey> {
    const rows = await read();
    const row = rows.find((one) => one.key_id === key_id);
    if (row === undefined) throw new AppError("not-found", `there is no key "${key_id}"`, { field: "key_id" });
    if (row.state === "revoked") return toKey(row);
    const admins = rows.filter(({ role, state }) => role === "admin" && state === "active");
    if (row.role === "admin" && admins.length === 1) {
      throw new AppError("conflict", `key ${key_id} is the last active admin key; make another one first`, {
        field: "key_id",
      });
    }
    return write(turn, { ...row, version: nextVersion(row.version), state: "revoked" });
  }

  async function setGiven(turn: Turn, token: string | null): Promise<void> {
    const row = (await read()).find((one) => one.key_id === givenId);
    const given = {
      key_id: givenId,
      version: nextVersion(row?.version),
      name: "TALLY_ADMIN_TOKEN",
      role: "admin",
    } as const;
    if (token === null) {
      if (row?.state === "active") await write(turn, { ...given, token_sha256: row.token_sha256, state: "revoked" });
      return;
    }
    const token_sha256 = sha256(token).toString("hex");
    if (row?.state !== "active" || row.token_sha256 !== token_sha256)
      await write(turn, { ...given, token_sha256, state: "active" });
  }

  return {
    list: async () => (await read()).map(toKey),
    create: ({ name, role }) =>
      inControl(async (turn) => {
        const token = newToken();
        const key_id = `key_${randomBytes(8).toString("hex")}`;
        const key = await write(turn, {
          key_id,
          version: "1",
          name,
          role,
          token_sha256: sha256(token).toString("hex"),
          state: "active",
        });
        return { key, token };
      }),
    revoke: (key_id) => inControl((turn) => revoke(turn, key_id)),
    setGiven: (token) => inControl((turn) => setGiven(turn, token)),
    find: async (token) => {
      const now = clock.now();
      const hash = sha256(token);
      const isFresh = known !== null && now >= known.read_at && now - known.read_at <= freshMs;
      // A token that is not among the known ones may have been made just now, by another hand.
      const found = isFresh ? match(known?.rows ?? [], hash) : undefined;
      if (found !== undefined) return toKey(found);
      known = { rows: await read(), read_at: now };
      const made = match(known.rows, hash);
      return made === undefined ? null : toKey(made);
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
    key_id: "key_local",
    name: "local commands",
    role: "admin",
    state: "active",
    changed_at: formatInstant(clock.now()),
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
  return admins.length > 0 ? null : (await keys.create({ name: "first start", role: "admin" })).token;
}

/** Every key is compared, each in constant time: how long it takes tells nothing of any of them. */
function match(rows: readonly KeyRow[], hash: Buffer): KeyRow | undefined {
  return rows.filter((row) => timingSafeEqual(Buffer.from(row.token_sha256, "hex"), hash) && row.state === "active")[0];
}

function toKey({ key_id, name, role, state, changed_ms }: KeyRow): ApiKey {
  return { key_id, name, role, state, changed_at: formatMs(changed_ms) };
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
