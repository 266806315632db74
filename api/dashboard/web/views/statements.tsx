import type { Statement } from "../../../client/nouns.ts";
import { said } from "../address.ts";
import { addressOf, ask, askAll } from "../client.ts";
import { differenceOf, groupDigits } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { useLoad } from "../load.ts";
import { AccountChoice, chosenAccount, chosenPeriod, PeriodChoice, Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { nameOf, now, zone } from "../session.ts";
import { monthAfter, monthOf, showPeriod } from "../zone.ts";

/** Statements of a month: what is asked for, and the documents. */
export function Statements() {
  const period = chosenPeriod(monthAfter(monthOf(now(), zone.value), -1));
  const payer = chosenAccount();
  const query = { period, account_id: payer, lines: false };
  const found = useLoad(JSON.stringify(["statements", period, payer, said("cursor")]), (signal) =>
    ask("listStatements", { query: { ...query, cursor: said("cursor"), limit: 500 }, signal }),
  );
  return (
    <>
      <Heading title="Statements" note={`${showPeriod(period)}, in each payer's own zone.`}>
        <Picker>
          <PeriodChoice value={period} />
          <AccountChoice payers />
          <ZoneChoice />
        </Picker>
      </Heading>
      <Answer of={found}>
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty title={`No statements in ${showPeriod(period)}.`}>
              They appear once a rate card is there and the month has been rated.
            </Empty>
          ) : (
            <Table
              caption={`Statements of ${showPeriod(period)}`}
              file={`statements-${period}`}
              rows={data}
              next={next_cursor}
              all={() => askAll("listStatements", { query })}
              keyOf={({ id }) => id}
              rowClass={({ state }) => (state === "void" ? "gone" : "")}
              columns={[
                {
                  title: "Payer",
                  cell: (one) => <a href={statementAddress(one.id)}>{nameOf(one.payer_account_id)}</a>,
                  csv: (one) => one.payer_account_id,
                },
                { title: "Number", text: true, cell: (one) => one.number ?? "–", csv: (one) => one.number ?? "" },
                { title: "State", text: true, cell: (one) => stateOf(one) },
                { title: "Net", cell: (one) => groupDigits(one.net), csv: (one) => one.net },
                { title: "Tax", cell: (one) => groupDigits(taxOf(one)), csv: taxOf },
                { title: "Total", cell: (one) => groupDigits(one.total), csv: (one) => one.total },
                {
                  title: "Payable",
                  cell: (one) => <strong>{groupDigits(one.payable)}</strong>,
                  csv: (one) => one.payable,
                },
                { title: "Currency", text: true, cell: (one) => one.currency },
                { title: "Documents", text: true, cell: (one) => <Downloads statement={one} />, csv: (one) => one.id },
              ]}
            />
          )
        }
      </Answer>
    </>
  );
}

/** Where a statement's own page is. */
export function statementAddress(id: string): string {
  return `/statements/${encodeURIComponent(id)}`;
}

/** What a statement is: a draft, final, void, or a credit note. */
export function stateOf({ kind, state }: Pick<Statement, "kind" | "state">): string {
  return kind === "credit_note" ? `credit note, ${state}` : state;
}

/** All tax of a statement. */
function taxOf({ net, total }: Pick<Statement, "net" | "total">): string {
  return differenceOf(total, net);
}

/** The documents of a statement. The e-invoice is of issued ones alone. */
export function Downloads({
  statement: { id, number, payer_account_id },
}: {
  readonly statement: Pick<Statement, "id" | "number" | "payer_account_id">;
}) {
  const formats = ["pdf", "html", "csv", ...(number === null ? [] : ["ubl"])];
  return (
    <span class="downloads">
      {formats.map((format) => (
        <a
          key={format}
          href={addressOf("getStatement", { path: { id }, query: { format } })}
          download={format !== "html"}
          target={format === "html" ? "_blank" : undefined}
          rel="noopener"
        >
          {format.toUpperCase()}
          <span class="unseen"> of the statement of {nameOf(payer_account_id)}</span>
        </a>
      ))}
    </span>
  );
}
