import { useEffect } from "preact/hooks";
import type { Export } from "../../../client/nouns.ts";
import { said } from "../address.ts";
import { addressOf, ask, askAll } from "../client.ts";
import { groupDigits, personOf, showBytes } from "../figures.ts";
import { keyIn } from "../fields.ts";
import { Heading } from "../frame.tsx";
import { type Loaded, useAct, useLoad } from "../load.ts";
import { Moment } from "../parts/moment.tsx";
import { chosenPeriod, PeriodChoice, Picker, ZoneChoice } from "../parts/picker.tsx";
import { ShownProgress } from "../parts/progress.tsx";
import { Answer, Empty, Fault } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { mayBill, now, zone } from "../session.ts";
import { monthAfter, monthOf, showPeriod } from "../zone.ts";

const kinds = {
  billing: "Billing records",
  usage: "Usage records",
  focus: "FOCUS rows",
  journal: "Ledger entries",
} satisfies Record<Export["kind"], string>;
const formats = { csv: "CSV", parquet: "Parquet", ndjson: "NDJSON" } satisfies Record<Export["format"], string>;

/** A list with a file that is being written is looked at again so often. */
const AGAIN_MS = 2000;

/** Files of a month, and asking for another one. */
export function Exports() {
  const period = chosenPeriod(monthAfter(monthOf(now(), zone.value), -1));
  const found = useLoad(JSON.stringify(["exports", said("cursor")]), (signal) =>
    ask("listExports", { query: { cursor: said("cursor"), limit: 100 }, signal }),
  );
  const writing = found.data?.data.some(({ state }) => state === "running") ?? false;
  useEffect(() => {
    if (!writing) return;
    const timer = setInterval(found.again, AGAIN_MS);
    return () => clearInterval(timer);
  }, [writing, found.again]);
  return (
    <>
      <Heading
        title="Exports"
        note="Files for a spreadsheet, a data warehouse or the books; each is held against the statements before it is kept."
      >
        <Picker>
          <PeriodChoice value={period} />
          <ZoneChoice />
        </Picker>
      </Heading>
      {mayBill.value ? <NewExport period={period} list={found} /> : null}
      <Answer of={found}>
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty title="Nothing was exported yet." />
          ) : (
            <Table
              caption="Exports, those asked for last first"
              file="exports"
              rows={data}
              next={next_cursor}
              all={() => askAll("listExports", {})}
              keyOf={({ id }) => id}
              columns={[
                { title: "What", cell: ({ kind }) => kinds[kind], csv: ({ kind }) => kind },
                {
                  title: "Month",
                  text: true,
                  cell: (one) => <span class="whole">{showPeriod(one.period)}</span>,
                  csv: (one) => one.period,
                },
                {
                  title: "State",
                  text: true,
                  cell: ({ state, error, progress }) =>
                    progress === null ? (
                      <span class={state === "failed" ? "warn" : ""}>
                        {error === null ? state : `${state}: ${error}`}
                      </span>
                    ) : (
                      <ShownProgress of={progress} />
                    ),
                  csv: ({ state }) => state,
                },
                { title: "Rows", cell: ({ rows }) => groupDigits(rows ?? ""), csv: ({ rows }) => rows ?? "" },
                {
                  title: "Files",
                  text: true,
                  cell: (one) => <Files {...one} />,
                  csv: ({ files }) => files.map(({ name }) => name).join(" "),
                },
                {
                  title: "Asked for",
                  text: true,
                  cell: (one) => <Moment at={one.asked_at} />,
                  csv: (one) => one.asked_at,
                },
                { title: "By", text: true, cell: (one) => personOf(one.asked_by), csv: (one) => one.asked_by },
              ]}
            />
          )
        }
      </Answer>
    </>
  );
}

function Files({ id, state, files }: Export) {
  if (state !== "complete") return null;
  return (
    <ul class="plain">
      {files.map(({ name, bytes }) => (
        <li key={name}>
          <a href={addressOf("getExportFile", { path: { id }, query: { name } })} download={name}>
            {name}
          </a>{" "}
          <span class="muted whole">{showBytes(bytes)}</span>
        </li>
      ))}
    </ul>
  );
}

function NewExport({ period, list }: { readonly period: string; readonly list: Loaded<unknown> }) {
  const { busy, error, act } = useAct();
  return (
    <form
      class="card deed inline"
      aria-label="A new export"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        act(async () => {
          await ask("createExport", {
            body: { kind: keyIn(form, "kind", kinds), format: keyIn(form, "format", formats), period },
          });
          list.again();
          return "The export is being written.";
        });
      }}
    >
      <label>
        What
        <select name="kind">
          {Object.entries(kinds).map(([kind, title]) => (
            <option value={kind} key={kind}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label>
        Form
        <select name="format">
          {Object.entries(formats).map(([format, title]) => (
            <option value={format} key={format}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <button disabled={busy}>Export {showPeriod(period)}</button>
      {error === null ? null : <Fault error={error} />}
    </form>
  );
}
