import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { TariffInput } from "../../rating/index.ts";
import { at } from "../at.ts";
import { oracleRawUsage } from "../oracle/cloudstack-formula.ts";
import { quotaText, quotaUsed } from "../oracle/cloudstack-quota.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { readCases } from "../read-cases.ts";

// What comes out of the whole pipeline beside what CloudStack's quota plugin makes of the same records by its own rule (test/oracle).

interface Case {
  readonly why: string;
  readonly given: {
    readonly period: string;
    readonly tariffs: readonly (Pick<TariffInput, "valid_from" | "valid_to"> & {
      readonly usage_type: string;
      readonly unit: "month" | "gib_month" | "gib";
      readonly rate: string;
    })[];
  };
  readonly events: readonly { readonly time: string; readonly type: string; readonly [field: string]: unknown }[];
  readonly until: string;
  readonly then: {
    readonly theirs: readonly string[];
    readonly their_sum: string;
    readonly ours: readonly string[];
    readonly our_sum?: string;
    readonly net: string;
  };
}

const cases = readCases<Case>("rating/cloudstack-quota");
let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(at("2027-04-01T00:00:00Z"));
});
beforeEach(() => pipeline.reset());
afterAll(() => pipeline.close());

test.each(cases)("$why", async ({ given, events, until, then }) => {
  const { period, tariffs } = given;
  await pipeline.putAccount("acme", "UTC");
  const answer = await pipeline.send(
    events.map(({ time, type, ...data }, index) => ({
      specversion: "1.0",
      id: `${index}`,
      source: "cloudstack/z1",
      type,
      time,
      data: { account_id: "acme", resource: "r1", ...data },
    })),
  );
  expect(answer).toMatchObject({ accepted: events.length });
  await pipeline.aggregate(at(until));
  const priced = tariffs.map(({ usage_type, ...price }, index) => ({
    tariff_id: `t${index}`,
    name: "quota",
    usage_type: Number(usage_type),
    model: "per_unit" as const,
    ...price,
  }));
  const { rateCards, rate, statements, billingRecords } = pipeline.system();
  await rateCards.put("default", { name: "quota", currency: "EUR", tariffs: priced }, "test");
  await rate({ period });

  const theirs = (await quotaRecords(Number(tariffs[0]?.usage_type))).map(({ start, end, raw, size }) => {
    const values = tariffs.filter(({ valid_from = "", valid_to }) => {
      const [begins, ends] = [valid_from === "" ? 0 : at(valid_from), valid_to ? at(valid_to) : Infinity];
      return start <= ends && end >= begins;
    });
    const days = new Date(Date.UTC(Number(period.slice(0, 4)), Number(period.slice(5)), 0)).getUTCDate();
    return quotaUsed({ raw, size, days, unit: tariffs[0]?.unit ?? "month", values: values.map(({ rate: of }) => of) });
  });
  expect(theirs.slice(0, then.theirs.length).map(quotaText)).toEqual(then.theirs);
  expect(quotaText(theirs.reduce((sum, used) => sum + used, 0n))).toBe(then.their_sum);

  const { records } = await billingRecords.list({ period, limit: 100 });
  const ours = records.filter(({ state }) => state === "rated").map(({ amount }) => amount);
  expect(ours.slice(0, then.ours.length)).toEqual(then.ours);
  const nano = ours.reduce((sum, amount) => sum + BigInt(amount.replace(".", "")), 0n);
  expect(nano).toBe(BigInt((then.our_sum ?? then.ours[0] ?? "").replace(".", "")));
  const [statement] = await statements.list({ period, limit: 1 });
  expect(statement?.net).toBe(then.net);
});

/** The records as CloudStack would have them: hours in float32, with the millisecond of each end that is an event's; bytes as they are. */
async function quotaRecords(usage_type: number) {
  const result = await pipeline.store.read.query({
    format: "JSONEachRow",
    query: `SELECT toUnixTimestamp64Milli(window_start) AS start, toUnixTimestamp64Milli(window_end) AS end, quantity, duration_ms,
        last_at < window_end OR closed_by != 0 AS closed, size
      FROM usage_record ANY LEFT JOIN (SELECT shape AS of, shape.size AS size FROM shape) AS shapes ON of = usage_record.shape
      WHERE usage_type = ${usage_type} ORDER BY window_start`,
  });
  type Row = { start: string; end: string; quantity: string; duration_ms: string; closed: 0 | 1; size: string };
  return (await result.json<Row>()).map(({ start, end, quantity, duration_ms, closed, size }) => ({
    start: Number(start),
    end: Number(end),
    raw: usage_type === 4 ? Number(quantity) : oracleRawUsage(BigInt(duration_ms) + BigInt(closed)),
    size: BigInt(size) < 0n ? null : BigInt(size),
  }));
}
