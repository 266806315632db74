import Type, { type Static } from "typebox";
import type { Accounts } from "../../core/accounts.ts";
import type { Clock } from "../../core/clock.ts";
import { minorUnit } from "../../core/currencies.ts";
import { dec, formatDecimal, formatFixed } from "../../core/decimal.ts";
import { AppError } from "../../core/errors.ts";
import { field, timeField } from "../../core/insert-lines.ts";
import { formatInstant, formatMs, type InstantMs, instant } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { createSoleControl, type InControl, nextVersion } from "../../core/versions.ts";
import { readAmount, requirePayer } from "../ledger/payments.ts";
import { refuse } from "../refuse.ts";
import { Credit, type CreditDraw, type CreditInput } from "./credit.ts";

/** A grant whose instants are read. */
export interface CreditGrant extends Omit<CreditInput, "valid_from" | "expires_at"> {
  readonly from: InstantMs | null;
  readonly expires: InstantMs | null;
}

/** Where the next page of credits begins. */
export interface CreditPlace {
  readonly granted_ms: number;
  readonly credit_id: string;
}

/** Credits of payers. A grant stays what it is; it can only be ended. */
export interface Credits {
  /** In the order they were granted. */
  list(asked: {
    payer_account_id: string;
    /** The payers that may be seen, none = all. */
    within?: readonly string[];
    after: CreditPlace | null;
    limit: number;
  }): Promise<Credit[]>;
  get(credit_id: string): Promise<Credit | null>;
  /** Which documents it went to. */
  draws(credit_id: string): Promise<CreditDraw[]>;
  /** `created` false: it was granted before, with the same words. @throws AppError invalid-request, conflict */
  grant(input: CreditGrant, by: string): Promise<{ created: boolean; credit: Credit }>;
  /** No later run draws on it, and what is left is booked out; ended again, nothing changes. @throws AppError not-found */
  end(credit_id: string, given: { reason: string; by: string }): Promise<Credit>;
}

const Text = Type.String();
const Row = Type.Object({
  credit_id: Text,
  version: Text,
  payer_account_id: Text,
  currency: Text,
  kind: Credit.properties.kind,
  amount: Text,
  priority: Type.Integer(),
  from_ms: Text,
  expires_ms: Text,
  state: Credit.properties.state,
  note: Text,
  reason: Text,
  granted_ms: Text,
  granted_by: Text,
  changed_ms: Text,
  remaining: Text,
});
type Row = Static<typeof Row>;
const selectCredits = defineQuery(
  "rating/credits/credits",
  Type.Object({
    credit_id: Text,
    payer_account_id: Text,
    within: Type.Array(Text),
    after_ms: Type.Number(),
    after_id: Text,
    limit: Type.Integer(),
  }),
  Row,
);
const selectDraws = defineQuery(
  "rating/credits/credit_draws",
  Type.Object({ credit_id: Text }),
  Type.Object({ statement_id: Text, number: Text, period: Text, amount: Text, drawn_ms: Text }),
);
const columns =
  "credit_id version payer_account_id currency kind amount priority valid_from expires_at state note reason changed_at changed_by".split(
    " ",
  );
/** Never: November 2286, the last second whose text the store reads as a time; Unix ms UTC. */
const NEVER_MS = 9_999_999_999_000;

