import { expect, test } from "vitest";
import { instantOf } from "./event.ts";
import { roundHalfAway } from "./money.ts";
import type { OracleTariff } from "./price.ts";
import type { OracleRecord } from "./records.ts";
import { oracleStatements } from "./statements.ts";

const HOUR = 3_600_000n;
const GIB = 1_073_741_824n;

const blank = {
  project_id: "",
  zone: "z1",
  offering: "small",
  template: "",
  resource_type: "",
  vm: "",
  details: {},
  tags: {},
};

function record(window_start: string, quantity: bigint, over: Partial<OracleRecord> = {}): OracleRecord {
  const start_ms = instantOf(window_start);
  return {
    account_id: "acme",
    usage_type: 1,
    resource: "r1",
    part: "",
    shape: { ...blank, size: null, virtual_size: null },
    window_start_ms: start_ms,
    window_end_ms: start_ms + 86_400_000,
    quantity,
    duration_ms: quantity,
    slices: 1,
    first_ms: start_ms,
    last_ms: start_ms + 1,
    ...over,
  };
}

function tariff(over: Partial<OracleTariff>): OracleTariff {
  const any = { offering: [], zone: [] };
  return {
    id: "t",
    usage_type: 1,
    component: "base",
    currency: "EUR",
    unit: "hour",
    model: "per_unit",
    conditions: any,
    ...over,
  };
}

const graduated = tariff({
  model: "graduated",
  tiers: [
    { up_to: "730", rate: "0.010" },
    { up_to: null, rate: "0.008" },
  ],
});

function bill(records: OracleRecord[], tariffs: OracleTariff[], currency = "EUR", zones: Record<string, string> = {}) {
  const currency_of = { acme: currency, parent: currency };
  return oracleStatements({
    records,
    tariffs,
    account_zones: zones,
    default_zone: "UTC",
    payer_of: { child: "parent" },
    currency_of,
  });
}

const march = "2026-03-10T00:00:00Z";

test.each([
  {
    why: "the unit on a tier's border belongs to the lower tier",
    records: [record(march, 730n * HOUR)],
    tariffs: [graduated],
    worked: "730 × 0.010 = 7.30, nothing in the upper tier",
    lines: ["0 2628000000 7.300000000 7.30 0.000000000"],
    net: "7.30",
  },
  {
    why: "only what passes the border takes the second rate, over all records of the month",
    records: [record(march, 700n * HOUR), record("2026-03-11T00:00:00Z", 44n * HOUR)],
    tariffs: [graduated],
    worked: "730 × 0.010 = 7.30; 14 × 0.008 = 0.112 → 0.11, rounding −0.002; 7.30 + 0.11",
    lines: ["0 2628000000 7.300000000 7.30 0.000000000", "1 50400000 0.112000000 0.11 -0.002000000"],
    net: "7.41",
  },
  {
    why: "half a cent is rounded away from zero",
    records: [record(march, HOUR)],
    tariffs: [tariff({ rate: "0.125" })],
    worked: "1 × 0.125 → 0.13",
    lines: ["0 3600000 0.125000000 0.13 0.005000000"],
    net: "0.13",
  },
  {
    why: "a third of a nano unit rounds down, two thirds up",
    records: [record(march, 2n * HOUR)],
    tariffs: [tariff({ unit: "month", rate: "1" })],
    worked: "2 h of March's 744 = 0.00268817204… → 9 decimals 0.002688172 → 0.00",
    lines: ["0 7200000 0.002688172 0.00 -0.002688172"],
    net: "0.00",
  },
  {
    why: "a GiB·hour is 2^30 bytes for an hour",
    records: [record(march, 50n * GIB * 24n * HOUR, { usage_type: 6 })],
    tariffs: [tariff({ usage_type: 6, unit: "gib_hour", rate: "0.0001" })],
    worked: "50 × 24 × 0.0001 = 0.12; quantity 50 × 2^30 × 24 × 3,600,000",
    lines: ["0 4638564679680000000 0.120000000 0.12 0.000000000"],
    net: "0.12",
  },
  {
    why: "usage that no tariff matches is an unrated line of no amount",
    records: [
      record(march, HOUR),
      record(march, 2n * HOUR, {
        resource: "r2",
        shape: { ...blank, offering: "large", size: null, virtual_size: null },
      }),
    ],
    tariffs: [tariff({ rate: "1", conditions: { offering: ["large"], zone: ["z1"] } })],
    worked: "r1: 1 h unrated; r2: 2 × 1.00",
    lines: ["0 7200000 2.000000000 2.00 0.000000000", "unrated 3600000 0.000000000 0.00 0.000000000"],
    net: "2.00",
  },
])("$why", ({ records, tariffs, lines, net }) => {
  const [statement, ...others] = bill(records, tariffs);
  expect(others).toEqual([]);
  const seen = statement?.lines.map(({ kind, tier, quantity, amount9, amount, rounding }) =>
    [kind === "unrated" ? kind : tier, quantity, amount9, amount, rounding].join(" "),
  );
  expect(seen?.sort()).toEqual([...lines].sort());
  expect(statement?.net).toBe(net);
});

