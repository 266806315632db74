import type { BillingSum } from "../../../client/nouns.ts";
import { addressTo, here } from "../address.ts";
import { ask } from "../client.ts";
import { alike, differenceOf, groupDigits, shareOf, signed, sumOf, typeTitle } from "../figures.ts";
import { useLoad } from "../load.ts";
import { Share } from "../parts/bars.tsx";
import { Answer } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { nameOf } from "../session.ts";
import { monthAfter, showPeriod } from "../zone.ts";

interface Mover {
  readonly of: string;
  readonly currency: string;
  readonly amount: string;
  readonly former: string;
}

/** Who and what came to most in a month, beside the month before. */
export function Movers({ period, payer }: { readonly period: string; readonly payer: string }) {
  const before = monthAfter(period, -1);
  const by = payer === "" ? "payer_account_id" : "account_id";
  const found = useLoad(JSON.stringify(["movers", period, payer]), async (signal) => {
    const query = { from_period: before, to_period: period, payer_account_id: payer, limit: 10_000 };
    const [accounts, types, names] = await Promise.all([
      ask("summarizeBilling", { query: { ...query, group_by: ["period", by] }, signal }),
      ask("summarizeBilling", { query: { ...query, group_by: ["period", "usage_type", "kind"] }, signal }),
      ask("listUsageTypes", { signal }),
    ]);
    const titles = new Map(names.data.map(({ usage_type, name }) => [usage_type, typeTitle(name)]));
    return {
      accounts: pair(accounts.data, period, ({ group }) => String(group[by])),
      types: pair(types.data, period, ({ group }) => {
        const type = group["usage_type"];
        return typeof type === "number"
          ? (titles.get(type) ?? String(type))
          : String(group["kind"]).replaceAll("_", " ");
      }),
    };
  });
  return (
    <Answer of={found}>
      {({ accounts, types }) =>
        accounts.length === 0 ? null : (
          <>
            <section aria-labelledby="top">
              <h2 id="top">{payer === "" ? "Top payers" : "Top accounts"}</h2>
              <MoverTable
                rows={accounts}
                title={payer === "" ? "Payer" : "Account"}
                caption="Who came to most"
                {...{ period, before }}
                file={`top-accounts-${period}`}
                link={(id) => (payer === "" ? here({ account: id }) : addressTo("/usage", { period, account: id }))}
              />
            </section>
            <section aria-labelledby="types">
              <h2 id="types">By usage type</h2>
              <MoverTable
                rows={types}
                title="Type"
                caption="What it was for"
                file={`bill-by-type-${period}`}
                {...{ period, before }}
              />
            </section>
          </>
        )
      }
    </Answer>
  );
}

/** Sums of two months side by side, the most of the later one first. */
function pair(sums: readonly BillingSum[], period: string, keyOf: (sum: BillingSum) => string): Mover[] {
  const found = new Map<string, Mover>();
  for (const sum of sums) {
    const of = keyOf(sum);
    const key = `${of} ${sum.currency}`;
    const known = found.get(key) ?? { of, currency: sum.currency, amount: "0", former: "0" };
    const changed =
      sum.group["period"] === period
        ? { amount: sumOf([known.amount, sum.amount]) }
        : { former: sumOf([known.former, sum.amount]) };
    found.set(key, { ...known, ...changed });
  }
  return [...found.values()]
    .map((one) => ({ ...one, amount: alike(one.amount, one.former), former: alike(one.former, one.amount) }))
    .toSorted((a, b) => Number(b.amount) - Number(a.amount));
}

function MoverTable({
  rows,
  title,
  caption,
  period,
  before,
  file,
  link,
}: {
  readonly rows: readonly Mover[];
  readonly title: string;
  readonly caption: string;
  readonly period: string;
  readonly before: string;
  readonly file: string;
  readonly link?: (of: string) => string;
}) {
  const most = rows[0]?.amount ?? "0";
  return (
    <Table
      caption={caption}
      file={file}
      rows={rows}
      keyOf={({ of, currency }) => `${of} ${currency}`}
      columns={[
        {
          title,
          cell: ({ of }) => (link === undefined ? of : <a href={link(of)}>{nameOf(of)}</a>),
          csv: ({ of }) => of,
        },
        { title: showPeriod(period), cell: ({ amount }) => groupDigits(amount), csv: ({ amount }) => amount },
        { title: showPeriod(before), cell: ({ former }) => groupDigits(former), csv: ({ former }) => former },
        {
          title: "Change",
          cell: ({ amount, former }) => signed(differenceOf(amount, former)),
          csv: ({ amount, former }) => differenceOf(amount, former),
        },
        {
          title: "Change, %",
          cell: ({ amount, former }) => shareOf(differenceOf(amount, former), former).replace(" %", ""),
          csv: ({ amount, former }) => shareOf(differenceOf(amount, former), former).replace(" %", ""),
        },
        { title: "Currency", text: true, cell: ({ currency }) => currency },
        { title: "Share", cell: ({ amount }) => <Share of={amount} most={most} />, csv: null },
      ]}
    />
  );
}