/** Credits in the store. */
export function createCredits(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, "get">;
  readonly inControl?: InControl;
}): Credits {
  const { store, clock, accounts, inControl = createSoleControl(deps.store) } = deps;

  async function find(credit_id: string): Promise<Row | null> {
    const asked = { credit_id, payer_account_id: "", within: [], after_ms: -1, after_id: "", limit: 1 };
    return (await selectCredits(store.read, asked))[0] ?? null;
  }

  function lineOf(row: Omit<Row, "granted_ms" | "granted_by" | "remaining">, by: string): string {
    const { credit_id, version, payer_account_id, currency, kind, amount, priority, from_ms, expires_ms } = row;
    const head = [field(credit_id), version, field(payer_account_id), currency, kind, amount, priority];
    const times = [timeField(Number(from_ms)), timeField(Number(expires_ms))];
    const rest = [row.state, field(row.note), field(row.reason), timeField(Number(row.changed_ms)), field(by)];
    return `${[...head, ...times, ...rest].join("\t")}\n`;
  }

  return {
    list: async ({ payer_account_id, within = [], after, limit }) => {
      const place = { after_ms: after?.granted_ms ?? -1, after_id: after?.credit_id ?? "" };
      const asked = { credit_id: "", payer_account_id, within: [...within], ...place, limit };
      return (await selectCredits(store.read, asked)).map(toCredit);
    },
    get: async (credit_id) => {
      const found = await find(credit_id);
      return found === null ? null : toCredit(found);
    },
    draws: async (credit_id) => {
      const decimals = minorUnit((await find(credit_id))?.currency ?? "EUR");
      return (await selectDraws(store.read, { credit_id })).map(({ drawn_ms, amount, ...draw }) => ({
        ...draw,
        amount: formatFixed(dec(amount), decimals),
        drawn_at: formatMs(drawn_ms),
      }));
    },
    grant: async (input, by) => {
      const read = readAmount(input);
      requireSpan(input);
      await requirePayer(accounts, input.payer_account_id);
      return inControl(async (turn) => {
        const former = await find(input.credit_id);
        if (former !== null) return { created: false, credit: requireSame(former, input) };
        const now = clock.now();
        const { credit_id, payer_account_id, currency, kind, priority = 100, note = "", from, expires } = input;
        const amount = formatDecimal(read);
        const row = {
          credit_id,
          version: "1",
          payer_account_id,
          currency,
          kind,
          amount,
          priority,
          from_ms: `${from ?? now}`,
          expires_ms: `${expires ?? NEVER_MS}`,
          state: "active" as const,
          note,
          reason: "",
          changed_ms: `${now}`,
        };
        await turn.write({ table: "credit_grant", columns }, lineOf(row, by));
        return { created: true, credit: toCredit({ ...row, granted_ms: `${now}`, granted_by: by, remaining: amount }) };
      });
    },
    end: (credit_id, { reason, by }) =>
      inControl(async (turn) => {
        const former = await find(credit_id);
        if (former === null) throw noCredit(credit_id);
        if (former.state === "ended") return toCredit(former);
        const row = { ...former, version: nextVersion(former.version), state: "ended" as const, reason };
        const next = { ...row, changed_ms: `${clock.now()}` };
        await turn.write({ table: "credit_grant", columns }, lineOf(next, by));
        return toCredit(next);
      }),
  };
}

/** The error of a credit that is not there. */
export function noCredit(credit_id: string): AppError {
  return new AppError("not-found", `there is no credit "${credit_id}"`, { field: "credit_id" });
}

function requireSpan({ kind, from, expires }: CreditGrant): void {
  if (expires === null) return;
  const said = formatInstant(expires);
  if (kind === "prepayment") refuse("expires_at", said, "none: what was bought does not expire");
  if (from !== null && expires <= from) refuse("expires_at", said, `an instant after valid_from`);
  if (expires >= NEVER_MS) refuse("expires_at", said, "an instant before 2286, or none");
}

/** The same id says the same, or it is another grant. What was left out is what it was given. */
function requireSame(former: Row, input: CreditGrant): Credit {
  const { payer_account_id, currency, kind, amount, priority = 100, note = "", from, expires } = input;
  const same =
    former.payer_account_id === payer_account_id &&
    former.currency === currency &&
    former.kind === kind &&
    dec(former.amount).eq(dec(amount)) &&
    former.priority === priority &&
    former.note === note &&
    (from === null || Number(former.from_ms) === from) &&
    Number(former.expires_ms) === (expires ?? NEVER_MS);
  if (same) return toCredit(former);
  throw new AppError("conflict", `there is a credit "${former.credit_id}" that says otherwise`, { field: "credit_id" });
}

function toCredit(row: Row): Credit {
  const { credit_id, payer_account_id, currency, kind, priority, state, note, granted_by, reason } = row;
  const shown = (amount: string): string => formatFixed(dec(amount), minorUnit(currency));
  const expires = instant(Number(row.expires_ms));
  return {
    credit_id,
    payer_account_id,
    currency,
    kind,
    amount: shown(row.amount),
    remaining: shown(row.remaining),
    priority,
    valid_from: formatMs(row.from_ms),
    expires_at: expires >= NEVER_MS ? null : formatInstant(expires),
    state,
    note,
    granted_at: formatMs(row.granted_ms),
    granted_by,
    ended_at: state === "ended" ? formatMs(row.changed_ms) : null,
    reason,
  };
}
