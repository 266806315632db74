import { monthOf, monthWindow } from "./calendar.ts";
import { byBytes } from "./event.ts";
import { moneyText, nanoText, toMinorUnit } from "./money.ts";
import { type OracleTariff, tierCharges, tierRates } from "./price.ts";
import { type OracleRecord, type PerAccount, perAccount } from "./records.ts";

/** A line: one account × tariff × tier, or the usage of one type that no tariff of the account prices. */
export interface OracleLine {
  readonly kind: "usage" | "unrated";
  readonly account_id: string;
  readonly usage_type: number;
  readonly tariff_id: string | null;
  readonly tier: number | null;
  readonly rate: string | null;
  readonly quantity: bigint;
  readonly amount9: string;
  readonly amount: string;
  readonly rounding: string;
}

export interface OracleStatement {
  readonly payer_account_id: string;
  readonly period: string;
  readonly currency: string;
  readonly lines: readonly OracleLine[];
  readonly net: string;
}

export interface StatementInput {
  readonly records: readonly OracleRecord[];
  readonly tariffs: readonly OracleTariff[];
  readonly account_zones: PerAccount;
  readonly default_zone: string;
  /** Payer per account; an account that is not named pays for itself. */
  readonly payer_of: PerAccount;
  /** Currency per payer account; one that is not named is an error. */
  readonly currency_of: PerAccount;
}

/**
 * One statement per payer and month, sorted by both. A month is the account's own calendar month (its zone, not the payer's),
 * booked under its name. A tariff in another currency than the payer's prices nothing. Lines of no quantity are left out.
 */
export function oracleStatements(input: StatementInput): OracleStatement[] {
  const groups = new Map<string, Charge>();
  for (const record of input.records) {
    const zone = perAccount(input.account_zones, record.account_id) ?? input.default_zone;
    const payer = perAccount(input.payer_of, record.account_id) ?? record.account_id;
    const currency = perAccount(input.currency_of, payer);
    if (currency === undefined) throw new Error(`no currency for payer ${payer}`);
    const period = monthOf(zone, record.window_start_ms);
    const tariff = tariffOf(record, input.tariffs, currency);
    const { account_id, usage_type } = record;
    const key = JSON.stringify([payer, period, account_id, usage_type, tariff?.id ?? null]);
    const quantity = (groups.get(key)?.quantity ?? 0n) + record.quantity;
    groups.set(key, { payer, period, currency, account_id, usage_type, tariff, zone, quantity });
  }

  const statements = new Map<string, { readonly head: Charge; readonly lines: OracleLine[] }>();
  for (const [, charge] of [...groups].sort(([a], [b]) => byBytes(a, b))) {
    const key = JSON.stringify([charge.payer, charge.period]);
    const statement = statements.get(key) ?? { head: charge, lines: [] };
    statement.lines.push(...linesOf(charge));
    statements.set(key, statement);
  }
  return [...statements.values()].map(({ head, lines }) => ({
    payer_account_id: head.payer,
    period: head.period,
    currency: head.currency,
    lines,
    net: netOf(lines, head.currency),
  }));
}

interface Charge {
  readonly payer: string;
  readonly period: string;
  readonly currency: string;
  readonly account_id: string;
  readonly usage_type: number;
  readonly tariff: OracleTariff | null;
  readonly zone: string;
  readonly quantity: bigint;
}

function tariffOf(record: OracleRecord, tariffs: readonly OracleTariff[], currency: string): OracleTariff | null {
  const holds = (wanted: readonly string[], value: string): boolean => wanted.length === 0 || wanted.includes(value);
  const matching = tariffs.filter(
    (tariff) =>
      tariff.usage_type === record.usage_type &&
      tariff.currency === currency &&
      holds(tariff.conditions.offering, record.shape.offering) &&
      holds(tariff.conditions.zone, record.shape.zone),
  );
  if (matching.length > 1) throw new Error(`tariffs overlap: ${matching.map(({ id }) => id).join(", ")}`);
  return matching[0] ?? null;
}

function linesOf(charge: Charge): OracleLine[] {
  const { account_id, usage_type, tariff, quantity, currency } = charge;
  if (quantity === 0n) return [];
  if (tariff === null) {
    const nothing = { tariff_id: null, tier: null, rate: null };
    return [{ kind: "unrated", account_id, usage_type, ...nothing, quantity, ...moneyOf(0n, currency) }];
  }
  const rates = tierRates(tariff);
  const month = monthWindow(charge.zone, charge.period);
  return tierCharges(tariff, quantity, BigInt(month.end_ms - month.start_ms)).map((tierCharge) => ({
    kind: "usage",
    account_id,
    usage_type,
    tariff_id: tariff.id,
    tier: tierCharge.tier,
    rate: rates[tierCharge.tier] ?? null,
    quantity: tierCharge.quantity,
    ...moneyOf(tierCharge.amount_nano, currency),
  }));
}

function moneyOf(amount_nano: bigint, currency: string): Pick<OracleLine, "amount9" | "amount" | "rounding"> {
  const payable_nano = toMinorUnit(amount_nano, currency);
  return {
    amount9: nanoText(amount_nano),
    amount: moneyText(payable_nano, currency),
    rounding: nanoText(payable_nano - amount_nano),
  };
}

// Read back from the lines as printed, so the net cannot know anything a reader of the statement does not.
function netOf(lines: readonly OracleLine[], currency: string): string {
  const digits = 9 - (moneyText(0n, currency).split(".")[1] ?? "").length;
  const nano = lines.reduce((sum, line) => sum + BigInt(line.amount.replace(".", "")) * 10n ** BigInt(digits), 0n);
  return moneyText(nano, currency);
}
