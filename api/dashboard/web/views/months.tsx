import type { BillingSum } from "../../../client/nouns.ts";
import { addressTo, here } from "../address.ts";
import { ask } from "../client.ts";
import { alike, differenceOf, groupDigits, shareOf, showAmount, signed, sumOf } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { useLoad } from "../load.ts";
import { Bars } from "../parts/bars.tsx";
import { Figure } from "../parts/figure.tsx";
import { AccountChoice, chosenAccount, chosenPeriod, PeriodChoice, Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty } from "../parts/states.tsx";
import { nameOf, now, zone } from "../session.ts";
import { monthAfter, monthOf, showPeriod } from "../zone.ts";
import { Movers } from "./months-top.tsx";

/** Months in sight. */
const MONTHS = 13;

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
      {currencies.every((currency) => of(period, currency) === undefined) ? (
        <Empty title={`Nothing is rated in ${showPeriod(period)}.`}>Choose another month.</Empty>
      ) : (
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
                    : [`${signed(change)} against ${showPeriod(before)}`, shareOf(change, former?.amount ?? "0")]
                        .filter((part) => part !== "")
                        .join(", ")}
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
      )}
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
                  bars={rows.map(({ month, value }) => ({ name: showPeriod(month), value }))}
                  show={(amount) => showAmount({ amount, currency })}
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
