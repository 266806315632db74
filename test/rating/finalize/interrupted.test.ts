// A finalizing run that ends anywhere leaves nothing that counts, and the next one takes the same numbers.
import type { ClickHouseClient } from "@clickhouse/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRunLedger } from "../../../core/runs.ts";
import { finalizePeriod, voidStatement } from "../../../rating/index.ts";
import { type FinalizingStore, openFinalizingStore } from "./finalizing-store.ts";

let on: FinalizingStore;
const vm = {
  tariff_id: "vm",
  name: "VM",
  usage_type: 1,
  unit: "hour",
  model: "per_unit",
  rate: "0.10",
  currency: "EUR",
} as const;
const by = { by: "test" };
const months = ["2026-10", "2026-11", "2026-12"];
const payers = Array.from({ length: 5 }, (_, index) => `p${index}`);

beforeAll(async () => {
  on = await openFinalizingStore();
  await on.putCard([vm]);
  await on.writeAccounts(payers.map((account_id) => ({ account_id, time_zone: "UTC" })));
  await on.profiles.taxRates.put({ id: "any", name: "Tax", category: "S", percent: "10" }, by);
  for (const id of ["one", "two"])
    await on.profiles.issuers.put({ id, legal_name: id, series: `${id}-{year}-{number:3}` }, by);
  for (const [index, account_id] of payers.entries())
    await on.profiles.billing.put(
      { account_id, legal_name: account_id, issuer_id: index % 2 === 0 ? "one" : "two" },
      by,
    );
  await on.use(months.flatMap((month) => payers.map((account_id) => ({ account_id, day: `${month}-05`, hours: 10 }))));
  for (const period of months) {
    await on.closeFor(period, payers);
    await on.rate(period);
  }
}, 240_000);
afterAll(() => on.close());

/** A client whose call number `at` fails, before it reaches the engine or after. */
function failing(
  client: ClickHouseClient,
  calls: { made: number },
  fault: { at: number; after: boolean },
): ClickHouseClient {
  const asked = new Set<PropertyKey>(["command", "query", "insert", "exec"]);
  return new Proxy(client, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== "function") return method;
      if (!asked.has(name)) return method.bind(target) as unknown;
      return async (...given: unknown[]) => {
        const isFault = calls.made === fault.at;
        calls.made += 1;
        if (isFault && !fault.after) throw new Error("torn before");
        const answer: unknown = await method.apply(target, given);
        if (isFault) throw new Error("torn after");
        return answer;
      };
    },
  });
}

/** What this system would be if its store failed at one statement; reading beside it works. */
function torn(fault: { at: number; after: boolean }) {
  const calls = { made: 0 };
  const store = {
    ...on.store,
    run: failing(on.store.run, calls, fault),
    write: failing(on.store.write, calls, fault),
    close: on.store.close,
  };
  const ledger = createRunLedger({ store, clock: on.clock, shared: false });
  return { calls, deps: { ...on.deps, store, ledger } };
}

async function numbersOf(period: string): Promise<string[]> {
  return (await on.statements.list({ period, limit: 100 })).map(({ number }) => number ?? "draft").toSorted();
}

test.each([false, true])(
  "torn at each statement of a run (after it: %s), nothing counts, and then all does without a gap",
  async (after) => {
    const period = after ? "2026-11" : "2026-10";
    const first = after ? 4 : 1;
    let at = 0;
    for (; ; at += 1) {
      const { calls, deps } = torn({ at, after });
      const ended = await finalizePeriod(deps, { period, asked_by: "test" }).then(
        ({ documents }) => documents,
        (error: Error) => error.message,
      );
      if (calls.made <= at) {
        expect(ended).toBe(payers.length);
        break;
      }
      // Publishing that was written and not heard of counts as failed for all alike, so nothing of it is seen.
      expect(await numbersOf(period), `torn at ${at}: ${ended}`).toEqual(payers.map(() => "draft"));
    }
    // as many statements as a run has, or nothing would have been shown
    expect(at).toBeGreaterThan(8);
    const wanted = [
      ...[0, 1, 2].map((no) => `one-2026-00${first + no}`),
      ...[0, 1].map((no) => `two-2026-00${(after ? 3 : 1) + no}`),
    ];
    expect(await numbersOf(period)).toEqual(wanted);
    expect(
      await on.rows(
        "SELECT count() AS n FROM statement_document WHERE run_seq NOT IN (SELECT run_seq FROM published_run)",
      ),
    ).toEqual([{ n: "0" }]);
  },
  240_000,
);

test("what a step writes counts with the run, and a step that fails fails it", async () => {
  const seen: string[] = [];
  on.steps.push(async ({ run_seq, period }) => {
    seen.push(period);
    await on.command(
      `INSERT INTO credit_draw VALUES (${run_seq}, 'gift', (SELECT min(statement_id) FROM statement_document WHERE run_seq = ${run_seq}), 0.5)`,
    );
    if (seen.length === 1) throw new Error("no ledger");
  });
  await expect(on.finalize("2026-12")).rejects.toThrow("no ledger");
  expect(await numbersOf("2026-12")).toEqual(payers.map(() => "draft"));
  expect((await on.finalize("2026-12")).documents).toBe(payers.length);
  on.steps.length = 0;
  const all = await on.statements.list({ period: "2026-12", limit: 100 });
  expect(all.map(({ total, credits_applied, payable }) => `${total} ${credits_applied} ${payable}`).toSorted()).toEqual(
    ["1.10 0.00 1.10", "1.10 0.00 1.10", "1.10 0.00 1.10", "1.10 0.00 1.10", "1.10 0.50 0.60"],
  );
});

test("taking a statement back is torn at each statement, too, and done once", async () => {
  const [first] = await on.of("2026-10", "p0");
  const id = first?.id ?? "";
  let at = 0;
  for (; ; at += 1) {
    const { calls, deps } = torn({ at, after: at % 2 === 1 });
    const ended = await voidStatement(deps, { id, asked_by: "test", reason: "test" }).then(
      () => true,
      () => false,
    );
    if (calls.made <= at) {
      expect(ended).toBe(true);
      break;
    }
    expect((await on.statements.get(id))?.state).toBe("final");
  }
  const all = await on.of("2026-10", "p0");
  expect(all.map(({ kind, state, number }) => `${kind} ${state} ${number}`).toSorted()).toEqual([
    "credit_note final one-2026-010",
    "statement void one-2026-001",
  ]);
}, 120_000);
