import { pricingWithDraft } from "../../rating/index.ts";
import { previewPeriod } from "../../rating/preview/preview-period.ts";
import { openRatingStore, type RatingStore } from "../rating/rating-store.ts";
import { type Figure, peakMemory, profileStatements, taken } from "./report.ts";

const accounts = 10_000;
const days = 30;
const period = "2026-11";
const defaults = { currency: "EUR", time_zone: "UTC", rate_card_id: "default" };
const offerings = ["small", "medium", "large", "huge"];
const tiers = [
  { up_to: "1000", rate: "0.05" },
  { up_to: "20000", rate: "0.04" },
  { up_to: null, rate: "0.03" },
];
const rateOf = (rate: string) => offerings.map((value, index) => ({ value, rate: `${rate}${index + 1}` }));

/**
 * What a month of daily records (10,000 accounts; machines allocated and running, volumes) would cost on a draft of the card: tiers for what
 * runs, a rate for each offering of what is allocated, the tier of the whole month for volumes, a discount. Beside it the engine's plain sum
 * of the same rows by account and usage type, which no preview can do without.
 */
export async function benchPreview(records: number): Promise<Figure[]> {
  const on = await openRatingStore();
  await writeMonth(on, records);
  const rated = { tariff_id: "running", name: "running", usage_type: 1, unit: "hour" as const };
  await on.putCard([{ ...rated, model: "per_unit", rate: "0.05" }]);
  const tariffs = [
    { ...rated, model: "graduated" as const, tiers },
    {
      tariff_id: "allocated",
      name: "allocated",
      usage_type: 2,
      unit: "month" as const,
      model: "per_unit" as const,
      matrix: { attribute: "offering", values: rateOf("1.") },
    },
    { tariff_id: "disk", name: "disk", usage_type: 6, unit: "gib_month" as const, model: "volume" as const, tiers },
  ];
  const charges = [{ charge_id: "loyal", name: "loyal", kind: "discount_percent" as const, percent: "5" }];
  const card = { name: "draft", currency: "EUR", tariffs, charges, state: "draft" as const };
  const draft = await on.rateCards.put("default", card, "bench");
  const pricing = pricingWithDraft(await on.rateCards.versions("default"), draft);
  profileStatements(on.store.run);
  type Taken = Awaited<ReturnType<typeof taken>>;
  const [runs, floors]: [Taken[], Taken[]] = [[], []];
  let total = "";
  for (let round = 0; round < 5; round += 1) {
    runs.push(
      await taken(async () => {
        const { totals } = await previewPeriod(on, { period, pricing, accounts: [], defaults });
        total = totals.map(({ currency, preview }) => `${preview} ${currency}`).join(", ");
      }),
    );
    floors.push(await taken(() => on.command(plainSum)));
  }
  await on.close();
  const seconds = (of: Taken[]): string => (Math.min(...of.map(({ cpu_ms }) => cpu_ms)) / 1000).toFixed(1);
  return [
    {
      name: `preview of a month of ${records} records`,
      runs_ms: runs.map(({ ms }) => ms),
      floor_ms: floors.map(({ ms }) => ms),
      target: "≤ 10 s for 47 M",
      note: `${total}; processor at its best ${seconds(runs)} s, the plain sum ${seconds(floors)} s; peak memory ${peakMemory()} MB`,
    },
  ];
}

const plainSum =
  "SELECT account_id, usage_type, sum(quantity) FROM usage_record GROUP BY account_id, usage_type FORMAT Null";

/** Each resource on each day of the month, as a run of aggregation leaves them: in the order of the table. */
async function writeMonth(on: RatingStore, records: number): Promise<void> {
  await on.writeShapes(offerings.map((offering, index) => ({ shape: BigInt(index + 1), offering, zone: "z1" })));
  const each = Math.ceil(records / accounts / days);
  await on.command(`INSERT INTO usage_record (run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape,
      quantity, duration_ms, slices, first_at, last_at, opened_at, opened_by, closed_by)
    SELECT 1, 1, concat('account-', leftPad(toString(intDiv(number, ${each * days})), 5, '0')),
      toDateTime64('2026-11-01 00:00:00', 3, 'UTC') + toIntervalDay(intDiv(number, ${each}) % ${days}) AS day, day + INTERVAL 1 DAY,
      [1, 2, 6][number % ${each} % 3 + 1] AS type, concat('r-', leftPad(toString(number % ${each}), 32, '0')), '', 1 + number % ${each} % 4,
      (86400000 - number % 1000) * if(type = 6, toInt256(21474836480), toInt256(1)), 86400000, 1, day, day + INTERVAL 1 DAY, day, 0, 0
    FROM numbers(${records})
    SETTINGS max_insert_threads = 2`);
  await on.publishUsage(1);
}
