import type { Clock } from "../../core/clock.ts";
import { type Payer, payerPeriod } from "./payers.ts";
import type { PayerPeriods } from "./periods.ts";
import type { CheckedPeriod, Finding, ReadinessCheck } from "./readiness.ts";

type Answer = Awaited<ReturnType<ReadinessCheck["find"]>>;

/** Accounts named in one statement. */
const accountsMax = 2_000;

/**
 * All that speaks against closing a period as things stand, by payer, in the order given. Payers with the same bounds are asked about
 * together; only where something is found is it looked for in each half of them, so that closing a month costs what is wrong with
 * it, not what there is.
 */
export async function readReadinessOfAll(
  { clock, checks }: { readonly clock: Pick<Clock, "now">; readonly checks: readonly ReadinessCheck[] },
  asked: readonly PayerPeriods[],
  period: string,
): Promise<Finding[][]> {
  const now = clock.now();
  const each = asked.map(({ payer, periods }) => ({ payer, period, ...payerPeriod(payer, period), periods, now }));
  const findings = each.map((): Finding[] => []);
  for (const check of checks) {
    const { name, overridable } = check;
    const answers = await askAll(check, each);
    for (const [index, one] of each.entries()) {
      const found = answers.get(one) ?? null;
      if (found !== null) findings[index]?.push({ check: name, blocking: true, overridable, ...found });
    }
  }
  return findings;
}

async function askAll(check: ReadinessCheck, each: readonly CheckedPeriod[]): Promise<Map<CheckedPeriod, Answer>> {
  const [first] = each;
  if (check.asked === "once" && first !== undefined) {
    const found = await check.find(first);
    return new Map(each.map((one) => [one, found]));
  }
  const companies = check.asked === "together" ? companiesOf(each) : each.map((one) => [one]);
  const answers = new Map<CheckedPeriod, Answer>();
  for (const company of companies) await askCompany(check, company, answers);
  return answers;
}

async function askCompany(
  check: ReadinessCheck,
  company: readonly CheckedPeriod[],
  answers: Map<CheckedPeriod, Answer>,
): Promise<void> {
  const [first] = company;
  if (first === undefined) return;
  const found = await check.find(company.length === 1 ? first : { ...first, payer: payingFor(company) });
  if (found === null || company.length === 1) {
    for (const one of company) answers.set(one, found);
    return;
  }
  const half = Math.ceil(company.length / 2);
  await askCompany(check, company.slice(0, half), answers);
  await askCompany(check, company.slice(half), answers);
}

/** Periods with the same bounds, of at most so many accounts together. */
function companiesOf(each: readonly CheckedPeriod[]): CheckedPeriod[][] {
  const companies: CheckedPeriod[][] = [];
  const filling = new Map<string, { company: CheckedPeriod[]; accounts: number }>();
  for (const one of each) {
    const bounds = `${one.start} ${one.end}`;
    const open = filling.get(bounds);
    const accounts = one.payer.accounts.length;
    if (open !== undefined && open.accounts + accounts <= accountsMax) {
      open.company.push(one);
      open.accounts += accounts;
      continue;
    }
    const company = [one];
    companies.push(company);
    filling.set(bounds, { company, accounts });
  }
  return companies;
}

function payingFor(company: readonly CheckedPeriod[]): Payer {
  return { payer_account_id: "", accounts: company.flatMap(({ payer }) => payer.accounts) };
}
