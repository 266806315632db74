import Type, { type Static } from "typebox";
import type { Accounts } from "../../core/accounts.ts";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { formatInstant, formatMs } from "../../core/instant.ts";
import { field, timeField } from "../../core/insert-lines.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { createSoleControl, type InControl, nextVersion, type Turn } from "../../core/versions.ts";
import { refuse } from "../refuse.ts";
import { type Budget, type BudgetInput, BudgetNotice, type Threshold } from "./budget.ts";
import { budgetsOf } from "./judge.ts";
import { readBudget } from "./read-budget.ts";

/** A version of a budget; `deleted` = from then on there is none. */
export interface BudgetVersion {
  readonly budget: Budget;
  readonly deleted: boolean;
  readonly changed_ms: number;
}

/** Whose change it is; `if_version`: the version the caller has seen, 0 = there is none; `is_new`: whether there must be none. */
interface By {
  readonly by: string;
  readonly if_version?: number;
  readonly is_new?: boolean;
}

/** Where the next page of notices begins. */
export interface NoticePlace {
  readonly period: string;
  readonly budget_id: string;
  readonly notice_id: string;
}

/** Which notices; "" = all. */
export interface NoticeFilter {
  readonly budget_id: string;
  readonly period: string;
  /** The budgets that may be seen, none = all. */
  readonly seen?: readonly string[];
  readonly after: NoticePlace | null;
  readonly limit: number;
}

/** Budgets of months and what became of them. Changes are versions; the notices of former ones stay. */
export interface Budgets {
  /** Those that are there, by their ids. */
  list(): Promise<Budget[]>;
  get(budget_id: string): Promise<Budget | null>;
  /** All versions, oldest first, deletions among them. */
  versions(): Promise<BudgetVersion[]>;
  /** Writes a budget whole, as its next version. @throws AppError invalid-request, conflict, precondition-failed */
  put(input: BudgetInput, by: By): Promise<Budget>;
  /** From now on no month is held against it; gives it as it was. @throws AppError not-found, precondition-failed */
  remove(budget_id: string, by: By): Promise<Budget>;
  /** By month, budget and id. */
  notices(filter: NoticeFilter): Promise<BudgetNotice[]>;
}

const Row = Type.Object({
  budget_id: Type.String(),
  version: Type.String(),
  name: Type.String(),
  scope: Type.Union([Type.Literal("payer"), Type.Literal("account")]),
  owner_id: Type.String(),
  currency: Type.String(),
  amount: Type.String(),
  thresholds: Type.String(),
  state: Type.Union([Type.Literal("active"), Type.Literal("deleted")]),
  changed_ms: Type.String(),
  changed_by: Type.String(),
});
type Row = Static<typeof Row>;
const selectVersions = defineQuery("rating/budgets/budget_versions", Type.Object({ budget_id: Type.String() }), Row);
const selectNotices = defineQuery(
  "rating/budgets/budget_notices",
  Type.Object({
    budget_id: Type.String(),
    period: Type.String(),
    seen: Type.Array(Type.String()),
    after_period: Type.String(),
    after_budget: Type.String(),
    after_notice: Type.String(),
    limit: Type.Integer(),
  }),
  Type.Object({ ...BudgetNotice.properties, noticed_at: Type.String(), state_at: Type.String() }),
);
const columns =
  "budget_id version name scope owner_id currency amount period thresholds state changed_at changed_by".split(" ");

