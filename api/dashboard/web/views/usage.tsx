import type { UsageSum, UsageSummary, UsageType } from "../../../client/nouns.ts";
import { here, said } from "../address.ts";
import { ask } from "../client.ts";
import { groupDigits, showRoughly, sumOf, trimZeros, typeTitle } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { useLoad } from "../load.ts";
import { Bars } from "../parts/bars.tsx";
import { Figure } from "../parts/figure.tsx";
import {
  AccountChoice,
  Choice,
  chosenAccount,
  chosenPeriod,
  PeriodChoice,
  Picker,
  ZoneChoice,
} from "../parts/picker.tsx";
import { Answer, Empty } from "../parts/states.tsx";
import { Moment } from "../parts/moment.tsx";
import { Table } from "../parts/table.tsx";
import { secondsOfDay, TimeChart } from "../parts/time-chart.tsx";
import { nameOf, now, seesAll, zone } from "../session.ts";
import { daysOf, monthAfter, monthOf, monthRange, showDay, showPeriod, toInstant } from "../zone.ts";
import { Resources } from "./usage-resources.tsx";

const DAY = 24 * 3_600_000;
/** Groups of one answer at most: a year of days, some kinds of use. */
const SUMS_MAX = 10_000;

/** What was used by day and type, in a month or over the year up to it; unless said, the month of the newest that is published. */
export function Usage() {
  const present = monthOf(now(), zone.value);
  const asked = chosenPeriod("");
  const newest = useLoad(asked === "" ? "newest usage" : null, (signal) => {
    const [from, to] = [toInstant(now() - DAY), toInstant(now())];
    return ask("summarizeUsage", { query: { from, to, limit: 1 }, signal });
  });
  if (asked === "" && newest.data === null && newest.error === null) {
    return (
      <>
        <Heading title="Usage" />
        <Answer of={newest}>{() => null}</Answer>
      </>
    );
  }
  const { complete_to = null } = newest.data ?? {};
  // What is complete to a month's start ends in the month before.
  const published = complete_to === null ? present : monthOf(Date.parse(complete_to) - 1, zone.value);
  return <UsageOf period={asked === "" ? published : asked} />;
}

function UsageOf({ period }: { readonly period: string }) {
  const account = chosenAccount();
  const year = said("span") === "year";
  const from_period = year ? monthAfter(period, -11) : period;
  const from = monthRange(from_period, zone.value).from;
  const to = monthRange(period, zone.value).to;
  const basis: "usage" | "billing" = said("basis") === "billing" ? "billing" : "usage";
  const key = JSON.stringify(["usage", from, to, account, zone.value, basis]);
  const found = useLoad(key, async (signal) => {
    const query = {
      from,
      to,
      account_id: account,
      basis,
      group_by: "day",
      time_zone: zone.value,
      clip: true,
      limit: SUMS_MAX,
    };
    const [summary, types] = await Promise.all([
      ask("summarizeUsage", { query, signal }),
      ask("listUsageTypes", { signal }),
    ]);
    return { summary, types: types.data };
  });
  const title = account === "" ? "Usage" : `Usage of ${nameOf(account)}`;
  const months = Array.from({ length: year ? 12 : 1 }, (_, index) => monthAfter(from_period, index));
  return (
    <>
      <Heading
        title={title}
        note={
          <>
            {year ? `${showPeriod(from_period)} – ${showPeriod(period)}` : showPeriod(period)}, days of {zone.value}.{" "}
            {found.data === null ? null : <Complete to={found.data.summary.complete_to} />}
          </>
        }
      >
        <Picker>
          <PeriodChoice value={period} />
          <Choice
            label="Span"
            name="span"
            value={year ? "year" : ""}
            options={[
              ["", "The month"],
              ["year", "Twelve months"],
            ]}
          />
          <Choice
            label="What came late"
            name="basis"
            value={said("basis")}
            options={[
              ["", "On the day of its use"],
              ["billing", "Where it is billed"],
            ]}
          />
          <AccountChoice />
          <ZoneChoice />
        </Picker>
      </Heading>
      <Answer of={found}>
        {({ summary, types }) =>
          summary.data.length === 0 ? (
            <Empty title={`No usage in ${showPeriod(period)}.`}>
              {seesAll.value ? (
                <>
                  Choose another month, or send events to <code>POST /v1/events</code>.
                </>
              ) : (
                "Choose another month."
              )}
            </Empty>
          ) : (
            <>
              {summary.truncated ? <p class="notice">Not all is shown: choose an account, or a month.</p> : null}
              <section aria-labelledby="by-day">
                <h2 id="by-day">By day</h2>
                <div class="charts">
                  {byType(summary, types).map((use) => (
                    <TypeFigure key={use.type.usage_type} {...use} days={months.flatMap(daysOf)} year={year} />
                  ))}
                </div>
              </section>
              <section aria-labelledby="by-type">
                <h2 id="by-type">By type</h2>
                <TypeTable summary={summary} types={types} />
              </section>
            </>
          )
        }
      </Answer>
      <Resources from={from} to={to} account={account} basis={basis} types={found.data?.types ?? []} />
    </>
  );
}

