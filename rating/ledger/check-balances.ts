import Type from "typebox";
import type { Clock } from "../../core/clock.ts";
import { contentId } from "../../core/content-id.ts";
import { minorUnit } from "../../core/currencies.ts";
import { dec, type Dec, formatDecimal, formatFixed, roundTo } from "../../core/decimal.ts";
import { field, timeField } from "../../core/insert-lines.ts";
import { formatInstant } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { InControl } from "../../core/versions.ts";
import type { BalanceNotice, TellBalance } from "./balance-notice.ts";
import { type BalanceState, lowAmount, nextState, stateOf } from "./balance-state.ts";

/** What looking at prepaid balances stands on. */
export interface BalanceDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly inControl: InControl;
  /** At or below what a balance is low whose account says nothing itself. */
  defaultLow(): Promise<string>;
  readonly tell: TellBalance;
}

const Text = Type.String();
const selectAny = defineQuery("rating/ledger/any_prepaid", Type.Object({}), Type.Object({ there: Type.Integer() }));
const selectBalances = defineQuery(
  "rating/ledger/prepaid_balances",
  Type.Object({ payer_account_id: Text }),
  Type.Object({
    payer_account_id: Text,
    currency: Text,
    low: Text,
    balance: Text,
    topped_up: Text,
    turn: Type.Integer(),
    state: Type.Union([Type.Literal(""), Type.Literal("enough"), Type.Literal("low"), Type.Literal("empty")]),
  }),
);
const selectRated = defineQuery("rating/ledger/rated_since", Type.Object({}), Type.Object({ run_seq: Text }));
const selectMark = defineQuery(
  "rating/ledger/mark",
  Type.Object({}),
  Type.Object({ run_seq: Text, payments: Text, grants: Text, thresholds: Text }),
);
const columns = "notice_id payer_account_id currency turn state balance low_amount run_seq noticed_at".split(" ");

/** What is another text once a run was published, or a grant, payment or threshold written. */
export async function readMoneyMark(store: Store): Promise<string> {
  return JSON.stringify((await selectMark(store.read, {}))[0]);
}

interface Turned {
  readonly payer_account_id: string;
  readonly currency: string;
  readonly turn: number;
  readonly state: BalanceState;
  readonly balance: Dec;
  readonly low: Dec;
  readonly told: boolean;
}

/**
 * Looks how prepaid balances stand, and tells of those that have become low or empty since the last look: once for each time, whoever
 * looks and however often, since what was noticed is read and written in one turn at control data. `payer_account_id` "" = all.
 */
export async function checkBalances(deps: BalanceDeps, payer_account_id = ""): Promise<void> {
  const { store, clock, inControl } = deps;
  // Mostly nothing has turned; then no turn is taken.
  if ((await selectAny(store.read, {}))[0]?.there !== 1) return;
  if ((await turned(deps, payer_account_id)).length === 0) return;
  const noticed = await inControl(async (turn) => {
    const found = await turned(deps, payer_account_id);
    const run_seq = (await selectRated(store.read, {}))[0]?.run_seq ?? "0";
    const now = clock.now();
    const lines = found.map((one) => {
      const head = [noticeId(one), field(one.payer_account_id), one.currency, one.turn, one.state];
      const amounts = [formatDecimal(one.balance), formatDecimal(roundTo(one.low, 9))];
      return `${[...head, ...amounts, run_seq, timeField(now)].join("\t")}\n`;
    });
    if (lines.length > 0) await turn.write({ table: "balance_notice", columns }, lines.join(""));
    return found.map((one) => ({ told: one.told, notice: toNotice(one, formatInstant(now)) }));
  });
  for (const { told, notice } of noticed) if (told) await deps.tell(notice);
}

async function turned({ store, defaultLow }: BalanceDeps, payer_account_id: string): Promise<Turned[]> {
  const rows = await selectBalances(store.read, { payer_account_id });
  const unsaid = rows.length === 0 ? "" : await defaultLow();
  return rows.flatMap(({ low: said, balance: has, topped_up, turn, state: former, ...of }) => {
    const low = lowAmount(said === "" ? unsaid : said, dec(topped_up));
    const balance = dec(has);
    const state = stateOf(balance, low);
    const next = nextState(state, former);
    return next === null ? [] : [{ ...of, turn: turn + 1, state, balance, low, told: next.told }];
  });
}

function noticeId({ payer_account_id, currency, turn }: Turned): string {
  return contentId("bl", payer_account_id, currency, turn);
}

function toNotice(one: Turned, noticed_at: string): BalanceNotice {
  const { payer_account_id, currency, turn, state, balance, low } = one;
  const decimals = minorUnit(currency);
  const amounts = { balance: formatFixed(balance, decimals), low_amount: formatFixed(low, decimals) };
  return { notice_id: noticeId(one), payer_account_id, currency, turn, state, ...amounts, noticed_at };
}
