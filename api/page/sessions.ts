import { randomBytes } from "node:crypto";
import type { Clock } from "../../core/clock.ts";

const LIFE_MS = 12 * 3_600_000;
/** More than so many at once is no people: the oldest goes. */
const SESSIONS_MAX = 1_000;
const COOKIE = "tally_session";

/** Who has signed in on the page, kept in memory: a restart signs everybody out. */
export interface Sessions {
  /** Starts a session; answers the cookie that carries it. */
  open(options: { secure: boolean }): string;
  isOpen(cookies: string | undefined): boolean;
  /** Ends it; answers the cookie that takes the former one away. */
  close(cookies: string | undefined): string;
}

/** Sessions of twelve hours, each behind an id nobody can guess. */
export function createSessions({ clock }: { clock: Clock }): Sessions {
  const endOf = new Map<string, number>();
  return {
    open: ({ secure }) => {
      if (endOf.size >= SESSIONS_MAX) endOf.delete(endOf.keys().next().value ?? "");
      const id = randomBytes(32).toString("base64url");
      endOf.set(id, clock.now() + LIFE_MS);
      return `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${LIFE_MS / 1000}${secure ? "; Secure" : ""}`;
    },
    isOpen: (cookies) => clock.now() < (endOf.get(sessionOf(cookies)) ?? 0),
    close: (cookies) => {
      endOf.delete(sessionOf(cookies));
      return `${COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;
    },
  };
}

function sessionOf(cookies: string | undefined): string {
  const found = (cookies ?? "").split(";").find((pair) => pair.trim().startsWith(`${COOKIE}=`));
  return found?.trim().slice(COOKIE.length + 1) ?? "";
}
