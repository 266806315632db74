import { benchCloud } from "./cloud.ts";
import { benchExplain } from "./explain.ts";
import { benchFaults, formatFaults } from "./faults.ts";
import { benchFaultsDistributed } from "./faults-distributed.ts";
import { benchIngest } from "./ingest.ts";
import { benchManyFaults } from "./many-faults.ts";
import { benchFocus } from "./focus.ts";
import { benchHistory } from "./history.ts";
import { benchMixed } from "./mixed.ts";
import { benchKafka } from "./kafka.ts";
import { benchMonth } from "./month.ts";
import { benchPreview } from "./preview.ts";
import { benchRating } from "./rating.ts";
import { benchRoad } from "./road.ts";
import { benchServing } from "./serving.ts";
import { benchStatements } from "./statements.ts";
import { type Figure, printFigure, writeReport } from "./report.ts";

// npm run bench [-- road|ingest|kafka|cloud|rating|statements|preview|focus|mixed|history|month|explain|serving|faults|kills|many-faults] [size]: prints each figure with its floor and target, writes out/bench.json.

const [, , only = "all", size] = process.argv;
const figures: Figure[] = [];

async function take(name: string, bench: () => Promise<Figure[]>): Promise<void> {
  if (only !== "all" && only !== name) return;
  process.stdout.write(`\n${name}\n`);
  for (const figure of await bench()) {
    printFigure(figure);
    figures.push(figure);
  }
}

/** `--data DIR`, or a folder of its own in `out`. */
function folderGiven(): string {
  const place = process.argv.indexOf("--data");
  return place < 0 ? "out/serving" : (process.argv[place + 1] ?? "out/serving");
}

await take("road", benchRoad);
await take("ingest", benchIngest);
// Needs Java and Maven, so it is taken by name.
if (only === "kafka") await take("kafka", () => benchKafka(Number(size ?? 2_000_000)));
await take("cloud", () => benchCloud(Number(size ?? 1_000_000)));
await take("rating", () => benchRating(Number(size ?? 2_000_000)));
await take("statements", () => benchStatements(Number(size ?? 2_000_000)));
await take("preview", () => benchPreview(Number(size ?? 5_000_000)));
await take("focus", () => benchFocus(Number(size ?? 1_000_000)));
await take("mixed", () => benchMixed(Number(size ?? 1_000_000)));
await take("history", () => benchHistory(Number(size ?? 6_000)));
await take("month", () => benchMonth(Number(size ?? 1_000_000)));
await take("explain", () => benchExplain(Number(size ?? 2_000_000)));
// It fills 6 GB, so it is taken by name; what is filled stays where --data says.
if (only === "serving") await take("serving", () => benchServing(Number(size ?? 100_000_000), folderGiven()));
if (only === "faults") await benchFaultsDistributed(Number(size ?? 100));
else if (only === "kills") process.stdout.write(formatFaults(await benchFaults(Number(size ?? 50))));
else if (only === "many-faults") await benchManyFaults(Number(size ?? 10_000));
else writeReport(figures);
