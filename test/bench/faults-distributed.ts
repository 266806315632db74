import { seededRandom } from "../e2e/faults/kill-plan.ts";
import { sufferTogether } from "../e2e/distributed/suffer-together.ts";

/** Longer than a member of the ingest group may be silent, so that its partitions are given away meanwhile. */
const asleep_ms = 35_000;
const store_ms = 20_000;

/** So many faults of a system of four processes on a real store, Kafka and Redis, drawn by a seed; printed as a table. */
export async function benchFaultsDistributed(faults: number, seed = 1): Promise<void> {
  const random = seededRandom(seed);
  const start = performance.now();
  const found = await sufferTogether({
    machines: Math.max(40, faults * 2),
    store_ms,
    asleep_ms: () => asleep_ms,
    disk_ms: 10_000,
    choose: (all) => {
      const [first] = all;
      if (first === undefined) throw new Error("there is no fault");
      return Array.from({ length: faults }, () => all[Math.floor(random() * all.length)] ?? first);
    },
    told: (what) => void process.stderr.write(`${what}\n`),
  });
  const same =
    found.faulty.events === found.sent &&
    JSON.stringify(found.faulty.records) === JSON.stringify(found.embedded.records) &&
    JSON.stringify(found.faulty.statements) === JSON.stringify(found.embedded.statements);
  const runs = Object.entries(found.runs).map(([what, of]) => `${of} ${what}`);
  const lines = [
    "| fault | times |",
    "| --- | ---: |",
    ...[...found.faults].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, of]) => `| ${name} | ${of} |`),
    `${found.sent} events, ${found.retries} batches sent again, ${found.in_run} faults within a run; runs: ${runs.join(", ")}`,
    `${found.embedded.records.length} usage records, seed ${seed}, ${((performance.now() - start) / 1000).toFixed(0)} s`,
    same ? "nothing lost, nothing twice, the same bill" : "THE BILL DIFFERS",
  ];
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  if (!same) process.exitCode = 1;
}
