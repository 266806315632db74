import { afterAll, beforeAll, expect, test } from "vitest";
import { instant } from "../../core/instant.ts";
import type { Run } from "../../core/runs.ts";
import { forecastLines } from "../../rating/forecast/forecast-period.ts";
import type { Forecast, PeriodTotal, RateCardInput } from "../../rating/index.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { readCases } from "../read-cases.ts";

type CaseEvent = readonly [at: string, type: string, resource: string, data?: Record<string, unknown>];
interface Case {
  readonly why: string;
  readonly given: {
    readonly period: string;
    readonly now: string;
    readonly time_zone?: string;
    readonly joined?: string;
    readonly left?: string;
    readonly tariffs: readonly Record<string, unknown>[];
    readonly charges?: readonly Record<string, unknown>[];
    readonly events: readonly CaseEvent[];
    readonly late?: readonly CaseEvent[];
  };
  readonly then: {
    readonly so_far: string;
    readonly forecast: string;
    readonly period_from?: string;
    readonly period_to?: string;
    readonly lines?: readonly Record<string, unknown>[];
  };
}

const cases = readCases<Case>("rating/forecast").map((one, index) => ({ ...one, account_id: `acme-${index + 10}` }));
const made = new Map<string, Forecast>();
/** What November comes to by what is published in the middle of it: rated before a forecast, and right after it. */
const rated: (readonly PeriodTotal[])[] = [];
let pipeline: Pipeline;

/** All cases in one store, an account and a card each; what ended a day or more before a case's instant is published then. */
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-09-01T00:00:00Z"));
  for (const one of cases) await layAccount(one);
  pipeline.clock.set(at("2026-11-20T00:00:00Z"));
  for (const { account_id, given } of cases) await pipeline.send(given.events.map(messageOf(account_id)));
  for (const now of [...new Set(cases.map(({ given }) => given.now))].toSorted()) {
    const due = cases.filter(({ given }) => given.now === now);
    pipeline.clock.set(at(now));
    await pipeline.aggregate(at(now) - (at(now) % 86_400_000) - 86_400_000);
    for (const { account_id, given } of due) await pipeline.send((given.late ?? []).map(messageOf(account_id)));
    if (now.startsWith("2026-11-11")) rated.push(await rateNovember());
    for (const period of new Set(due.map(({ given }) => given.period)))
      made.set(`${now} ${period}`, await pipeline.system().forecast({ period }));
    if (now.startsWith("2026-11-11")) rated.push(await rateNovember());
  }
}, 300_000);
afterAll(() => pipeline.close());

const rateNovember = async (): Promise<readonly PeriodTotal[]> =>
  (await pipeline.system().rate({ period: "2026-11", force: true })).totals;

let count = 0;
const messageOf =
  (account_id: string) =>
  ([time, type, resource, data = {}]: CaseEvent) => {
    count += 1;
    const use = { account_id, resource: `${account_id}-${resource}`, ...data };
    return { specversion: "1.0", id: `e${count}`, source: "s", type, time, data: use };
  };

/** Files say everything as text; whole numbers are named here. */
function numbersOf(of: Record<string, unknown>): Record<string, unknown> {
  const isNumber = (name: string): boolean => name === "usage_type" || name === "tier";
  return Object.fromEntries(
    Object.entries(of).map(([name, value]) => {
      if (name === "usage_types") return [name, (value as string[]).map(Number)];
      if (value === "null") return [name, null];
      if (Array.isArray(value)) return [name, value.map((one) => numbersOf(one as Record<string, unknown>))];
      return [name, isNumber(name) ? Number(value) : value === "true" ? true : value];
    }),
  );
}

async function layAccount({ account_id, given }: (typeof cases)[number]): Promise<void> {
  const { accounts, rateCards } = pipeline.system();
  const put = (change: object): Promise<unknown> => accounts.put({ account_id, ...change }, { by: "test" });
  const card = {
    name: "List",
    currency: "EUR",
    tariffs: given.tariffs.map(numbersOf),
    charges: (given.charges ?? []).map(numbersOf),
  };
  await rateCards.put(account_id, card as unknown as RateCardInput, "test");
  pipeline.clock.set(at(given.joined ?? "2026-09-01T00:00:00Z"));
  await put({ rate_card_id: account_id, ...(given.time_zone === undefined ? {} : { time_zone: given.time_zone }) });
  if (given.left === undefined) return;
  pipeline.clock.set(at(given.left));
  await put({ state: "deleted" });
}

test.each(cases.map((one) => [one.why, one] as const))("%s", (_why, { account_id, given, then }) => {
  const { lines, ...sums } = then;
  const forecast = made.get(`${given.now} ${given.period}`);
  const own = forecast?.accounts.find((account) => account.account_id === account_id);
  expect(own).toMatchObject(sums);
  if (lines !== undefined) expect(own?.lines).toMatchObject(lines.map(numbersOf));
  const { so_far, forecast: end } = sums;
  expect(forecast?.payers.find((payer) => payer.payer_account_id === account_id)).toMatchObject({
    so_far,
    forecast: end,
  });
  expect(forecast?.as_of).toBe(new Date(at(given.now)).toISOString());
});

test("a bill that is made right after a forecast has nothing of it", () => {
  const [before, after] = rated;
  expect(before).toHaveLength(1);
  expect(after).toEqual(before);
});

