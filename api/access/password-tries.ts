import { timingSafeEqual } from "node:crypto";
import type { Redis } from "ioredis";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { REDIS_PREFIX } from "../../core/redis.ts";
import type { Settings } from "../../core/settings.ts";
import type { Store } from "../../core/store.ts";
import { plainAddress } from "./networks.ts";
import { readMaster, secretKeyOf, sha256 } from "./secret.ts";
import type { User } from "./user.ts";
import type { Users } from "./users.ts";

/** Whose password is tried; `domain`: its path, '' = ROOT. */
interface Tried {
  readonly domain: string;
  readonly username: string;
  readonly password: string;
}

/** Passwords as people try them: wrong ones are counted, and too many hold up the next ones for a while. */
export interface PasswordTries {
  /**
   * The active user of a name and password; null where they do not fit. `known`: what the browser brings of `knownBrowser`.
   * @throws AppError too-many-requests, whether the password is right or not and whether there is such a user or not
   */
  signIn(tried: Tried, from: { address: string; known: string }): Promise<User | null>;
  /** What a browser in which a user has signed in carries from then on, until the password is another one. */
  knownBrowser(user_id: string): Promise<string>;
  /** When those who are held up may try again. */
  waitSeconds(): number;
}

/** Counts begin anew with each. */
const WINDOW_MS = 15 * 60_000;
/** Wrong passwords in a window; more are not looked at. */
const MOST = { name: 10, address: 30 } as const;
/** No more than a window can bring: each new one has cost a scrypt. */
const COUNTS_MAX = 100_000;

/**
 * Counts wrong passwords of a name and from an address, in memory and, where there is Redis, for all processes together. Browsers that a user
 * has signed in with before have a count of their own: who tries a name from elsewhere, however long, does not hold those up.
 */
export function createPasswordTries(deps: {
  store: Store;
  clock: Clock;
  settings: Settings;
  users: Users;
  redis: Redis | null;
  secret: string | null;
}): PasswordTries {
  const { store, clock, settings, users, redis, secret } = deps;
  let master: Buffer | null = null;
  let here = { window: 0, counts: new Map<string, number>() };
  const windowNow = (): number => Math.floor(clock.now() / WINDOW_MS);

  /** How many there are in this window, with those that are added now. */
  async function add(what: string, by: 1 | -1): Promise<number> {
    const window = windowNow();
    if (here.window !== window || here.counts.size >= COUNTS_MAX) here = { window, counts: new Map() };
    const own = (here.counts.get(what) ?? 0) + by;
    here.counts.set(what, own);
    return redis === null ? own : Math.max(own, await addThere(redis, { what, window, by }));
  }

  async function macOf(user_id: string): Promise<string> {
    const password_at = (await users.passwordSetAt(user_id)) ?? 0;
    master ??= readMaster({ given: secret, data_dir: store.data_dir });
    return secretKeyOf(master, `known browser ${user_id} ${password_at}`);
  }

  async function isKnown({ domain, username }: Tried, known: string): Promise<boolean> {
    const cut = known.lastIndexOf(".");
    const [user_id, mac] = [known.slice(0, cut), known.slice(cut + 1)];
    const user = cut < 1 ? null : await users.get(user_id);
    if (user === null || user.username !== username || user.domain !== domain) return false;
    return timingSafeEqual(sha256(mac), sha256(await macOf(user_id)));
  }

  /** Counted before it is looked at, so that many at once are no way around. */
  async function hold(what: string, most: number): Promise<void> {
    if ((await add(what, 1)) <= most) return;
    throw new AppError(
      "too-many-requests",
      `too many wrong passwords for this name or from this address; try again in ${waitSeconds()} s`,
      { field: "password" },
    );
  }
  const waitSeconds = (): number => Math.ceil(((windowNow() + 1) * WINDOW_MS - clock.now()) / 1000);

  return {
    waitSeconds,
    knownBrowser: async (user_id) => `${user_id}.${await macOf(user_id)}`,
    signIn: async (given, { address, known }) => {
      const tried = { ...given, domain: given.domain === "" ? "ROOT" : given.domain };
      const from = (await isKnown(tried, known)) ? "known" : "elsewhere";
      // Behind a proxy all have one address, and the setting says that it means nothing.
      const byAddress = (await settings.get("api.requests.address")) !== "0";
      const counted = [
        ...(byAddress ? [{ what: `address ${plainAddress(address)}`, most: MOST.address }] : []),
        { what: `${from} ${JSON.stringify([tried.domain, tried.username])}`, most: MOST.name },
      ];
      for (const { what, most } of counted) await hold(what, most);
      const user = await users.verify(tried);
      if (user !== null) for (const { what } of counted) await add(what, -1);
      return user;
    },
  };
}

/** Each count has an end, whatever becomes of the process; without an answer of Redis those of this process hold. */
async function addThere(
  redis: Redis,
  { what, window, by }: { what: string; window: number; by: 1 | -1 },
): Promise<number> {
  const key = `${REDIS_PREFIX}:password-tries:${window}:${sha256(what).toString("hex")}`;
  try {
    const told = await redis
      .multi()
      .incrby(key, by)
      .pexpire(key, 2 * WINDOW_MS)
      .exec();
    return Number(told?.[0]?.[1] ?? 0);
  } catch {
    return 0;
  }
}
