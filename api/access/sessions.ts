import { randomBytes } from "node:crypto";
import Type from "typebox";
import type { Clock } from "../../core/clock.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { type InstantMs, instant } from "../../core/instant.ts";
import type { Settings } from "../../core/settings.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { sha256 } from "./secret.ts";

/** What a session was opened for; one kind's cookie opens nothing of the other. */
export type SessionKind = "dashboard" | "client-api";

/** Who is signed in: a user, or the holder of a key. What either may do is looked up at each request. */
export interface Session {
  readonly kind: SessionKind;
  readonly user_id: string | null;
  readonly key_id: string | null;
  readonly address: string;
  readonly opened_at: InstantMs;
  readonly ends_at: InstantMs;
}

/** Who is signed in, in the store: it survives a restart, and every process sees it. */
export interface Sessions {
  /** Opens one; `token` is what the cookie carries, told here and never again. */
  open(of: {
    kind: SessionKind;
    user_id?: string;
    key_id?: string;
    address: string;
  }): Promise<{ token: string; session: Session }>;
  /** A session that lives, and counts as used now; null = there is none, it was ended, or it has run out. */
  find(token: string, kind: SessionKind): Promise<Session | null>;
  /** Ends it, here at once and in other processes within seconds; false = there was none. */
  end(token: string, kind: SessionKind): Promise<boolean>;
}

interface Known {
  readonly session: Session;
  readonly read_at: InstantMs;
  /** access.session.idle as it was then. */
  readonly idle_ms: number;
  /** The last sign of life, as written and as seen here. */
  written_at: InstantMs;
  seen_at: InstantMs;
}

const Params = Type.Object({ session_sha256: Type.String(), kind: Type.String() });
const Row = Type.Object({
  key_id: Type.String(),
  user_id: Type.String(),
  address: Type.String(),
  opened_ms: Type.String(),
  seen_ms: Type.String(),
  ends_ms: Type.String(),
});
const selectSession = defineQuery("api/access/session", Params, Row);
const columns = ["session_sha256", "ended", "kind", "key_id", "user_id", "address", "opened_at", "seen_at", "ends_at"];

/** One ended by another process is refused after so long at the latest. */
const freshMs = 5000;
/** A sign of life is written so often at most. */
const touchMs = 60_000;
/** More than so many are read anew. */
const knownMax = 10_000;

/** Sessions behind 32 random bytes, of which the store has the SHA-256. Their ends: access.session.idle and access.session.life. */
export function createSessions({
  store,
  clock,
  settings,
}: {
  store: Store;
  clock: Clock;
  settings: Settings;
}): Sessions {
  const known = new Map<string, Known>();

  async function write(hash: string, session: Session, { seen_at, ended }: { seen_at: InstantMs; ended: boolean }) {
    const { kind, key_id, user_id, address, opened_at, ends_at } = session;
    const texts = [hash, ended ? "1" : "0", kind, key_id ?? "", user_id ?? "", address].map(field);
    const line = [...texts, timeField(opened_at), timeField(seen_at), timeField(ends_at)].join("\t");
    await insertLines(store.write, { table: "access_session", columns }, `${line}\n`);
  }
  async function keep(hash: string, session: Session, seen_at: InstantMs): Promise<Known> {
    const idle_ms = Number(await settings.get("access.session.idle")) * 60_000;
    if (known.size >= knownMax) known.clear();
    const kept = { session, read_at: clock.now(), idle_ms, written_at: seen_at, seen_at };
    known.set(hash, kept);
    return kept;
  }
  async function look(hash: string, kind: SessionKind): Promise<Known | null> {
    const here = known.get(hash);
    const age = clock.now() - (here?.read_at ?? 0);
    if (here !== undefined && age >= 0 && age <= freshMs) return here.session.kind === kind ? here : null;
    const [row] = await selectSession(store.read, { session_sha256: hash, kind });
    known.delete(hash);
    if (row === undefined) return null;
    const { address } = row;
    const times = { opened_at: instant(Number(row.opened_ms)), ends_at: instant(Number(row.ends_ms)) };
    const session = { kind, key_id: row.key_id || null, user_id: row.user_id || null, address, ...times };
    const read = await keep(hash, session, instant(Number(row.seen_ms)));
    if (here !== undefined && here.seen_at > read.seen_at) read.seen_at = here.seen_at;
    return read;
  }

  return {
    open: async ({ kind, user_id = null, key_id = null, address }) => {
      const token = randomBytes(32).toString("base64url");
      const now = clock.now();
      const life_ms = Number(await settings.get("access.session.life")) * 3_600_000;
      const session = { kind, user_id, key_id, address, opened_at: now, ends_at: instant(now + life_ms) };
      const hash = hashOf(token);
      await write(hash, session, { seen_at: now, ended: false });
      await keep(hash, session, now);
      return { token, session };
    },
    find: async (token, kind) => {
      const hash = hashOf(token);
      const found = await look(hash, kind);
      if (found === null) return null;
      const now = clock.now();
      if (now >= found.session.ends_at || now - found.seen_at >= found.idle_ms) return null;
      found.seen_at = now;
      if (now - found.written_at >= touchMs) {
        found.written_at = now;
        await write(hash, found.session, { seen_at: now, ended: false });
      }
      return found.session;
    },
    end: async (token, kind) => {
      const hash = hashOf(token);
      const found = await look(hash, kind);
      if (found === null) return false;
      known.delete(hash);
      await write(hash, found.session, { seen_at: clock.now(), ended: true });
      return true;
    },
  };
}

function hashOf(token: string): string {
  return sha256(token).toString("hex");
}
