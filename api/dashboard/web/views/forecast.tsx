import type { Forecast as Answered, UsageType } from "../../../client/nouns.ts";
import { here } from "../address.ts";
import { ask } from "../client.ts";
import { countOf, groupDigits, showAmount, sumOf } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { expectedQuantity, itemOf } from "../line-words.ts";
import { useLoad } from "../load.ts";
import { Share } from "../parts/bars.tsx";
import { Moment } from "../parts/moment.tsx";
import { AccountChoice, chosenAccount, PeriodChoice, chosenPeriod, Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { accounts, caller, nameOf, now, zone } from "../session.ts";
import { monthOf, showPeriod } from "../zone.ts";

const bases: Readonly<Record<string, string>> = {
  "runs-on": "runs on as it is",
  "at-pace": "goes on at its pace",
  "as-it-is": "stays as it is",
  charge: "follows from the other lines",
};

/** What is taken for granted, as people say it; the answer has it in the words of its fields. */
const assumptions = [
  ["Runs on as it is", "What runs or is kept now does so to the month's end; what has ended does not begin again."],
  [
    "Goes on at its pace",
    "What is reported goes on at its average of this month so far, or since it was first reported.",
  ],
  ["Stays as it is", "Where a day counts one reading alone, nothing more is expected."],
  ["Follows from the other lines", "Fees, discounts, minimums and commitments are worked out from what is expected."],
  ["Left out", "Corrections of closed months: they stand on the bill as lines of their own."],
] as const;

/** What the month will come to at its end. */
export function Forecast() {
  const period = chosenPeriod();
  const account = chosenAccount();
  const begun = period <= monthOf(now(), zone.value);
  const found = useLoad(begun ? JSON.stringify(["forecast", period, account]) : null, async (signal) => {
    const [forecast, types] = await Promise.all([
      ask("forecastPeriod", { query: { period, account_id: account, limit: 10_000 }, signal }),
      ask("listUsageTypes", { signal }),
    ]);
    return { forecast, types: types.data };
  });
  return (
    <>
      <Heading
        title={account === "" ? "Forecast" : `Forecast for ${nameOf(account)}`}
        note={
          <>
            {showPeriod(period)} to its end, before tax.{" "}
            {found.data === null ? null : (
              <>
                As of <Moment at={found.data.forecast.as_of} />.
              </>
            )}
          </>
        }
      >
        <Picker>
          <PeriodChoice value={period} />
          <AccountChoice />
          <ZoneChoice />
        </Picker>
      </Heading>
      {begun ? (
        <Answer of={found}>
          {({ forecast, types }) => <Shown data={forecast} types={types} account={account} period={period} />}
        </Answer>
      ) : (
        <Empty title={`${showPeriod(period)} has not begun.`}>Choose a month that has.</Empty>
      )}
    </>
  );
}

function Shown({
  data,
  types,
  account,
  period,
}: {
  readonly data: Answered;
  readonly types: readonly UsageType[];
  readonly account: string;
  readonly period: string;
}) {
  if (data.accounts.length === 0) {
    return (
      <Empty title={`Nothing is expected in ${showPeriod(period)}.`}>
        A forecast needs usage of the month and prices for it.
      </Empty>
    );
  }
  const single = account !== "" || caller.value?.role === "account" || data.accounts.length === 1;
  return (
    <>
      <dl class="tiles">
        {[...new Set(data.payers.map(({ currency }) => currency))].map((currency) => {
          const own = data.payers.filter((one) => one.currency === currency);
          const total = (of: "so_far" | "forecast"): string =>
            showAmount({ amount: sumOf(own.map((one) => one[of])), currency });
          return (
            <div class="card" key={currency}>
              <dt>At the month's end</dt>
              <dd>{total("forecast")}</dd>
              <dd class="note">
                {total("so_far")} so far{own.length > 1 ? `, ${countOf(own.length, "payer")}` : ""}
              </dd>
            </div>
          );
        })}
      </dl>
      {single ? (
        data.accounts.map((one) => <Lines key={`${one.account_id} ${one.currency}`} {...one} types={types} />)
      ) : (
        <AccountTable data={data} />
      )}
      <section aria-labelledby="assumptions">
        <h2 id="assumptions">What it rests on</h2>
        <dl class="facts card">
          {assumptions.map(([what, text]) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
}

function AccountTable({ data }: { readonly data: Answered }) {
  const rows = data.accounts.toSorted((a, b) => Number(b.forecast) - Number(a.forecast));
  const most = rows[0]?.forecast ?? "0";
  return (
    <section aria-labelledby="accounts-title">
      <h2 id="accounts-title">By account</h2>
      {data.truncated ? <p class="notice">The first {data.accounts.length} accounts.</p> : null}
      <Table
        caption="What accounts come to, the highest first"
        file={`forecast-${data.period}`}
        rows={rows}
        keyOf={({ account_id, currency }) => `${account_id} ${currency}`}
        columns={[
          {
            title: "Account",
            cell: ({ account_id }) => <a href={here({ account: account_id })}>{nameOf(account_id)}</a>,
            csv: ({ account_id }) => account_id,
          },
          { title: "So far", cell: ({ so_far }) => groupDigits(so_far), csv: ({ so_far }) => so_far },
          { title: "At the end", cell: ({ forecast }) => groupDigits(forecast), csv: ({ forecast }) => forecast },
          { title: "Currency", text: true, cell: ({ currency }) => currency },
          { title: "Share", cell: ({ forecast }) => <Share of={forecast} most={most} />, csv: null },
        ]}
      />
    </section>
  );
}

function Lines({
  account_id,
  currency,
  lines,
  so_far,
  forecast,
  types,
}: Answered["accounts"][number] & { readonly types: readonly UsageType[] }) {
  return (
    <section aria-labelledby={`lines-${account_id}`}>
      <h2 id={`lines-${account_id}`}>{accounts.value.size > 1 ? nameOf(account_id) : "Line by line"}</h2>
      <Table
        caption={`Expected lines, in ${currency}`}
        file={`forecast-${account_id}`}
        rows={lines.map((line, index) => ({ ...line, index }))}
        keyOf={({ index }) => String(index)}
        columns={[
          { title: "Item", cell: ({ description }) => itemOf(description), csv: ({ description }) => description },
          { title: "Expected", text: true, cell: ({ basis }) => bases[basis] ?? basis },
          {
            title: "Quantity so far",
            cell: (line) => expectedQuantity(line, line.so_far_quantity, types),
            csv: (line) => line.so_far_quantity,
          },
          {
            title: "At the end",
            cell: (line) => expectedQuantity(line, line.forecast_quantity, types),
            csv: (line) => line.forecast_quantity,
          },
          { title: `So far, ${currency}`, cell: (line) => groupDigits(line.so_far), csv: (line) => line.so_far },
          {
            title: `At the end, ${currency}`,
            cell: (line) => groupDigits(line.forecast),
            csv: (line) => line.forecast,
          },
        ]}
        foot={["Total", "", "", "", groupDigits(so_far), groupDigits(forecast)]}
      />
    </section>
  );
}
