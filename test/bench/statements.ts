import { silentLog } from "../../core/log.ts";
import { finalizePeriod } from "../../rating/index.ts";
import { openRatingStore, type RatingStore } from "../rating/rating-store.ts";
import { writeDay } from "./rating.ts";
import { type Figure, peakMemory, profileStatements, taken } from "./report.ts";

const PAYERS = 10_000;
const period = "2026-10";
const by = { by: "bench" };
const written = ["statement_document", "final_line", "statement_tax"];

/**
 * Finalizing the month of 10,000 payers whose bills come of so many billing records: readiness, lines, taxes, numbers, sums, the check and
 * publishing, against a copy of the lines. And reading a page of what was issued.
 */
export async function benchStatements(records: number): Promise<Figure[]> {
  const on = await openRatingStore();
  const rating = await rateMonth(on, records);
  const deps = {
    store: on.store,
    ledger: on.ledger,
    clock: on.clock,
    log: silentLog,
    profiles: on.profiles,
    timeZone: async () => "Europe/Amsterdam",
  };
  await on.command("CREATE TABLE copied_line AS statement_line");
  profileStatements(on.store.run);
  type Taken = Awaited<ReturnType<typeof taken>>;
  const [runs, floors, pages]: [Taken[], Taken[], Taken[]] = [[], [], []];
  let documents = 0;
  for (let round = 0; round < 5; round += 1) {
    for (const table of written) await on.command(`TRUNCATE TABLE ${table}`);
    runs.push(
      await taken(async () => {
        const done = await finalizePeriod(deps, { period, asked_by: "bench" });
        documents = done.documents;
        if (documents !== PAYERS) throw new Error(JSON.stringify(done.refused[0] ?? done));
      }),
    );
    pages.push(await taken(() => on.statements.list({ period, limit: 500 })));
    await on.command("TRUNCATE TABLE copied_line");
    floors.push(
      await taken(() =>
        on.command(
          "INSERT INTO copied_line SELECT * FROM statement_line WHERE run_seq = (SELECT max(run_seq) FROM statement_line)",
        ),
      ),
    );
  }
  const [row] = await on.rows<{ lines: string; taxes: string }>(
    "SELECT (SELECT count() FROM final_line) AS lines, (SELECT count() FROM statement_tax) AS taxes",
  );
  await on.close();
  const cpu = (of: Taken[]): string => (Math.min(...of.map(({ cpu_ms }) => cpu_ms)) / 1000).toFixed(2);
  return [
    {
      name: "finalizing a month of 10,000 payers",
      runs_ms: runs.map(({ ms }) => ms),
      floor_ms: floors.map(({ ms }) => ms),
      target: "a tenth of rating the month",
      note:
        `${documents} documents, ${row?.lines ?? "0"} lines, ${row?.taxes ?? "0"} taxes from ${rating.records} billing records, whose rating took ` +
        `${rating.ms.toFixed(0)} ms; processor at its best ${cpu(runs)} s, the copy ${cpu(floors)} s; peak ${peakMemory()} MB`,
    },
    {
      name: "a page of 500 documents",
      runs_ms: pages.map(({ ms }) => ms),
      target: "≤ 1 s",
      note: `processor at its best ${cpu(pages)} s`,
    },
  ];
}

/** Payers with profiles in three countries, use of two types under a card of two tariffs, a month that all have closed and that was rated since. */
async function rateMonth(on: RatingStore, records: number): Promise<{ ms: number; records: string }> {
  await writeDay(on, records);
  const tariff = (usage_type: number) => ({
    tariff_id: `type-${usage_type}`,
    name: `type ${usage_type}`,
    usage_type,
    unit: "hour" as const,
    model: "graduated" as const,
    tiers: [
      { up_to: "100", rate: "0.05" },
      { up_to: "1000", rate: "0.04" },
      { up_to: null, rate: "0.03" },
    ],
  });
  await on.putCard([tariff(1), tariff(2)]);
  await on.profiles.issuers.put({ id: "default", legal_name: "House of Cloud" }, by);
  for (const country of ["NL", "DE"])
    await on.profiles.taxRates.put({ id: country, name: country, category: "S", percent: "21", country }, by);
  const account = `concat('account-', toString(number))`;
  await on.command(
    `INSERT INTO billing_profile (account_id, version, body, changed_at, changed_by) SELECT ${account}, 1,
      concat('{"account_id":"', ${account}, '","legal_name":"Payer ', toString(number), '","address":{"lines":["1 Main Street"],"city":"X","postal_code":"1","region":"","country":"',
        ['NL', 'DE', 'FR'][1 + number % 3], '"},"vat_id":"XX1","email":"","purchase_order":"","terms_days":null,"language":"en","issuer_id":"","tax":{"rule":"',
        ['standard', 'standard', 'reverse_charge'][1 + number % 3], '","reason":""},"e_address":null}'), now64(3), 'bench'
    FROM numbers(${PAYERS})`,
  );
  await on.command(
    `INSERT INTO period_close (run_seq, run_id, payer_account_id, account_id, period, time_zone, from_at, to_at, bound, closed_by, reason, overrides, closed_at)
    SELECT 2, 'run_close_2', ${account}, ${account}, '${period}', 'Europe/Amsterdam', toDateTime64('2026-09-30 22:00:00', 3, 'UTC'),
      toDateTime64('2026-10-31 23:00:00', 3, 'UTC'), '{}', 'bench', '', '[]', toDateTime64('2026-11-03 01:00:00', 3, 'UTC') FROM numbers(${PAYERS})`,
  );
  await on.command(
    `INSERT INTO run (run_seq, step, run_id, kind, state, period, from_at, to_at, bound, former_bound, versions, counts, error, changed_at)
    VALUES (2, 2, 'run_close_2', 'close', 'published', '${period}', 0, 0, '{}', '{}', '{}', '{}', '', toDateTime64('2026-11-03 01:00:00', 3, 'UTC'))`,
  );
  let rated = "0";
  const { ms } = await taken(async () => {
    const { run } = await on.rate(period);
    rated = run.counts["records"] ?? "0";
  });
  return { ms, records: rated };
}
