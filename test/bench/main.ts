import { benchCloud } from "./cloud.ts";
import { benchFaults, formatFaults } from "./faults.ts";
import { benchIngest } from "./ingest.ts";
import { benchRoad } from "./road.ts";
import { type Figure, printFigure, writeReport } from "./report.ts";

// npm run bench [-- cloud|ingest|faults] [size]: prints each figure with its floor and target, writes out/bench.json.

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
if (only === "faults") process.stdout.write(formatFaults(await benchFaults(Number(size ?? 50))));
else writeReport(figures);