test("a month is as long as the account's calendar says, with the change of clocks", () => {
  // March in Amsterdam: 31 × 24 − 1 = 743 hours; 743 hours at 10 a month = 10.
  const records = [record("2026-02-28T23:00:00Z", 743n * HOUR)];
  const tariffs = [tariff({ unit: "month", rate: "10" })];
  const [statement] = bill(records, tariffs, "EUR", { acme: "Europe/Amsterdam" });
  expect([statement?.period, statement?.net]).toEqual(["2026-03", "10.00"]);
  // The same in UTC falls into February: 743 / 672 × 10 = 11.0565… → 11.06.
  const [utc] = bill(records, tariffs);
  expect([utc?.period, utc?.net]).toEqual(["2026-02", "11.06"]);
});

test("yen have no decimals and dinars three", () => {
  // 1 × 0.5005: yen → 1; dinar → 0.501 (half away from zero); a tariff in another currency prices nothing.
  const records = [record(march, HOUR)];
  expect(bill(records, [tariff({ currency: "JPY", rate: "0.5005" })], "JPY")[0]?.net).toBe("1");
  expect(bill(records, [tariff({ currency: "BHD", rate: "0.5005" })], "BHD")[0]?.net).toBe("0.501");
  expect(bill(records, [tariff({ currency: "USD", rate: "1" })])[0]?.lines[0]?.kind).toBe("unrated");
});

test("a payer has one statement a month, with lines per account", () => {
  // The tiers count per account: 1 h and 2 h at 0.01, each line for itself.
  const records = [record(march, HOUR, { account_id: "parent" }), record(march, 2n * HOUR, { account_id: "child" })];
  const statements = bill([...records, record("2026-04-01T00:00:00Z", HOUR, { account_id: "child" })], [graduated]);
  expect(statements.map(({ payer_account_id, period, net }) => [payer_account_id, period, net])).toEqual([
    ["parent", "2026-03", "0.03"],
    ["parent", "2026-04", "0.01"],
  ]);
  expect(statements[0]?.lines.map(({ account_id, amount }) => [account_id, amount])).toEqual([
    ["child", "0.02"],
    ["parent", "0.01"],
  ]);
});

test("overlapping tariffs are an error, not a choice", () => {
  expect(() => bill([record(march, HOUR)], [tariff({ id: "a", rate: "1" }), tariff({ id: "b", rate: "2" })])).toThrow(
    "a, b",
  );
});

test.each([
  [5n, 10n, 1n],
  [4n, 10n, 0n],
  [-5n, 10n, -1n],
  [-4n, 10n, 0n],
  [15n, 10n, 2n],
  [-15n, 10n, -2n],
  [1n, 3n, 0n],
  [2n, 3n, 1n],
])("%s / %s rounds half away from zero to %s", (num, den, rounded) => {
  expect(roundHalfAway(num, den)).toBe(rounded);
});
