import type { ExplainedRecord, Explanation, UsageType } from "../../../client/nouns.ts";
import { addressTo, said } from "../address.ts";
import { allPages, ask } from "../client.ts";
import { countOf, groupDigits, showAmount, trimZeros } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { itemOf, measureOf, priceOf, quantityOf } from "../line-words.ts";
import { useLoad } from "../load.ts";
import { Figure } from "../parts/figure.tsx";
import { Moment, Range } from "../parts/moment.tsx";
import { Answer, Empty } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { LANES_MAX, type Stretch, Timeline } from "../parts/timeline.tsx";
import { maySee, nameOf, zone } from "../session.ts";
import { monthRange, showMoment, showPeriod } from "../zone.ts";
import { Prices } from "./line-prices.tsx";
import { statementAddress } from "./statements.tsx";

/** Records of one answer, and stretches of each, at most. */
const RECORDS = 100;
const SLICES = 50;
/** And in a file. */
const SLICES_MAX = 1000;

/** All records of a line, for a file: what is drawn and listed is one page of them. */
const allRecords = (id: string, line: string) => (): Promise<ExplainedRecord[]> =>
  allPages(async (cursor) => {
    const query = { limit: RECORDS, slices: SLICES_MAX, cursor };
    const { records, next_cursor } = await ask("explainStatementLine", { path: { id, line }, query });
    return { data: records, next_cursor };
  });

/** A line of a statement down to the events it comes from. */
export function Line({ id = "", line = "" }: Readonly<Record<string, string>>) {
  const found = useLoad(JSON.stringify(["line", id, line, said("cursor")]), async (signal) => {
    const [explanation, types] = await Promise.all([
      ask("explainStatementLine", {
        path: { id, line },
        query: { limit: RECORDS, slices: SLICES, cursor: said("cursor") },
        signal,
      }),
      ask("listUsageTypes", { signal }),
    ]);
    return { explanation, types: types.data };
  });
  const shown = found.data?.explanation.line;
  return (
    <>
      <Heading
        title={shown === undefined ? "Line" : itemOf(shown.description, shown.adjusts !== null)}
        note={
          shown === undefined ? null : (
            <>
              Line {shown.line} of{" "}
              <a href={statementAddress(id)}>
                the statement of {nameOf(shown.payer_account_id)} for {showPeriod(shown.period)}
              </a>
              {shown.account_id === shown.payer_account_id ? null : `, used by ${nameOf(shown.account_id)}`}
            </>
          )
        }
      />
      <Answer of={found}>
        {({ explanation, types }) => <Shown explanation={explanation} types={types} all={allRecords(id, line)} />}
      </Answer>
    </>
  );
}

interface ShownOptions {
  readonly explanation: Explanation;
  readonly types: readonly UsageType[];
  readonly all: () => Promise<readonly ExplainedRecord[]>;
}

function Shown({ explanation, types, all }: ShownOptions) {
  const { line, account, charge, prices, records } = explanation;
  return (
    <>
      <dl class="tiles">
        <div class="card">
          <dt>Amount</dt>
          <dd>{showAmount({ amount: line.amount, currency: line.currency })}</dd>
          <dd class="note">exactly {groupDigits(trimZeros(line.exact_amount))}</dd>
        </div>
        <div class="card">
          <dt>Quantity</dt>
          <dd>{quantityOf(line, types) || "–"}</dd>
          <dd class="note">{line.unit_price === null ? "" : `at ${priceOf(line)} ${line.currency} each`}</dd>
        </div>
        <div class="card">
          {line.adjusts === null ? (
            <>
              <dt>Records</dt>
              <dd>{groupDigits(line.records)}</dd>
            </>
          ) : (
            <>
              <dt>Corrects</dt>
              <dd>
                <a href={statementAddress(line.adjusts.statement_id)}>{showPeriod(line.adjusts.period)}</a>
              </dd>
            </>
          )}
          <dd class="note">{account === null ? "" : `rate card ${account.rate_card_id}`}</dd>
        </div>
      </dl>
      {charge === null ? null : (
        <p>
          This is a charge, <strong>{charge.name}</strong> ({charge.kind.replaceAll("_", " ")}): it follows from other
          lines and from no event of its own.
        </p>
      )}
      <Prices
        prices={prices}
        currency={line.currency}
        type={types.find(({ usage_type }) => usage_type === line.usage_type)}
      />
      {records.length === 0 ? (
        charge === null ? (
          <Empty title="No records stand behind this line." />
        ) : null
      ) : (
        <Records explanation={explanation} period={line.period} types={types} all={all} />
      )}
    </>
  );
}

/** One end of a stretch of use: the event that began or ended it. */
type SliceEnd = ExplainedRecord["slices"]["shown"][number]["opened"];

interface Row {
  readonly record: ExplainedRecord;
  readonly from: string;
  readonly to: string;
  readonly opened: SliceEnd;
  readonly closed: SliceEnd | null;
}

/** Each stretch of each record. */
function stretchesOf(records: readonly ExplainedRecord[]): Row[] {
  return records.flatMap((record) => record.slices.shown.map((slice) => ({ record, ...slice })));
}

