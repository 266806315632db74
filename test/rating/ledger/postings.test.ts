// The kinds of postings and what they sum to, worked by hand.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { at } from "../../at.ts";
import { openPipeline, type Pipeline } from "../../pipeline.ts";
import { issueDocuments } from "./issue-documents.ts";
import { type Money, moneyOf } from "./money.ts";

const november = at("2026-11-02T00:00:00Z");
let pipeline: Pipeline;
let money: Money;
beforeAll(async () => {
  pipeline = await openPipeline(november);
  money = moneyOf(pipeline.system);
});
afterAll(() => pipeline.close());

let count = 0;
async function happens(type: string, time: string, resource = "vm-1", account_id = "acme"): Promise<void> {
  count += 1;
  const data = { account_id, resource };
  await pipeline.send([{ specversion: "1.0", id: `e${count}`, source: "s", type, time, data }]);
}

/** A VM of acme for the first ten days of October, 240 hours at 0.50: 120.00. */
beforeEach(async () => {
  await pipeline.reset();
  pipeline.clock.set(at("2026-09-20T00:00:00Z"));
  const { accounts, rateCards } = pipeline.system();
  await accounts.put({ account_id: "acme" }, { by: "test" });
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.50" } as const;
  await rateCards.put("default", { name: "List", currency: "EUR", tariffs: [vm] }, "test");
  pipeline.clock.set(november);
  await happens("VM.START", "2026-10-01T00:00:00Z");
  await happens("VM.STOP", "2026-10-11T00:00:00Z");
  await pipeline.aggregate(november);
});

const rate = async () => pipeline.system().rate({ period: "2026-10", force: true });
const entries = async (): Promise<string[]> =>
  (await money.entries()).map(({ kind, ledger_account, amount }) => `${kind} ${ledger_account} ${amount}`).toSorted();
const statement = async (): Promise<string> => (await money.statements())[0]?.statement_id ?? "";
/** In the order of: unbilled, receivable, credits, on account. */
const balance = () => money.balance();

test("a rating run accrues what its lines say; one that says the same books nothing, one that says otherwise takes back and accrues anew", async () => {
  await rate();
  expect(await entries()).toEqual(["accrual revenue -120", "accrual unbilled 120"]);
  await rate();
  expect(await entries()).toHaveLength(2);
  // it turns out that it ran two hours more: 242 h = 121.00
  await happens("VM.START", "2026-10-12T00:00:00Z");
  await happens("VM.STOP", "2026-10-12T02:00:00Z");
  await pipeline.aggregate(november);
  await rate();
  expect(await entries()).toEqual([
    "accrual revenue -120",
    "accrual revenue -121",
    "accrual unbilled 120",
    "accrual unbilled 121",
    "accrual-reversal revenue 120",
    "accrual-reversal unbilled -120",
  ]);
  expect(await balance()).toBe("121.00 0.00 0.00 0.00");
});

// 120.00 and 20 % of it = 144.00
test("a statement moves what was unbilled to what is owed, with its tax, and its credit note moves it back", async () => {
  await rate();
  await issueDocuments(pipeline.system(), { period: "2026-10", tax: "20" });
  expect(await entries()).toEqual([
    "accrual revenue -120",
    "accrual unbilled 120",
    "statement receivable 144",
    "statement tax_payable -24",
    "statement unbilled -120",
  ]);
  expect(await balance()).toBe("0.00 144.00 0.00 0.00");
  await issueDocuments(pipeline.system(), { period: "2026-10", tax: "20", reverses: await statement() });
  expect(await balance()).toBe("120.00 0.00 0.00 0.00");
});

// The first five days are 60.00 and 12.00 tax: no more of a credit of 100.00 that expires then goes to the statement. 144.00 − 72.00 = 72.00
test("a credit covers what was used before it expired, with its tax, and comes back when the statement is taken back", async () => {
  await money.grant("five-days", "100.00", { expires: at("2026-10-06T00:00:00Z") });
  expect(await balance()).toBe("0.00 0.00 100.00 0.00");
  await rate();
  await issueDocuments(pipeline.system(), { period: "2026-10", tax: "20" });
  expect(await balance()).toBe("0.00 72.00 28.00 0.00");
  expect((await pipeline.system().credits.draws("five-days")).map(({ amount }) => amount)).toEqual(["72.00"]);
  await issueDocuments(pipeline.system(), { period: "2026-10", tax: "20", reverses: await statement() });
  expect(await balance()).toBe("120.00 0.00 100.00 0.00");
});

