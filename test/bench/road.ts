import { openPipeline } from "../pipeline.ts";
import { eventsOf, readMachines } from "../e2e/trace.ts";
import { type Figure, timed } from "./report.ts";

/** The real month (or its stand-in) the whole way: in by batches of 5,000, daily windows in one zone, prices, statements. */
export async function benchRoad(): Promise<Figure[]> {
  const runs_ms: number[] = [];
  let note = "";
  for (let round = 0; round < 3; round += 1) {
    const pipeline = await openPipeline();
    const { rows, real } = await readMachines(pipeline.store);
    const events = eventsOf(rows);
    const system = pipeline.system();
    await system.settings.set("usage.aggregation.timezone", "Europe/Amsterdam", "bench");
    const tariff = {
      tariff_id: "vm",
      name: "Machine",
      usage_type: 1,
      currency: "EUR",
      unit: "hour",
      model: "per_unit",
      rate: "0.1",
    } as const;
    await system.rateCards.put("default", { name: "bench", currency: "EUR", tariffs: [tariff] }, "bench");
    runs_ms.push(
      await timed(async () => {
        for (let first = 0; first < events.length; first += 5_000)
          await pipeline.send(events.slice(first, first + 5_000));
        await pipeline.aggregate(Date.UTC(2022, 10, 2));
        await system.rate({ period: "2022-10" });
      }),
    );
    const statements = await system.statements.list({ period: "2022-10", limit: 1000 });
    note = `${events.length} events of ${real ? "the real month" : "a stand-in"}, ${statements.length} statements`;
    await pipeline.close();
  }
  return [{ name: "a month of machines, the whole way, daily windows", runs_ms, target: "≤ 30 s", note }];
}
