import type { ClickHouseClient } from "@clickhouse/client";
import Type, { type Static } from "typebox";
import { Errors } from "typebox/value";
import { isTimeZone } from "./calendar.ts";
import type { Clock } from "./clock.ts";
import { isCurrency } from "./currencies.ts";
import { AppError } from "./errors.ts";
import { field, timeField } from "./insert-lines.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";
import { createSoleControl, type InControl, nextVersion, type Turn } from "./versions.ts";

const Kind = Type.Union([Type.Literal("account"), Type.Literal("project"), Type.Literal("system")]);
const Payment = Type.Union([Type.Literal("postpaid"), Type.Literal("prepaid")]);
const State = Type.Union([Type.Literal("active"), Type.Literal("deleted")]);
const Id = Type.String({ minLength: 1, maxLength: 256 });

const facts = {
  account_id: Id,
  /** A label, unique among the accounts of its domain only. */
  name: Type.String({ minLength: 1, maxLength: 256 }),
  kind: Kind,
  /** Path such as `ROOT/acme`; a label, as events carry it. */
  domain: Type.String({ maxLength: 1024 }),
  /** Who gets the statement; an account that pays for others pays for itself. */
  payer_account_id: Id,
  /** ISO 4217; '' = the setting billing.currency. */
  currency: Type.String({ maxLength: 3 }),
  /** '' = the setting usage.aggregation.timezone. Once a run has seen the account, a change counts from its next month start on. */
  time_zone: Type.String({ maxLength: 64 }),
  payment: Payment,
  /** '' = the setting rating.default.rate.card. */
  rate_card_id: Type.String({ maxLength: 128 }),
  state: State,
};

/** An account as it stands: who uses and who pays. `version` counts its changes from 1. */
export const Account = Type.Object(
  { ...facts, version: Type.String({ pattern: "^\\d+$" }) },
  { additionalProperties: false },
);
export type Account = Static<typeof Account>;

/** What may be said of an account; what is left out stays as it was, or has its default when the account is new. */
export const AccountChange = Type.Object(
  {
    account_id: Id,
    name: Type.Optional(facts.name),
    kind: Type.Optional(Kind),
    domain: Type.Optional(facts.domain),
    payer_account_id: Type.Optional(Id),
    currency: Type.Optional(facts.currency),
    time_zone: Type.Optional(facts.time_zone),
    payment: Type.Optional(Payment),
    rate_card_id: Type.Optional(facts.rate_card_id),
    state: Type.Optional(State),
  },
  { additionalProperties: false },
);
export type AccountChange = Static<typeof AccountChange>;

/** The accounts core knows. One change at a time (ARCHITECTURE: one writer). */
export interface Accounts {
  /** Accounts above `after_id` ('' = from the first) in the order of their ids, deleted ones too; `within`: of these alone, none = all. */
  list(page: { after_id: string; limit: number; within?: readonly string[] }): Promise<Account[]>;
  get(account_id: string): Promise<Account | null>;
  /**
   * Writes the next version and gives the account as it then stands; a put that changes nothing writes nothing.
   * `if_version`: the version the caller has seen ("0" = there is none). @throws AppError invalid-request, conflict
   */
  put(change: AccountChange, options: { by: string; if_version?: string }): Promise<Account>;
}

const columns = [...Object.keys(facts), "version", "changed_at", "changed_by"];
const Found = Type.Object({ account_id: Type.String() });

const selectPage = defineQuery(
  "core/accounts",
  Type.Object({ after_id: Type.String(), within: Type.Array(Type.String()), limit: Type.Integer() }),
  Account,
);
const selectAccount = defineQuery("core/account", Type.Object({ account_id: Type.String() }), Account);
const selectNamesake = defineQuery(
  "core/account_namesake",
  Type.Object({ account_id: Type.String(), name: Type.String(), domain: Type.String() }),
  Found,
);
const selectDependant = defineQuery("core/account_dependant", Type.Object({ account_id: Type.String() }), Found);
const selectPublished = defineQuery("core/account_usage_exists", Type.Object({ account_id: Type.String() }), Found);

