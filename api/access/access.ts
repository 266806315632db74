import type { Redis } from "ioredis";
import type { Accounts } from "../../core/accounts.ts";
import type { Catalogue } from "../../core/catalogue.ts";
import type { Clock } from "../../core/clock.ts";
import { createDomains, type Domains } from "../../core/domains.ts";
import type { Settings } from "../../core/settings.ts";
import type { Store } from "../../core/store.ts";
import type { InControl } from "../../core/versions.ts";
import { type Audit, createAudit } from "./audit.ts";
import { createKeys, type Keys } from "./keys.ts";
import { createPasswordTries, type PasswordTries } from "./password-tries.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createUsers, type Users } from "./users.ts";

/** Who may ask: keys, people, who is signed in, and the tree they hang in. */
export interface Access {
  readonly keys: Keys;
  readonly users: Users;
  readonly passwordTries: PasswordTries;
  readonly domains: Domains;
  readonly sessions: Sessions;
  readonly audit: Audit;
}

/** Who may ask, on this store. `redis`: where processes count together; null = there is this one alone. `secret`: TALLY_SECRET, null = the file in the data directory. */
export function createAccess(deps: {
  store: Store;
  clock: Clock;
  settings: Settings;
  accounts: Accounts;
  catalogue: Catalogue;
  inControl: InControl;
  redis: Redis | null;
  secret: string | null;
}): Access {
  const users = createUsers(deps);
  return {
    users,
    passwordTries: createPasswordTries({ ...deps, users }),
    keys: createKeys({ ...deps, users }),
    domains: createDomains(deps),
    sessions: createSessions(deps),
    audit: createAudit(deps),
  };
}
