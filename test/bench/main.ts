import { benchCloud } from "./cloud.ts";
import { benchFaults, formatFaults } from "./faults.ts";
import { benchIngest } from "./ingest.ts";
import { benchHistory, benchMixed } from "./mixed.ts";
import { benchMonth } from "./month.ts";
import { benchRoad } from "./road.ts";
import { type Figure, printFigure, writeReport } from "./report.ts";

// npm run bench [-- road|ingest|cloud|mixed|history|month|faults] [size]: prints each figure with its floor and target, writes out/bench.json.

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

await take("road", benchRoad);
await take("ingest", benchIngest);
await take("cloud", () => benchCloud(Number(size ?? 1_000_000)));
await take("mixed", () => benchMixed(Number(size ?? 1_000_000)));
await take("history", () => benchHistory(Number(size ?? 5_000)));
await take("month", () => benchMonth(Number(size ?? 1_000_000)));
if (only === "faults") process.stdout.write(formatFaults(await benchFaults(Number(size ?? 50))));
else writeReport(figures);