test("once a month is over its forecast is its bill, line by line, and forecasting changes no byte of what is published", async () => {
  const { aggregate, rate, forecast, statements } = pipeline.system();
  const end = instant(Date.UTC(2027, 0, 1));
  pipeline.clock.set(end);
  await aggregate({ until: end });
  await rate({ period: "2026-10" });
  await rate({ period: "2026-11" });
  const before = await published();
  for (const period of ["2026-10", "2026-11"]) {
    const bills = await statements.list({ period, limit: 100 });
    expect(bills.length).toBeGreaterThan(2);
    const { payers, accounts } = await forecast({ period });
    expect(payers).toEqual(
      bills.map(({ payer_account_id, currency, net }) => ({ payer_account_id, currency, so_far: net, forecast: net })),
    );
    const amounts = accounts.flatMap(({ lines }) => lines.map((line) => [line.so_far, line.forecast]));
    expect(amounts).toEqual(bills.flatMap(({ lines }) => lines.map(({ amount }) => [amount, amount])));
  }
  expect(await published()).toEqual(before);
});

test("where nothing is reported and no event comes any more, the bill is what was forecast in mid-month", async () => {
  const certain = cases.filter(({ account_id, given }) => {
    const own = made.get(`${given.now} ${given.period}`)?.accounts.find((one) => one.account_id === account_id);
    return own?.lines.every(({ basis }) => basis !== "at-pace");
  });
  expect(certain.length).toBeGreaterThan(10);
  for (const { account_id, given, then, why } of certain) {
    const { statements } = pipeline.system();
    const [bill] = await statements.list({ period: given.period, payer_account_id: account_id, limit: 1 });
    expect(bill?.net, why).toBe(then.forecast);
  }
});

test("a forecast is kept for whoever asks, until what it came from has changed or its time is over", async () => {
  const { forecast, runs, rateCards } = pipeline.system();
  const { clock } = pipeline;
  const period = "2026-11";
  const of = cases.find(({ given }) => given.period === period)?.account_id ?? "";
  const runsNow = async () => (await runs.list({ before_seq: null, limit: 1 }))[0]?.id;
  // It is kept for as long as its making took several times over, so time has to pass.
  const ticking = setInterval(() => clock.advance(1_000), 20);
  const all = await forecast({ period });
  clearInterval(ticking);
  const last = await runsNow();
  const own = await forecast({ period, account_ids: [of] });
  expect(await runsNow(), "nothing ran").toBe(last);
  expect(own.as_of).toBe(all.as_of);
  expect(own.accounts).toEqual(all.accounts.filter(({ account_id }) => account_id === of));
  expect(own.payers).toEqual(all.payers.filter(({ payer_account_id }) => payer_account_id === of));

  await rateCards.put(of, { name: "Emptied", currency: "EUR", tariffs: [], charges: [] }, "test");
  const unpriced = await forecast({ period, account_ids: [of] });
  expect(own.accounts[0]?.forecast).not.toBe("0.00");
  expect(unpriced.accounts[0]?.forecast).toBe("0.00");
  const after = await runsNow();
  clock.advance(600_000);
  await forecast({ period });
  expect(await runsNow()).not.toBe(after);
});

test("what the forecast before projected goes behind its answer, without another run", async () => {
  const { runs } = pipeline.system();
  const projection = async () =>
    (await runs.list({ before_seq: null, limit: 3 })).find(({ kind }) => kind === "aggregate");
  const made = await projection();
  await expect.poll(async () => (await projection())?.counts["cleared"], { timeout: 20_000 }).toBe("1");
  expect((await projection())?.id).toBe(made?.id);
  const query = `SELECT window_start FROM usage_record WHERE run_seq = ${made?.seq ?? 0n}`;
  expect(await (await pipeline.store.read.query({ query, format: "TabSeparated" })).text()).toBe("");
});

test("a forecast whose projection another run clears away in between is made again", async () => {
  const system = pipeline.system();
  const until = system.clock.now();
  const projected: Run[] = [];
  const project = async (period: string): Promise<Run> => {
    const run = await system.aggregate({ until, project: period });
    if (projected.push(run) === 1) await system.aggregate({ until, dry_run: true });
    return run;
  };
  const deps = { ...system, ledger: system.runs, project, letGo: () => undefined };
  const defaults = { currency: "EUR", time_zone: "UTC", rate_card_id: "default" };
  const made = await forecastLines({ ...deps, defaults, whenFree: (begin) => begin() }, "2027-01");
  expect([projected.length, made.run.id]).toEqual([2, projected[1]?.id]);
  expect(made.forecast.filter(({ kind, amount }) => kind === "usage" && Number(amount) > 0)).not.toEqual([]);
});

/** Every row that counts of what is billed: usage, slices, records and lines of published runs. */
async function published(): Promise<string[]> {
  const rows = async (table: string): Promise<string> => {
    const query = `SELECT * FROM ${table} WHERE run_seq IN (SELECT run_seq FROM published_run) ORDER BY ALL`;
    return (await pipeline.store.read.query({ query, format: "TabSeparated" })).text();
  };
  return Promise.all(
    ["usage_record", "slice", "billing_record", "statement_line", "run_window", "checkpoint"].map(rows),
  );
}