/** Budgets in the store. */
export function createBudgets({
  store,
  clock,
  accounts,
  defaultCurrency,
  inControl = createSoleControl(store),
}: {
  store: Store;
  clock: Clock;
  accounts: Pick<Accounts, "get">;
  /** Of payers that name none. */
  defaultCurrency(): Promise<string>;
  inControl?: InControl;
}): Budgets {
  const versions = async (): Promise<BudgetVersion[]> =>
    (await selectVersions(store.read, { budget_id: "" })).map(toVersion);

  async function last(budget_id: string): Promise<BudgetVersion | undefined> {
    return (await selectVersions(store.read, { budget_id })).map(toVersion).at(-1);
  }

  async function write(turn: Turn, budget: Budget, { state, by }: { state: Row["state"]; by: string }) {
    const now = clock.now();
    const { budget_id, version, name, account_id, payer_account_id, currency, amount, period, thresholds } = budget;
    const scope = account_id === undefined ? "payer" : "account";
    const owner = account_id ?? payer_account_id ?? "";
    const facts = [budget_id, version, field(name), scope, field(owner), currency, amount, period];
    const rest = [field(JSON.stringify(thresholds)), state, timeField(now), field(by)];
    await turn.write({ table: "budget", columns }, `${[...facts, ...rest].join("\t")}\n`);
    return { ...budget, changed_at: formatInstant(now), changed_by: by };
  }

  /** Amounts are held against bills, which are in the payer's currency. */
  async function requireOwner({ account_id, payer_account_id, currency }: BudgetInput): Promise<void> {
    const [name, id] = account_id === undefined ? ["payer_account_id", payer_account_id] : ["account_id", account_id];
    const account = await accounts.get(id ?? "");
    if (account === null) return refuse(name ?? "", id, "an account that exists");
    if (account_id === undefined && account.payer_account_id !== account.account_id)
      refuse("payer_account_id", id, `an account that pays for itself; ${account.payer_account_id} pays for this one`);
    const payer = await accounts.get(account.payer_account_id);
    const owed = payer === null || payer.currency === "" ? await defaultCurrency() : payer.currency;
    if (owed !== currency) refuse("currency", currency, `${owed}, which its bills are in`);
  }

  return {
    list: async () => budgetsOf(await versions(), Number.POSITIVE_INFINITY),
    get: async (budget_id) => {
      const found = await last(budget_id);
      return found === undefined || found.deleted ? null : found.budget;
    },
    versions,
    put: async (input, { by, if_version, is_new = false }) => {
      const facts = readBudget(input);
      await requireOwner(input);
      return inControl(async (turn) => {
        const former = await last(facts.budget_id);
        if (is_new && former?.deleted === false)
          throw new AppError("conflict", `there is a budget "${facts.budget_id}" already`, { field: "budget_id" });
        requireSeen(facts.budget_id, former, if_version);
        const version = nextVersion(former?.budget.version);
        return write(turn, { ...facts, version, changed_at: "", changed_by: by }, { state: "active", by });
      });
    },
    remove: (budget_id, { by, if_version }) =>
      inControl(async (turn) => {
        const former = await last(budget_id);
        if (former === undefined || former.deleted) throw noBudget(budget_id);
        requireSeen(budget_id, former, if_version);
        const version = nextVersion(former.budget.version);
        await write(turn, { ...former.budget, version }, { state: "deleted", by });
        return former.budget;
      }),
    notices: async ({ after, seen = [], ...filter }) =>
      (
        await selectNotices(store.read, {
          ...filter,
          seen: [...seen],
          after_period: after?.period ?? "",
          after_budget: after?.budget_id ?? "",
          after_notice: after?.notice_id ?? "",
        })
      ).map((row) => ({ ...row, noticed_at: formatMs(row.noticed_at), state_at: formatMs(row.state_at) })),
  };
}

/** The error of a budget that is not there. */
export function noBudget(budget_id: string): AppError {
  return new AppError("not-found", `there is no budget "${budget_id}"`, { field: "budget_id" });
}

function requireSeen(budget_id: string, former: BudgetVersion | undefined, if_version: number | undefined): void {
  const present = former === undefined || former.deleted ? "0" : former.budget.version;
  if (if_version === undefined || `${if_version}` === present) return;
  throw new AppError("precondition-failed", `budget ${budget_id} is at version ${present}, not ${if_version}`, {
    field: "if-match",
  });
}

function toVersion(row: Row): BudgetVersion {
  const { budget_id, version, name, currency, amount, scope, owner_id, changed_ms, changed_by } = row;
  const owner = scope === "payer" ? { payer_account_id: owner_id } : { account_id: owner_id };
  const thresholds = JSON.parse(row.thresholds) as Threshold[];
  const changed = { changed_at: formatMs(changed_ms), changed_by };
  return {
    budget: { budget_id, version, name, ...owner, currency, amount, thresholds, period: "month", ...changed },
    deleted: row.state === "deleted",
    changed_ms: Number(changed_ms),
  };
}