/** How far what is shown is published. */
function Complete({ to }: { readonly to: string | null }) {
  return to === null ? (
    <>Nothing is published yet.</>
  ) : (
    <>
      Complete to <Moment at={to} />.
    </>
  );
}

interface TypeUse {
  readonly type: UsageType;
  readonly sums: readonly UsageSum[];
}

/** Each type that was used has a chart of its own: hours of machines that run are hours of machines that are kept, too, and no sum. */
function byType({ data }: UsageSummary, types: readonly UsageType[]): TypeUse[] {
  return types
    .map((type) => ({ type, sums: data.filter(({ group }) => group["usage_type"] === type.usage_type) }))
    .filter(({ sums }) => sums.length > 0);
}

function TypeFigure({
  type,
  sums,
  days,
  year,
}: TypeUse & { readonly days: readonly string[]; readonly year: boolean }) {
  const byDay = new Map(sums.map(({ group, display_quantity }) => [String(group["day"]), display_quantity]));
  const rows = days.map((day) => ({ day, value: byDay.get(day) ?? "0" }));
  const busiest = rows.reduce((a, b) => (Number(b.value) > Number(a.value) ? b : a));
  const show = (value: string): string => `${showRoughly(value)} ${type.display_unit}`;
  const title = typeTitle(type.name);
  const summary = `${show(sumOf(rows.map(({ value }) => value)))} in all; the busiest day is ${showDay(busiest.day)}${year ? ` ${busiest.day.slice(0, 4)}` : ""} with ${show(busiest.value)}.`;
  const label = `${title} per day of ${zone.value}. ${summary}`;
  return (
    <Figure
      title={title}
      summary={summary}
      numbers={{
        file: `usage-${type.name.toLowerCase()}`,
        rows,
        keyOf: ({ day }) => day,
        columns: [
          { title: "Day", cell: ({ day }) => day },
          {
            title: `Quantity, ${type.display_unit}`,
            cell: ({ value }) => groupDigits(trimZeros(value)),
            csv: ({ value }) => value,
          },
        ],
      }}
    >
      {year ? (
        <TimeChart
          label={label}
          series={{
            at: days.map(secondsOfDay),
            lines: [{ name: title, values: rows.map(({ value }) => Number(value)) }],
          }}
        />
      ) : (
        <Bars bars={rows.map(({ day, value }) => ({ name: showDay(day), value }))} show={show} label={label} />
      )}
    </Figure>
  );
}

function TypeTable({ summary, types }: { readonly summary: UsageSummary; readonly types: readonly UsageType[] }) {
  const rows = byType(summary, types).map(({ type, sums }) => ({
    type,
    quantity: sumOf(sums.map(({ display_quantity }) => display_quantity)),
    records: sums.reduce((sum, { records }) => sum + records, 0),
  }));
  return (
    <Table
      caption={`What was used, days of ${zone.value}`}
      file="usage-by-type"
      rows={rows}
      keyOf={({ type }) => String(type.usage_type)}
      columns={[
        {
          title: "Type",
          cell: ({ type }) => <a href={here({ type: String(type.usage_type) })}>{typeTitle(type.name)}</a>,
          csv: ({ type }) => type.name,
        },
        {
          title: "Quantity",
          cell: ({ quantity }) => groupDigits(trimZeros(quantity)),
          csv: ({ quantity }) => quantity,
        },
        { title: "Unit", text: true, cell: ({ type }) => type.display_unit },
        {
          title: "Records",
          cell: ({ records }) => groupDigits(String(records)),
          csv: ({ records }) => String(records),
        },
      ]}
    />
  );
}
