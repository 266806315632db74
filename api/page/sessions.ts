import { randomBytes } from "node:crypto";
import type { Clock } from "../../core/clock.ts";

const LIFE_MS = 12 * 3_600_000;
/** More than so many at once is no people: the oldest goes. */
const SESSIONS_MAX = 1_000;
const COOKIE = "tally_session";

/** Who has signed in on the page, kept in memory: a restart signs everybody out. */
export interface Sessions {
  /** Starts a session for the bearer of a token; answers the cookie that carries it. */
  open(options: { token: string; secure: boolean }): string;
  /** The token a live session was opened with, which may have been revoked since; null without a session. */
  tokenOf(cookies: string | undefined): string | null;
  /** Ends it; answers the cookie that takes the former one away. */
  close(cookies: string | undefined): string;
}

/** Sessions of twelve hours, each behind an id nobody can guess. */
export function createSessions({ clock }: { clock: Clock }): Sessions {
  const live = new Map<string, { token: string; end_ms: number }>();
  return {
    open: ({ token, secure }) => {
      if (live.size >= SESSIONS_MAX) live.delete(live.keys().next().value ?? "");
      const id = randomBytes(32).toString("base64url");
      live.set(id, { token, end_ms: clock.now() + LIFE_MS });
      return `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${LIFE_MS / 1000}${secure ? "; Secure" : ""}`;
    },
    tokenOf: (cookies) => {
      const session = live.get(sessionOf(cookies));
      return session === undefined || clock.now() >= session.end_ms ? null : session.token;
    },
    close: (cookies) => {
      live.delete(sessionOf(cookies));
      return `${COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;
    },
  };
}

function sessionOf(cookies: string | undefined): string {
  const found = (cookies ?? "").split(";").find((pair) => pair.trim().startsWith(`${COOKIE}=`));
  return found?.trim().slice(COOKIE.length + 1) ?? "";
}
