import { openRatingStore, type RatingStore } from "../rating/rating-store.ts";
import { type Figure, profileStatements, taken } from "./report.ts";

const tiers = [
  { up_to: "100", rate: "0.05" },
  { up_to: "1000", rate: "0.04" },
  { up_to: null, rate: "0.03" },
];

/**
 * One day's records of 10,000 accounts under two tariffs of three tiers, against a copy of the rated rows; check and lines are in it.
 * Processor time beside the clock's: on a machine that does other things the one says little, the other still something.
 */
export async function benchRating(records: number): Promise<Figure[]> {
  const on = await openRatingStore();
  await writeDay(on, records);
  const tariff = (usage_type: number): Parameters<RatingStore["putCard"]>[0][number] => ({
    tariff_id: `type-${usage_type}`,
    name: `type ${usage_type}`,
    usage_type,
    unit: "hour",
    model: "graduated",
    tiers,
  });
  await on.putCard([tariff(1), tariff(2)]);
  await on.command("CREATE TABLE rated_copy AS billing_record");
  profileStatements(on.store.run);
  const [runs, floors]: [Taken[], Taken[]] = [[], []];
  let rows = "0";
  for (let round = 0; round < 5; round += 1) {
    runs.push(
      await taken(async () => {
        const { run } = await on.rate("2026-10", { force: true });
        rows = run.counts["records"] ?? "0";
      }),
    );
    await on.command("TRUNCATE TABLE rated_copy");
    floors.push(await taken(() => on.command(copyLast)));
  }
  const rerated = await benchRerating(on, tariff);
  await on.close();
  const seconds = (of: Taken[]): string => (Math.min(...of.map(({ cpu_ms }) => cpu_ms)) / 1000).toFixed(2);
  return [
    {
      name: "rating, graduated, all steps",
      runs_ms: runs.map(({ ms }) => ms),
      floor_ms: floors.map(({ ms }) => ms),
      target: "≤ 1 s per 2 M records, ≤ 4 × the copy",
      note: `${rows} rated rows; processor at its best ${seconds(runs)} s, the copy ${seconds(floors)} s`,
    },
    {
      name: "re-rating of which 1 % differs, all steps",
      runs_ms: rerated.again.map(({ ms }) => ms),
      floor_ms: rerated.nightly.map(({ ms }) => ms),
      target: "little above the same run that keeps no difference, which is the floor",
      note: `${rerated.kept} rows kept; processor at its best ${seconds(rerated.again)} s, the floor ${seconds(rerated.nightly)} s`,
    },
  ];
}

/** One account in a hundred has a card of its own, whose price changes before each re-rating. */
async function benchRerating(
  on: RatingStore,
  tariff: (usage_type: number) => Parameters<RatingStore["putCard"]>[0][number],
): Promise<{ again: Taken[]; nightly: Taken[]; kept: string }> {
  const accounts = Array.from({ length: 100 }, (_, index) => `account-${index * 100}`);
  await on.writeAccounts(accounts.map((account_id) => ({ account_id, rate_card_id: "changing" })));
  const [again, nightly]: [Taken[], Taken[]] = [[], []];
  let kept = "0";
  for (let round = 0; round < 6; round += 1) {
    const rated = [1, 2].map((usage_type) => ({ ...tariff(usage_type), tiers: [{ up_to: null, rate: `1.${round}` }] }));
    await on.putCard(rated, "changing");
    const one = await taken(async () => {
      const { run } = await on.rate("2026-10", { force: true, reason: "prices" });
      kept = String(Number(run.counts["records_reversed"]) + Number(run.counts["records_new"]));
    });
    // The first one comes from the card that all are on.
    if (round > 0) again.push(one);
    nightly.push(await taken(() => on.rate("2026-10", { force: true })));
  }
  return { again, nightly, kept };
}

const copyLast =
  "INSERT INTO rated_copy SELECT * FROM billing_record WHERE run_seq = (SELECT max(run_seq) FROM billing_record) SETTINGS max_insert_threads = 2";

type Taken = Awaited<ReturnType<typeof taken>>;

/** Publishes one day of use of 10,000 accounts, of two usage types by turns. */
export async function writeDay(on: RatingStore, records: number): Promise<void> {
  const at = (text: string): string => `toDateTime64('${text}', 3, 'UTC')`;
  const [start, end] = [at("2026-10-05 22:00:00"), at("2026-10-06 22:00:00")];
  await on.command(`INSERT INTO usage_record (run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape,
      quantity, duration_ms, slices, first_at, last_at, opened_at, opened_by, closed_by)
    SELECT 1, 1, concat('account-', toString(number % 10000)), ${start}, ${end}, 1 + intDiv(number, 10000) % 2,
      concat('vm-', leftPad(toString(intDiv(number, 2)), 32, '0')), '', 1, 86400000 - number % 1000, 86400000, 1,
      ${start}, ${end}, ${start}, 0, 0
    FROM numbers(${records})`);
  await on.publishUsage(1);
}
