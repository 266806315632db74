import type { BillingSum } from "../../../client/nouns.ts";
import { addressTo, here } from "../address.ts";
import { ask } from "../client.ts";
import { countOf, differenceOf, groupDigits, shareOf, showAmount, signed, sumOf, typeTitle } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { useLoad } from "../load.ts";
import { Bars, Share } from "../parts/bars.tsx";
import { Figure } from "../parts/figure.tsx";
import { AccountChoice, chosenAccount, chosenPeriod, PeriodChoice, Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { nameOf, now, zone } from "../session.ts";
import { monthAfter, monthOf, showPeriod } from "../zone.ts";

/** Months in sight, and accounts named of one. */
const MONTHS = 13;
const TOP = 100;

/** What months came to, the accounts that came to most, and a month against the one before. */
export function Months() {
  const payer = chosenAccount();
  const newest = monthOf(now(), zone.value);
  const all = useLoad(JSON.stringify(["months", newest, payer]), (signal) =>
    ask("summarizeBilling", {
      query: {
        from_period: monthAfter(newest, 1 - MONTHS * 2),
        to_period: newest,
        payer_account_id: payer,
        group_by: "period",
        limit: 1000,
      },
      signal,
    }),
  );
  const rated = [...new Set((all.data?.data ?? []).map(({ group }) => String(group["period"])))];
  const period = chosenPeriod(rated.at(-1) ?? monthAfter(newest, -1));
  return (
    <>
      <Heading
        title={showPeriod(period)}
        note={`${payer === "" ? "What all payers" : `What ${nameOf(payer)}`} came to, before tax. Months are those of each account's own zone.`}
      >
        <Picker>
          <PeriodChoice value={period} />
          <AccountChoice payers />
          <ZoneChoice />
        </Picker>
      </Heading>
      <Answer of={all}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="Nothing is rated yet.">
              Bills appear once usage is published, a rate card is there and the month has been rated:{" "}
              <code>npx tally rate --period {period}</code>
            </Empty>
          ) : (
            <Overview sums={data} period={period} />
          )
        }
      </Answer>
      {all.data === null || all.data.data.length === 0 ? null : <Movers period={period} payer={payer} />}
    </>
  );
}

function Overview({ sums, period }: { readonly sums: readonly BillingSum[]; readonly period: string }) {
  const currencies = [...new Set(sums.map(({ currency }) => currency))];
  const of = (month: string, currency: string): BillingSum | undefined =>
    sums.find(({ group, currency: own }) => group["period"] === month && own === currency);
  const before = monthAfter(period, -1);
  const months = Array.from({ length: MONTHS }, (_, index) => monthAfter(period, index + 1 - MONTHS));
  return (
    <>
      <dl class="tiles">
        {currencies.map((currency) => {
          const [present, former] = [of(period, currency), of(before, currency)];
          if (present === undefined) return null;
          const change = former === undefined ? null : differenceOf(present.amount, former.amount);
          return (
            <div class="card" key={currency}>
              <dt>Net, {currency}</dt>
              <dd>{groupDigits(present.amount)}</dd>
              <dd class="note">
                {change === null
                  ? `nothing in ${showPeriod(before)}`
                  : `${signed(change)} against ${showPeriod(before)} ${shareOf(change, former?.amount ?? "0")}`}
              </dd>
            </div>
          );
        })}
        <div class="card">
          <dt>Statements</dt>
          <dd>
            <a href={addressTo("/statements", { period })}>
              {groupDigits(String(currencies.reduce((sum, code) => sum + (of(period, code)?.payers ?? 0), 0)))}
            </a>
          </dd>
          <dd class="note">one for each payer and currency</dd>
        </div>
        <div class="card">
          <dt>Billing records</dt>
          <dd>{groupDigits(sumOf(currencies.map((code) => of(period, code)?.records ?? "0")))}</dd>
          <dd class="note">behind their lines</dd>
        </div>
      </dl>
      <section aria-labelledby="months-title">
        <h2 id="months-title">Month against month</h2>
        <div class="charts">
          {currencies.map((currency) => {
            const none = alike("0", of(period, currency)?.amount ?? "0");
            const values = months.map((month) => of(month, currency)?.amount ?? none);
            const rows = months.map((month, index) => ({
              month,
              value: values[index] ?? "0",
              change: differenceOf(values[index] ?? "0", values[index - 1] ?? "0"),
              first: index === 0,
              payers: of(month, currency)?.payers ?? 0,
            }));
            const summary = `${showAmount({ amount: of(period, currency)?.amount ?? none, currency })} in ${showPeriod(period)}, ${showAmount({ amount: of(before, currency)?.amount ?? none, currency })} in ${showPeriod(before)}.`;
            return (
              <Figure
                key={currency}
                title={`Net per month, ${currency}`}
                summary={summary}
                numbers={{
                  file: `months-${currency.toLowerCase()}`,
                  rows: rows.toReversed(),
                  keyOf: ({ month }) => month,
                  columns: [
                    {
                      title: "Month",
                      cell: ({ month }) => <a href={here({ period: month })}>{showPeriod(month)}</a>,
                      csv: ({ month }) => month,
                    },
                    { title: `Net, ${currency}`, cell: ({ value }) => groupDigits(value), csv: ({ value }) => value },
                    {
                      title: "Change",
                      cell: ({ change, first }) => (first ? "" : signed(change)),
                      csv: ({ change, first }) => (first ? "" : change),
                    },
                    { title: "Payers", cell: ({ payers }) => String(payers) },
                  ],
                }}
              >
                <Bars
                  days={months}
                  series={[{ name: "Net", values }]}
                  unit={currency}
                  label={`Net per month. ${summary}`}
                />
              </Figure>
            );
          })}
        </div>
      </section>
    </>
  );
}

interface Mover {
  readonly of: string;
  readonly currency: string;
  readonly amount: string;
  readonly former: string;
}

/** Who and what came to most, beside the month before. */
function Movers({ period, payer }: { readonly period: string; readonly payer: string }) {
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
      {({ accounts, types }) => (
        <>
          <section aria-labelledby="top">
            <h2 id="top">{payer === "" ? "Top payers" : "Top accounts"}</h2>
            <MoverTable
              rows={accounts.slice(0, TOP)}
              title={payer === "" ? "Payer" : "Account"}
              caption={
                accounts.length > TOP
                  ? `The first ${TOP} of ${countOf(accounts.length, "account")}`
                  : "Who came to most"
              }
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
      )}
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

/** With as many decimals as another amount of the same currency has. */
function alike(amount: string, other: string): string {
  return sumOf([amount, other.replace(/[1-9]/g, "0")]);
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
          title: "%",
          cell: ({ amount, former }) => shareOf(differenceOf(amount, former), former).replace(" %", ""),
          csv: ({ amount, former }) => shareOf(differenceOf(amount, former), former).replace(" %", ""),
        },
        { title: "Currency", text: true, cell: ({ currency }) => currency },
        { title: "Share", cell: ({ amount }) => <Share of={amount} most={most} />, csv: () => "" },
      ]}
    />
  );
}
