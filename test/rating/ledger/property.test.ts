// Random lives of a month's money: whatever is rated, closed, issued, taken back, granted, paid and interrupted, in whatever order, the ledger adds up,
// says what bills and documents say, and says of every past moment what it said then.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMoney, type Money as Wired } from "../../../api/money.ts";
import type { System } from "../../../api/system.ts";
import { createAccounts } from "../../../core/accounts.ts";
import { dec } from "../../../core/decimal.ts";
import { instant } from "../../../core/instant.ts";
import { readRuns } from "../../../core/run.ts";
import { createSoleControl } from "../../../core/versions.ts";
import { propertyRuns } from "../../property/property-runs.ts";
import { openRatingStore, type RatingStore } from "../rating-store.ts";
import { expectAddsUp } from "./adds-up.ts";
import { type Deed, deed, ending, opening } from "./deeds.ts";
import { issueDocuments } from "./issue-documents.ts";
import { type Money, moneyOf } from "./money.ts";

const SEED = 7;
const RUNS = propertyRuns({ byDefault: 3, share: 0.1 });
const HOUR_MS = 3_600_000;
const months = ["2026-10", "2026-11"] as const;
const start_ms = Date.UTC(2026, 8, 30, 22);
const began_ms = Date.UTC(2026, 11, 5);

let on: RatingStore;
let money: Money;
let wired: Wired;
let system: Pick<System, "store" | "runs" | "ledger" | "payments" | "credits" | "finalizing">;
let lives = 0;
beforeAll(async () => {
  on = await openRatingStore();
  const { store, clock, ledger: runs } = on;
  clock.set(instant(began_ms));
  const settings = {
    get: async (name: string) => ({ "billing.credit.grace": "0", "billing.prepaid.low": "20%" })[name] ?? "UTC",
  };
  const inControl = createSoleControl(store);
  const accounts = createAccounts({ store, clock, inControl });
  wired = createMoney({ accounts, clock, settings, inControl, rating: { ...on, ledger: runs } });
  system = { ...wired, store, runs };
  money = moneyOf(() => system);
  const tiers = [
    { up_to: "50", rate: "0.123456789" },
    { up_to: null, rate: "0.0777" },
  ];
  const common = { name: "VM", usage_type: 1, unit: "hour", model: "graduated", tiers } as const;
  for (const currency of ["EUR", "JPY"]) {
    await on.putCard([{ ...common, tariff_id: "vm", currency }], currency, currency, [
      { charge_id: "less", name: "Less", kind: "discount_percent", percent: "10" },
      { charge_id: "fee", name: "Fee", kind: "flat", amount: "3", prorate: false },
    ]);
  }
});
afterAll(() => on.close());

/** Writes something under the number of the next run. */
async function nextSeq(): Promise<number> {
  return Number((await readRuns(on.store, {}, 1))[0]?.seq ?? 0n) + 1;
}
const amountOf = (currency: string, n: number): string =>
  currency === "JPY" ? `${n}` : dec(`${n}`).div(100).toFixed(2);

/** Two payers, in EUR and JPY, and an account that the first pays for until it moves to the second. */
interface Life {
  readonly no: number;
  readonly payers: readonly string[];
  readonly accounts: readonly string[];
  readonly seen: { readonly at: number; readonly said: string }[];
  count: number;
}
const currencies = ["EUR", "JPY"];

