import type { Forecast as Answered } from "../../../client/nouns.ts";
import { here } from "../address.ts";
import { ask } from "../client.ts";
import { countOf, groupDigits, showAmount, sumOf, trimZeros } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { useLoad } from "../load.ts";
import { Share } from "../parts/bars.tsx";
import { Moment } from "../parts/moment.tsx";
import { AccountChoice, chosenAccount, PeriodChoice, chosenPeriod, Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { accounts, caller, nameOf } from "../session.ts";
import { showPeriod } from "../zone.ts";

type ForecastLine = Answered["accounts"][number]["lines"][number];

const bases: Readonly<Record<string, string>> = {
  "runs-on": "runs on as it is",
  "at-pace": "goes on at its pace",
  "as-it-is": "stays as it is",
  charge: "follows from the other lines",
};

/** What the month will come to at its end. */
export function Forecast() {
  const period = chosenPeriod();
  const account = chosenAccount();
  const found = useLoad(JSON.stringify(["forecast", period, account]), (signal) =>
    ask("forecastPeriod", { query: { period, account_id: account, limit: 1000 }, signal }),
  );
  return (
    <>
      <Heading
        title={account === "" ? "Forecast" : `Forecast for ${nameOf(account)}`}
        note={
          <>
            {showPeriod(period)} to its end, before tax.{" "}
            {found.data === null ? null : (
              <>
                As of <Moment at={found.data.as_of} />.
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
      <Answer of={found}>{(data) => <Shown data={data} account={account} period={period} />}</Answer>
    </>
  );
}

function Shown({
  data,
  account,
  period,
}: {
  readonly data: Answered;
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
        data.accounts.map((one) => <Lines key={`${one.account_id} ${one.currency}`} {...one} />)
      ) : (
        <AccountTable data={data} />
      )}
      <section aria-labelledby="assumptions">
        <h2 id="assumptions">What it rests on</h2>
        <ul class="plain">
          {Object.entries(data.assumptions)
            .filter(([name]) => ["running", "reported", "kept", "charges", "corrections"].includes(name))
            .map(([name, text]) => (
              <li key={name}>{text}</li>
            ))}
        </ul>
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
          { title: "Share", cell: ({ forecast }) => <Share of={forecast} most={most} />, csv: () => "" },
        ]}
      />
    </section>
  );
}

function Lines({ account_id, currency, lines, so_far, forecast }: Answered["accounts"][number]) {
  const quantity = (of: string, { unit }: ForecastLine): string =>
    unit === "" ? "" : `${groupDigits(trimZeros(of))} ${unit.replaceAll("_", " ")}`;
  return (
    <section aria-labelledby={`lines-${account_id}`}>
      <h2 id={`lines-${account_id}`}>{accounts.value.size > 1 ? nameOf(account_id) : "Line by line"}</h2>
      <Table
        caption={`Expected lines, in ${currency}`}
        file={`forecast-${account_id}`}
        rows={lines.map((line, index) => ({ ...line, index }))}
        keyOf={({ index }) => String(index)}
        columns={[
          { title: "Item", cell: ({ description }) => description },
          { title: "Expected", text: true, cell: ({ basis }) => bases[basis] ?? basis },
          {
            title: "Quantity so far",
            cell: (line) => quantity(line.so_far_quantity, line),
            csv: (line) => line.so_far_quantity,
          },
          {
            title: "At the end",
            cell: (line) => quantity(line.forecast_quantity, line),
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
