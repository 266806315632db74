import type { ExplainedPrice, UsageType } from "../../../client/nouns.ts";
import { trimZeros } from "../figures.ts";
import { measureOf } from "../line-words.ts";
import { Table } from "../parts/table.tsx";

/** A step of a price: how it is called, and up to which use it holds. */
function stepOf({ label, from, to }: ExplainedPrice["curve"]["tiers"][number], type: UsageType | undefined): string {
  const reach =
    to === null ? (from === "0" ? "all" : `above ${measureOf(from, type)}`) : `up to ${measureOf(to, type)}`;
  return label === "" ? reach : `${label}, ${reach}`;
}

/** The prices by which a line was reckoned, step by step. */
export function Prices({
  prices,
  currency,
  type,
}: {
  readonly prices: readonly ExplainedPrice[];
  readonly currency: string;
  readonly type: UsageType | undefined;
}) {
  const rows = prices.flatMap(({ tariff, curve }) => curve.tiers.map((tier) => ({ tariff, tier })));
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="prices">
      <h2 id="prices">Prices</h2>
      <Table
        caption={`The prices that applied, in ${currency}`}
        file="prices"
        rows={rows}
        keyOf={({ tariff, tier }) => `${tariff.tariff_id} ${tariff.version} ${tier.tier} ${tier.from}`}
        columns={[
          { title: "Tariff", cell: ({ tariff }) => tariff.name },
          { title: "Card", text: true, cell: ({ tariff }) => `${tariff.rate_card_id}, version ${tariff.version}` },
          { title: "Model", text: true, cell: ({ tariff }) => tariff.model.replaceAll("_", " ") },
          { title: "Step", text: true, cell: ({ tier }) => stepOf(tier, type) },
          { title: "Rate", cell: ({ tier }) => trimZeros(tier.rate), csv: ({ tier }) => tier.rate },
          { title: "Unit", text: true, cell: ({ tariff }) => tariff.unit.replaceAll("_", " ") },
        ]}
      />
    </section>
  );
}