/** The accounts in the store: versions are appended, the highest is current. */
export function createAccounts({
  store,
  clock,
  inControl = createSoleControl(store),
}: {
  store: Store;
  clock: Clock;
  inControl?: InControl;
}): Accounts {
  const get = async (account_id: string): Promise<Account | null> =>
    (await selectAccount(store.read, { account_id }))[0] ?? null;

  async function write(
    turn: Turn,
    change: AccountChange,
    { by, if_version }: { by: string; if_version?: string },
  ): Promise<Account> {
    const former = await get(change.account_id);
    const version = former?.version ?? "0";
    if (if_version !== undefined && if_version !== version) {
      throw new AppError("conflict", `account ${change.account_id} is at version ${version}, not ${if_version}`, {
        field: "version",
      });
    }
    const next: Account = { ...(former ?? defaults(change.account_id)), ...change };
    checkFacts(next);
    if (former !== null && differing(former, next).length === 0) return former;
    await checkAgainstOthers(store.read, former, next);

    const written = { ...next, version: nextVersion(version) };
    const values: Record<string, string> = { ...written, changed_at: timeField(clock.now()), changed_by: by };
    await turn.write({ table: "account", columns }, `${columns.map((name) => field(values[name] ?? "")).join("\t")}\n`);
    return written;
  }

  return {
    list: ({ after_id, limit, within = [] }) => selectPage(store.read, { after_id, limit, within: [...within] }),
    get,
    put: (change, options) => inControl((turn) => write(turn, change, options)),
  };
}

function defaults(account_id: string): Account {
  const chosen = { kind: "account", domain: "ROOT", payment: "postpaid", state: "active" } as const;
  return {
    ...chosen,
    account_id,
    name: account_id,
    payer_account_id: account_id,
    currency: "",
    time_zone: "",
    rate_card_id: "",
    version: "0",
  };
}

function differing(a: Account, b: Account): (keyof Account)[] {
  return (Object.keys(facts) as (keyof Account)[]).filter((name) => a[name] !== b[name]);
}

/** What can be told from the account alone. */
function checkFacts(account: Account): void {
  const [fault] = Errors(Account, account);
  if (fault !== undefined) {
    const name = fault.instancePath.slice(1) || "account";
    throw new AppError("invalid-request", `${name}: ${fault.message}`, { field: name });
  }
  const { currency, time_zone } = account;
  if (currency !== "" && !isCurrency(currency)) {
    throw new AppError(
      "invalid-request",
      `currency is "${currency}", expected a current ISO 4217 code such as EUR, or nothing`,
      { field: "currency" },
    );
  }
  if (time_zone !== "" && !isTimeZone(time_zone)) {
    throw new AppError(
      "invalid-request",
      `time_zone is "${time_zone}", expected a zone such as Europe/Amsterdam, or nothing`,
      { field: "time_zone" },
    );
  }
}

/** What only the other accounts and the published usage can tell. */
async function checkAgainstOthers(client: ClickHouseClient, former: Account | null, next: Account): Promise<void> {
  const { account_id, name, domain, state } = next;
  const [namesake] = state === "active" ? await selectNamesake(client, { account_id, name, domain }) : [];
  if (namesake !== undefined) {
    throw new AppError("conflict", `domain ${domain} has an account named "${name}" already: ${namesake.account_id}`, {
      field: "name",
    });
  }
  await checkPayer(client, next);
  const changed = former === null ? [] : differing(former, next);
  if (changed.includes("currency") && (await selectPublished(client, { account_id })).length > 0) {
    const why = "its currency cannot be exchanged once usage is published";
    throw new AppError("conflict", `account ${account_id}: ${why}`, { field: "currency" });
  }
}

/** A payer pays for itself: chains no longer than one, so that a statement has one addressee. */
async function checkPayer(client: ClickHouseClient, next: Account): Promise<void> {
  const { account_id, payer_account_id, state } = next;
  const paysItself = payer_account_id === account_id;
  if (!paysItself) {
    const [payer] = await selectAccount(client, { account_id: payer_account_id });
    const refuse = (why: string): AppError =>
      new AppError("invalid-request", `payer_account_id is "${payer_account_id}", ${why}`, {
        field: "payer_account_id",
      });
    if (payer === undefined || payer.state === "deleted")
      throw refuse("expected the account itself or another that exists");
    if (payer.payer_account_id !== payer.account_id)
      throw refuse(`which is paid for by ${payer.payer_account_id}; a payer pays for itself`);
  }
  if (paysItself && state === "active") return;
  const [dependant] = await selectDependant(client, { account_id });
  if (dependant === undefined) return;
  const why = state === "deleted" ? "cannot be deleted" : "cannot be paid for by another";
  throw new AppError("conflict", `account ${account_id} pays for ${dependant.account_id}, so it ${why}`, {
    field: "payer_account_id",
  });
}