test("money goes to the oldest open statement, what is left stays on account, and no more goes out than is there", async () => {
  await rate();
  await money.pay("early", "20.00");
  expect(await balance()).toBe("120.00 0.00 0.00 20.00");
  await issueDocuments(pipeline.system(), { period: "2026-10" });
  expect(await balance()).toBe("0.00 100.00 0.00 0.00");
  await money.pay("too-much", "130.00");
  expect(await balance()).toBe("0.00 0.00 0.00 30.00");
  await expect(money.pay("back", "30.01", { sign: -1 })).rejects.toThrow("30.01 EUR is more than the 30.00 on account");
  await money.pay("back", "30.00", { sign: -1 });
  expect(await balance()).toBe("0.00 0.00 0.00 0.00");
  await money.pay("bounced", "50.00", { statement_id: await statement(), sign: -1 });
  expect(await balance()).toBe("0.00 50.00 0.00 0.00");
});

test("the same fact told twice changes nothing, and the same id with other words is refused", async () => {
  await rate();
  const first = await money.pay("p", "20.00");
  await money.grant("c", "5.00");
  const booked = await entries();
  expect(await money.pay("p", "20.00")).toEqual({ ...first, created: false });
  expect(await money.grant("c", "5.00")).toMatchObject({ created: false });
  await expect(money.pay("p", "21.00")).rejects.toThrow('there is a payment "p" that says otherwise');
  await expect(money.pay("p", "20.00", { sign: -1 })).rejects.toThrow("says otherwise");
  await expect(money.grant("c", "6.00")).rejects.toThrow('there is a credit "c" that says otherwise');
  expect(await entries()).toEqual(booked);
});

test("a run that dies before it is published has booked nothing, and the next one books once", async () => {
  await rate();
  await money.grant("c", "5.00");
  await expect(issueDocuments(pipeline.system(), { period: "2026-10", fail: true })).rejects.toThrow("killed");
  expect(await balance()).toBe("120.00 0.00 5.00 0.00");
  await issueDocuments(pipeline.system(), { period: "2026-10" });
  expect(await balance()).toBe("0.00 115.00 0.00 0.00");
  const query =
    "SELECT DISTINCT run_seq FROM ledger_entry WHERE run_seq NOT IN (SELECT run_seq FROM published_run) AND run_seq != 0";
  const left = await (await pipeline.store.read.query({ query, format: "JSONEachRow" })).json();
  expect(left, "what the dead run wrote is dropped").toEqual([]);
});

test("what one of several processes books is dated by when it began to count, so a balance of the past stays what it was", async () => {
  const told = (from: string): Promise<unknown> => pipeline.store.run.command({ query: `INSERT INTO ${from}` });
  const turn = (state: string, time: string) =>
    told(
      `control_turn (fence, state, holder, changed_at) VALUES (7, '${state}', 'other', toDateTime64('2026-11-01 ${time}', 3, 'UTC'))`,
    );
  await turn("taken", "10:00:00");
  await told(
    `payment (fence, payment_id, version, payer_account_id, currency, amount, paid_at, statement_id, method, note, changed_at, changed_by)
     SELECT 7, 'slow', 1, 'acme', 'EUR', 30, changed_at, '', '', '', changed_at, 'other' FROM (SELECT toDateTime64('2026-11-01 10:00:00', 3, 'UTC') AS changed_at)`,
  );
  await told(
    `credit_grant (fence, credit_id, version, payer_account_id, currency, kind, amount, state, changed_at, changed_by)
     VALUES (7, 'slow', 1, 'acme', 'EUR', 'promotion', 5, 'active', toDateTime64('2026-11-01 10:00:00', 3, 'UTC'), 'other')`,
  );
  const looked = at("2026-11-01T10:00:01Z");
  const before = await money.balance("acme", looked);
  await turn("done", "10:00:02");
  expect(await money.balance("acme", looked)).toBe(before);
  expect(await money.balance("acme", at("2026-11-01T10:00:02Z"))).toBe("0.00 0.00 5.00 30.00");
});