function Records({ explanation, period, types, all }: ShownOptions & { readonly period: string }) {
  const { records, next_cursor, more_records, account, line } = explanation;
  const rows = stretchesOf(records);
  const isPart = said("cursor") !== "" || next_cursor !== null || records.some(({ slices }) => slices.more !== "0");
  const nameIn = ({ resource, usage_record }: ExplainedRecord): string => usage_record.name ?? resource;
  const stretches: Stretch[] = rows.map(({ record, from, to }) => ({
    lane: nameIn(record),
    from: Date.parse(from),
    to: Date.parse(to),
    title: `${nameIn(record)}: ${showMoment(from, zone.value)} – ${showMoment(to, zone.value)} ${zone.value}`,
  }));
  const month = account?.month ?? {
    start: monthRange(period, zone.value).from,
    end: monthRange(period, zone.value).to,
  };
  const lanes = new Set(stretches.map(({ lane }) => lane)).size;
  const part =
    records.length < Number(line.records)
      ? `; ${records.length} of the line's ${groupDigits(line.records)} records`
      : "";
  const summary = `${countOf(lanes, "resource")} in ${countOf(rows.length, "stretch", "stretches")} of use${lanes > LANES_MAX ? `, the first ${LANES_MAX} drawn` : ""}${part}.`;
  return (
    <>
      <section aria-labelledby="timeline">
        <h2 id="timeline">When it was used</h2>
        <Figure
          title="Timeline"
          summary={summary}
          numbers={{
            file: `line-${line.line}-stretches`,
            rows: rows.map((row, index) => ({ ...row, index })),
            ...(isPart ? { all: async () => stretchesOf(await all()).map((row, index) => ({ ...row, index })) } : {}),
            keyOf: ({ index }) => String(index),
            columns: [
              { title: "Resource", cell: ({ record }) => nameIn(record), csv: ({ record }) => record.resource },
              {
                title: "From and to",
                text: true,
                cell: ({ from, to }) => <Range from={from} to={to} />,
                csv: ({ from, to }) => `${from}/${to}`,
              },
              {
                title: "Began by",
                text: true,
                cell: ({ opened, record }) => <EventLink end={opened} of={record.account_id} />,
                csv: ({ opened }) => `${opened.type ?? ""} ${opened.id ?? ""}`,
              },
              {
                title: "Ended by",
                text: true,
                cell: ({ closed, record }) =>
                  closed === null ? (
                    <span class="muted">goes on</span>
                  ) : (
                    <EventLink end={closed} of={record.account_id} />
                  ),
                csv: ({ closed }) => `${closed?.type ?? ""} ${closed?.id ?? ""}`,
              },
            ],
          }}
        >
          <Timeline
            stretches={stretches}
            from={Date.parse(month.start)}
            to={Date.parse(month.end)}
            label={`Timeline. ${summary}`}
          />
        </Figure>
      </section>
      <section aria-labelledby="records">
        <h2 id="records">Record by record</h2>
        <Table
          caption={`Billing records of the line${more_records === "0" ? "" : `; ${groupDigits(more_records)} more`}`}
          file={`line-${line.line}-records`}
          rows={records}
          next={next_cursor}
          all={all}
          keyOf={({ id }) => id}
          columns={[
            { title: "Resource", cell: (record) => nameIn(record), csv: ({ resource }) => resource },
            {
              title: "Window",
              text: true,
              cell: ({ window }) => <Range from={window.start} to={window.end} />,
              csv: ({ window }) => `${window.start}/${window.end}`,
            },
            { title: "Stretches", cell: ({ slices }) => groupDigits(slices.count), csv: ({ slices }) => slices.count },
            {
              title: "Quantity",
              cell: ({ quantity, usage_type }) =>
                measureOf(
                  quantity,
                  types.find((type) => type.usage_type === usage_type),
                ),
              csv: ({ quantity }) => quantity,
            },
            {
              title: `Amount, ${line.currency}`,
              cell: ({ amount }) => groupDigits(trimZeros(amount)),
              csv: ({ amount }) => amount,
            },
            {
              title: "Events",
              text: true,
              cell: ({ slices, account_id }) => <Events slices={slices} account_id={account_id} />,
              csv: ({ slices }) => slices.shown.map(({ opened }) => opened.id ?? "").join(" "),
            },
          ]}
        />
      </section>
    </>
  );
}

function Events({ slices: { shown, more }, account_id }: Pick<ExplainedRecord, "slices" | "account_id">) {
  const ends = shown.flatMap(({ opened, closed }) => [opened, ...(closed === null ? [] : [closed])]);
  const first = [...new Map(ends.map((end) => [end.id ?? end.at, end])).values()];
  return (
    <span>
      {first.slice(0, 2).map((end) => (
        <span key={`${end.at} ${end.id ?? ""}`}>
          <EventLink end={end} of={account_id} />{" "}
        </span>
      ))}
      {first.length > 2 || more !== "0" ? <span class="muted">and {first.length - 2 + Number(more)} more</span> : null}
    </span>
  );
}

/** An event of an account, and the way to it. A payer sees of the accounts it pays for what they cost, not their events. */
function EventLink({ end: { source, id, type, at, archive }, of }: { readonly end: SliceEnd; readonly of: string }) {
  if (!maySee(of)) return <>{type}</>;
  if (source === null || id === null) return <Moment at={at} />;
  if (archive !== null) return <span title={`in the archive of ${archive.month}`}>{type}</span>;
  return (
    <a href={addressTo("/event", { source, id })} title={`${id} at ${showMoment(at, zone.value)} ${zone.value}`}>
      {type}
    </a>
  );
}
