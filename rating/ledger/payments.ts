import Type, { type Static } from "typebox";
import type { Accounts } from "../../core/accounts.ts";
import type { Clock } from "../../core/clock.ts";
import { isCurrency, minorUnit } from "../../core/currencies.ts";
import { dec, type Dec, formatDecimal, formatFixed, parseDecimal } from "../../core/decimal.ts";
import { AppError } from "../../core/errors.ts";
import { field, timeField } from "../../core/insert-lines.ts";
import { formatMs, type InstantMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { createSoleControl, type InControl, type Turn } from "../../core/versions.ts";
import { refuse } from "../refuse.ts";
import type { Payment } from "./payment.ts";
import { settle } from "./settle.ts";

/** Money in or out, read from outside. `amount` above zero; `sign` -1: it is given back. */
export interface MoneyMoved {
  readonly id: string;
  readonly sign: 1 | -1;
  readonly payer_account_id: string;
  readonly currency: string;
  readonly amount: string;
  readonly statement_id?: string | undefined;
  readonly method?: string | undefined;
  readonly note?: string | undefined;
  /** When it was paid; undefined = now. */
  readonly at?: InstantMs | undefined;
}

interface Read extends MoneyMoved {
  readonly read: Dec;
}

/** Where the next page of payments begins. */
export interface MoneyPlace {
  readonly booked_ms: number;
  readonly id: string;
}

/** Payments and refunds: facts that are told once, and booked by being told. */
export interface Payments {
  /**
   * Books money that came in or went out, and puts what came in where it belongs: to the document it is for, else to the oldest one that is
   * open; what is left stays on account. `created` false: it was told before, with the same words.
   * @throws AppError invalid-request, not-found, conflict
   */
  book(moved: MoneyMoved, by: string): Promise<{ created: boolean; payment: Payment }>;
  /** In the order they were told; `sign` -1 = refunds. `within`: the payers that may be seen, none = all. */
  list(filter: {
    sign: 1 | -1;
    payer_account_id: string;
    within?: readonly string[];
    after: MoneyPlace | null;
    limit: number;
  }): Promise<Payment[]>;
}

const Text = Type.String();
const Row = Type.Object({
  payment_id: Text,
  payer_account_id: Text,
  currency: Text,
  amount: Text,
  paid_ms: Text,
  statement_id: Text,
  method: Text,
  note: Text,
  changed_ms: Text,
  changed_by: Text,
});
const selectPayments = defineQuery(
  "rating/ledger/payments",
  Type.Object({
    sign: Type.Integer(),
    payment_id: Text,
    payer_account_id: Text,
    within: Type.Array(Text),
    after_ms: Type.Number(),
    after_id: Text,
    limit: Type.Integer(),
  }),
  Row,
);
const selectDocument = defineQuery(
  "rating/ledger/document",
  Type.Object({ statement_id: Text }),
  Type.Object({ statement_id: Text, kind: Text, payer_account_id: Text, currency: Text }),
);
const selectOnAccount = defineQuery(
  "rating/ledger/on_account",
  Type.Object({ payer_account_id: Text, currency: Text, statement_id: Text }),
  Type.Object({ pool: Text, paid: Text }),
);
const columns =
  "payment_id version payer_account_id currency amount paid_at statement_id method note changed_at changed_by".split(
    " ",
  );

/** Payments in the store. */
export function createPayments(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, "get">;
  readonly inControl?: InControl;
}): Payments {
  const { store, clock, accounts, inControl = createSoleControl(deps.store) } = deps;

  async function find(payment_id: string): Promise<Static<typeof Row> | undefined> {
    const asked = { payment_id, payer_account_id: "", within: [], after_ms: -1, after_id: "", limit: 1 };
    for (const sign of [1, -1]) {
      const [found] = await selectPayments(store.read, { ...asked, sign });
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async function write(turn: Turn, moved: Read, by: string): Promise<Payment> {
    const now = clock.now();
    const { id, sign, payer_account_id, currency, read, at = now, statement_id = "", method = "", note = "" } = moved;
    const amount = formatDecimal(read.times(sign));
    const head = [field(id), 1, field(payer_account_id), currency, amount, timeField(at)];
    const rest = [field(statement_id), field(method), field(note), timeField(now), field(by)];
    await turn.write({ table: "payment", columns }, `${[...head, ...rest].join("\t")}\n`);
    const told = { payment_id: id, payer_account_id, currency, amount, statement_id, method, note, changed_by: by };
    return toPayment({ ...told, paid_ms: `${at}`, changed_ms: `${now}` });
  }

  /** No more goes out than is there: of what was paid for a document, or of what is on account. */
  async function requireThere({ payer_account_id, currency, statement_id = "", read }: Read) {
    const [found] = await selectOnAccount(store.read, { payer_account_id, currency, statement_id });
    const there = dec((statement_id === "" ? found?.pool : found?.paid) ?? "0");
    if (read.lte(there)) return;
    const where = statement_id === "" ? "on account" : `paid for ${statement_id}`;
    throw new AppError(
      "conflict",
      `${formatFixed(read, minorUnit(currency))} ${currency} is more than the ${formatFixed(there, minorUnit(currency))} ${where}`,
      { field: "amount" },
    );
  }

  return {
    book: async (moved, by) => {
      const read = readAmount(moved);
      if (moved.statement_id !== undefined) await requireDocument(store, moved);
      // What is owed or on account stays so when another has come to pay for the account; only what comes in freely needs a payer.
      else if (moved.sign > 0) await requirePayer(accounts, moved.payer_account_id);
      const told = { ...moved, read };
      const booked = await inControl(async (turn) => {
        const former = await find(moved.id);
        if (former !== undefined) return { created: false, payment: requireSame(former, told) };
        if (moved.sign < 0) await requireThere(told);
        return { created: true, payment: await write(turn, told, by) };
      });
      // A turn of its own: what a turn wrote counts when it has ended. Whoever dies in between is caught up with.
      await settle({ store, clock, inControl }, moved.payer_account_id);
      // When it is booked is when that turn ended.
      const stands = booked.created ? await find(moved.id) : undefined;
      return stands === undefined ? booked : { ...booked, payment: toPayment(stands) };
    },
    list: async ({ sign, payer_account_id, within = [], after, limit }) => {
      const place = { after_ms: after?.booked_ms ?? -1, after_id: after?.id ?? "" };
      const asked = { sign, payment_id: "", payer_account_id, within: [...within] };
      const rows = await selectPayments(store.read, { ...asked, ...place, limit });
      return rows.map(toPayment);
    },
  };
}

/** @throws AppError invalid-request unless the account is there and pays for itself */
export async function requirePayer(accounts: Pick<Accounts, "get">, account_id: string): Promise<void> {
  const account = await accounts.get(account_id);
  if (account === null) return refuse("payer_account_id", account_id, "an account that exists");
  if (account.payer_account_id !== account_id)
    refuse(
      "payer_account_id",
      account_id,
      `an account that pays for itself; ${account.payer_account_id} pays for this one`,
    );
}

/** An amount above zero in the coins of its currency. @throws AppError invalid-request */
export function readAmount({ currency, amount }: { currency: string; amount: string }): Dec {
  if (!isCurrency(currency)) refuse("currency", currency, "a current ISO 4217 code such as EUR");
  const read = parseDecimal(amount, { max_integer_digits: 12, max_decimals: minorUnit(currency) });
  if (read === null || !read.gt(0)) refuse("amount", amount, `a decimal above 0, below 10^12, in coins of ${currency}`);
  return read;
}

async function requireDocument(store: Store, { statement_id = "", payer_account_id, currency }: MoneyMoved) {
  const [found] = await selectDocument(store.read, { statement_id });
  if (found?.kind !== "statement")
    refuse("statement_id", statement_id, "a statement that is final, or nothing, for money on account");
  if (found.payer_account_id !== payer_account_id)
    refuse("payer_account_id", payer_account_id, `${found.payer_account_id}, whose statement ${statement_id} is`);
  if (found.currency !== currency)
    refuse("currency", currency, `${found.currency}, which statement ${statement_id} is in`);
}

/** The same id says the same, or it is another fact. */
function requireSame(former: Static<typeof Row>, moved: Read): Payment {
  const { id, sign, payer_account_id, currency, statement_id = "", method = "", note = "", at, read } = moved;
  const same =
    former.payer_account_id === payer_account_id &&
    former.currency === currency &&
    dec(former.amount).eq(read.times(sign)) &&
    former.statement_id === statement_id &&
    former.method === method &&
    former.note === note &&
    (at === undefined || Number(former.paid_ms) === at);
  if (same) return toPayment(former);
  const what = former.amount.startsWith("-") ? "refund" : "payment";
  throw new AppError("conflict", `there is a ${what} "${id}" that says otherwise`, { field: `${what}_id` });
}

function toPayment(row: Static<typeof Row>): Payment {
  const { payment_id, payer_account_id, currency, statement_id, method, note } = row;
  return {
    payment_id,
    payer_account_id,
    currency,
    amount: formatFixed(dec(row.amount).abs(), minorUnit(currency)),
    statement_id: statement_id === "" ? null : statement_id,
    method,
    note,
    paid_at: formatMs(row.paid_ms),
    booked_at: formatMs(row.changed_ms),
    booked_by: row.changed_by,
  };
}
