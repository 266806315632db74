import { allocate, roundRatio } from "../../core/decimal.ts";
import type { ChargeKind } from "./charge.ts";

/** A line of a statement as charges see it; money in 10^-9 of the currency, always whole coins. */
export interface ChargedLine {
  readonly line: number;
  readonly account_id: string;
  readonly scope: "account" | "payer";
  readonly kind: "usage" | "unrated" | ChargeKind;
  readonly component: string;
  readonly usage_type: number;
  /** The line that a discount reduces, 0 = none. */
  readonly of_line: number;
  readonly exact: bigint;
  readonly amount: bigint;
}

/** A charge that is due from an account or a payer, `threshold` being its amount in 10^-9, percent and factor in 10^-6. */
export interface DueCharge {
  readonly kind: ChargeKind;
  readonly scope: "account" | "payer";
  readonly owner_id: string;
  readonly component: string;
  readonly components: readonly string[];
  readonly usage_types: readonly number[];
  readonly threshold: bigint;
  readonly percent: bigint;
  readonly factor: bigint;
}

const PERCENT = 100_000_000n;
const ONE = 1_000_000n;

/**
 * What charges add to one payer's lines, worked out as sql/rating/charges does for all. `steps`: those due together, in the order of their
 * numbers and owners; `minor`: the smallest coin in 10^-9. A property holds the two equal to the last digit.
 */
export function chargeLines(
  lines: readonly ChargedLine[],
  { steps, minor }: { steps: readonly (readonly DueCharge[])[]; minor: bigint },
): ChargedLine[] {
  const all = [...lines];
  for (const step of steps) {
    const added = step.flatMap((due) => linesOf(due, all, minor));
    const former = Math.max(0, ...all.map(({ line }) => line));
    all.push(...added.map((line, index) => ({ ...line, line: former + index + 1 })));
  }
  return all;
}

function linesOf(due: DueCharge, all: readonly ChargedLine[], minor: bigint): ChargedLine[] {
  const owned = all.filter(
    (line) =>
      (due.scope === "payer" || (line.scope === "account" && line.account_id === due.owner_id)) &&
      (due.components.length === 0 || due.components.includes(line.component)),
  );
  if (due.kind === "discount_percent" || due.kind === "discount_amount")
    return discountLines(due, { owned, all, minor });
  const exact = totalOf(
    due,
    owned.reduce((sum, { amount }) => sum + amount, 0n),
  );
  if (exact === 0n) return [];
  const { kind, scope, owner_id: account_id, component } = due;
  return [
    { line: 0, account_id, scope, kind, component, usage_type: 0, of_line: 0, exact, amount: toCoins(exact, minor) },
  ];
}

function totalOf({ kind, threshold, percent, factor }: DueCharge, base: bigint): bigint {
  const over = base - threshold;
  switch (kind) {
    case "flat":
      return threshold;
    case "percentage":
      return roundRatio(base * percent, PERCENT);
    case "minimum":
      return over < 0n ? -over : 0n;
    case "cap":
      return over > 0n ? -over : 0n;
    case "commitment":
      return over <= 0n ? -over : roundRatio(over * (factor - ONE), ONE);
    case "discount_percent":
    case "discount_amount":
      throw new Error(`${kind} is of lines, not of a sum`);
  }
}

function discountLines(
  { kind, usage_types, threshold, percent }: DueCharge,
  { owned, all, minor }: { owned: readonly ChargedLine[]; all: readonly ChargedLine[]; minor: bigint },
): ChargedLine[] {
  const reduced = owned
    .filter((line) => line.kind === "usage" || line.kind === "flat" || line.kind === "percentage")
    .filter((line) => usage_types.length === 0 || usage_types.includes(line.usage_type))
    .map((line) => ({
      line,
      remains: all.filter((of) => of.of_line === line.line).reduce((sum, { amount }) => sum + amount, line.amount),
    }))
    .filter(({ remains }) => remains > 0n)
    .toSorted((a, b) => a.line.line - b.line.line);
  const coins = reduced.map(({ remains }) => remains / minor);
  const whole = coins.reduce((sum, coin) => sum + coin, 0n);
  const total = threshold / minor < whole ? threshold / minor : whole;
  const parts =
    kind === "discount_amount" && reduced.length > 0 ? allocate(total, coins).map((part) => part * minor) : [];
  return reduced.flatMap(({ line, remains }, index) => {
    const exact = kind === "discount_percent" ? roundRatio(remains * percent, PERCENT) : (parts[index] ?? 0n);
    if (exact === 0n) return [];
    const { account_id, scope, component, usage_type } = line;
    return [
      {
        line: 0,
        account_id,
        scope,
        kind,
        component,
        usage_type,
        of_line: line.line,
        exact: -exact,
        amount: -toCoins(exact, minor),
      },
    ];
  });
}

function toCoins(exact: bigint, minor: bigint): bigint {
  return roundRatio(exact, minor) * minor;
}