async function live(life: Life, done: Deed): Promise<void> {
  life.count += 1;
  on.clock.set(instant(on.clock.now() + HOUR_MS));
  const name = `${life.no}-${life.count}`;
  const payer = (n: number): string => life.payers[n] ?? "";
  const currency = (n: number): string => currencies[n] ?? "";
  switch (done.do) {
    case "use": {
      const from = start_ms + done.day * 24 * HOUR_MS;
      const run_seq = await nextSeq();
      const quantity = BigInt(done.hours * HOUR_MS);
      const slices = [[from, from + done.hours * HOUR_MS, quantity] as const];
      const account_id = life.accounts[done.of] ?? "";
      await on.writeUsage([
        {
          account_id,
          usage_type: 1,
          resource: name,
          run_seq,
          start_ms: from,
          end_ms: from + 24 * HOUR_MS,
          quantity,
          slices,
        },
      ]);
      return on.publishUsage(run_seq, [from]);
    }
    case "rate": {
      const period = months[done.month] ?? "";
      const look = (): Promise<void> => Promise.reject(new Error("killed"));
      // killed after the lines are there; or after the entries are, by what stands beside it in the store
      if (done.dies) await expect(on.rate(period, { force: true, look })).rejects.toThrow("killed");
      else await on.rate(period, { force: true });
      return wired.settleMoney();
    }
    case "close": {
      const [former] = await money.rows<{ n: string }>(
        `SELECT count() AS n FROM period_close WHERE payer_account_id = '${payer(done.of)}'`,
      );
      if (former?.n !== "0") return;
      const accounts = await money.rows<{ account_id: string }>(
        `SELECT account_id FROM current_account WHERE payer_account_id = '${payer(done.of)}'`,
      );
      const closing = {
        payer: payer(done.of),
        accounts: accounts.map(({ account_id }) => account_id),
        period: "2026-10",
      };
      return on.closeMonth({ ...closing, run_seq: await nextSeq(), closed_ms: on.clock.now() });
    }
    case "issue": {
      const asked = { period: months[done.month] ?? "", payer: payer(done.of), tax: done.tax, fail: done.dies };
      const issuing = issueDocuments(system, asked);
      if (done.dies) await issuing.catch((error: unknown) => expect(String(error)).toContain("killed"));
      else await issuing;
      return;
    }
    case "take-back": {
      const [found] = await documents(payer(done.of), "NOT IN");
      if (found !== undefined)
        await issueDocuments(system, { period: found.period, tax: found.percent, reverses: found.id });
      return;
    }
    case "issue-again": {
      const [found] = await documents(payer(done.of), "IN");
      if (found === undefined) return;
      const suffix = `${found.id.slice("st_202610_".length + 32)}r`;
      await issueDocuments(system, { period: found.period, payer: payer(done.of), tax: "19", suffix });
      return;
    }
    case "grant": {
      const from = start_ms + done.day * 24 * HOUR_MS;
      const span = { from, ...(done.bought ? {} : { expires: from + done.days * 24 * HOUR_MS }) };
      const given = { payer: payer(done.of), currency: currency(done.of), ...span };
      await money.grant(`g${name}`, amountOf(currency(done.of), done.coins), {
        ...given,
        kind: done.bought ? "prepayment" : "promotion",
      });
      return;
    }
    case "end": {
      const pages = life.payers.map((of_payer) =>
        wired.credits.list({ payer_account_id: of_payer, after: null, limit: 100 }),
      );
      const found = (await Promise.all(pages))
        .flat()
        .find(({ remaining, state }) => Number(remaining) > 0 && state === "active");
      if (found !== undefined) await wired.credits.end(found.credit_id, { reason: "a test", by: "test" });
      return wired.catchUpMoney();
    }
    case "move":
      return on.writeAccounts([
        {
          account_id: life.accounts[2] ?? "",
          payer: payer(1),
          version: life.count + 1,
          changed_ms: on.clock.now(),
          rate_card_id: "JPY",
        },
      ]);
    case "expire":
      return wired.catchUpMoney();
    case "pay":
      await money.pay(`p${name}`, amountOf(currency(done.of), done.coins), {
        payer: payer(done.of),
        currency: currency(done.of),
      });
      return;
    case "refund": {
      const back = { payer: payer(done.of), currency: currency(done.of), sign: -1 as const };
      await money
        .pay(`r${name}`, amountOf(currency(done.of), done.coins), back)
        .catch((error: unknown) => expect(String(error)).toContain("is more than"));
    }
  }
}

/** Final statements of a payer that were, or were not, taken back. */
const documents = (payer: string, taken: "IN" | "NOT IN") =>
  money.rows<{ id: string; period: string; percent: string }>(
    `SELECT statement_id AS id, toString(period) AS period, toString(ifNull(any(toFloat64(vat.percent)), 0)) AS percent FROM statement_document
     LEFT JOIN (SELECT statement_id AS taxed, percent FROM statement_tax) AS vat ON taxed = statement_id
     WHERE payer_account_id = '${payer}' AND kind = 'statement' AND run_seq IN (SELECT run_seq FROM published_run)
       AND statement_id ${taken} (SELECT reverses FROM statement_document WHERE run_seq IN (SELECT run_seq FROM published_run))
     GROUP BY id, period ORDER BY id DESC LIMIT 1`,
  );

test("the ledger adds up after each deed, agrees with bills and documents, and never says otherwise of the past", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 6, maxLength: 10 }), async (deeds) => {
      lives += 1;
      const payers = [`a${lives}`, `b${lives}`];
      const life: Life = { no: lives, payers, accounts: [...payers, `c${lives}`], seen: [], count: 0 };
      await on.writeAccounts([
        { account_id: life.payers[0] ?? "", currency: "EUR", rate_card_id: "EUR" },
        { account_id: life.payers[1] ?? "", currency: "JPY", rate_card_id: "JPY" },
        { account_id: life.accounts[2] ?? "", payer: life.payers[0] ?? "", rate_card_id: "EUR" },
      ]);
      for (const done of [...opening, ...deeds, ...ending]) {
        await live(life, done);
        if (life.count >= opening.length) await expectAddsUp(money);
        life.seen.push({ at: on.clock.now(), said: await said(life, on.clock.now()) });
      }
      on.clock.set(instant(on.clock.now() + HOUR_MS));
      for (const { at, said: then } of life.seen) expect(await said(life, at), "the past").toBe(then);
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
  const kinds = await money.rows<{ kind: string }>("SELECT DISTINCT kind FROM ledger ORDER BY kind");
  expect(
    kinds.map(({ kind }) => kind),
    "all kinds of postings came up",
  ).toEqual([
    "accrual",
    "accrual-reversal",
    "allocation",
    "credit-end",
    "credit-expiry",
    "credit-note",
    "draw",
    "grant",
    "payment",
    "refund",
    "release",
    "statement",
  ]);
}, 600_000);

const said = async (life: Life, at: number): Promise<string> =>
  (await Promise.all(life.payers.map((payer) => money.balance(payer, at)))).join("; ");
