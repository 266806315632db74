import type { Statement, StatementLine, UsageType } from "../../../client/nouns.ts";
import { addressTo } from "../address.ts";
import { ask } from "../client.ts";
import { groupDigits, showAmount, sumOf, trimZeros } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { itemOf, priceOf, quantityOf } from "../line-words.ts";
import { useLoad } from "../load.ts";
import { Answer } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { nameOf } from "../session.ts";
import { showPeriod } from "../zone.ts";
import { Downloads, statementAddress, stateOf } from "./statements.tsx";

/** What a payer owes for a month: the sums, the documents, and the lines of each account. */
export function StatementView({ id = "" }: Readonly<Record<string, string>>) {
  const found = useLoad(`statement ${id}`, async (signal) => {
    const [statement, types] = await Promise.all([
      ask("getStatement", { path: { id }, signal }),
      ask("listUsageTypes", { signal }),
    ]);
    const named = [statement.reverses, statement.replaces, statement.void_by].flatMap((other) => other ?? []);
    const others = await Promise.all(named.map((other) => ask("getStatement", { path: { id: other }, signal })));
    const numbers = new Map(others.map((other) => [other.id, other.number]));
    return { statement, types: types.data, numbers };
  });
  const statement = found.data?.statement;
  return (
    <>
      <Heading
        title={statement === undefined ? "Statement" : nameOf(statement.payer_account_id)}
        note={
          statement === undefined ? null : (
            <>
              <a href={addressTo("/statements", { period: statement.period })}>{showPeriod(statement.period)}</a> ·{" "}
              {stateOf(statement)}
              {statement.number === null ? null : ` · ${statement.number}`}
            </>
          )
        }
      />
      <Answer of={found}>{({ statement: shown, ...about }) => <Shown statement={shown} {...about} />}</Answer>
    </>
  );
}

function Shown({
  statement,
  types,
  numbers,
}: {
  readonly statement: Statement;
  readonly types: readonly UsageType[];
  /** Of the documents it names. */
  readonly numbers: ReadonlyMap<string, string | null>;
}) {
  const { currency, net, taxes, total, credits_applied, payable, paid, open, issued_on, due_on, lines, id, notes } =
    statement;
  const tile = (term: string, amount: string, note: string) => (
    <div class="card">
      <dt>{term}</dt>
      <dd>{showAmount({ amount, currency })}</dd>
      <dd class="note">{note}</dd>
    </div>
  );
  const ids = [...new Set(lines.map(({ account_id }) => account_id))];
  const related = [
    ["Takes back", statement.reverses],
    ["Issued again for", statement.replaces],
    ["Taken back by", statement.void_by],
  ] as const;
  return (
    <>
      <dl class="tiles">
        {tile("Net", net, "before tax")}
        {tile(
          "Total",
          total,
          taxes.length === 0
            ? "no tax"
            : taxes.map(({ name, rate, amount }) => `${name} ${trimZeros(rate)} %: ${groupDigits(amount)}`).join(", "),
        )}
        {tile(
          "Payable",
          payable,
          /^0(\.0+)?$/.test(credits_applied)
            ? "nothing taken from credits"
            : `${groupDigits(credits_applied)} taken from credits`,
        )}
        {issued_on === null || statement.kind === "credit_note"
          ? null
          : tile("Open", open, `${groupDigits(paid)} paid; due ${due_on ?? "at once"}`)}
      </dl>
      <p>
        <span class="muted">Documents: </span>
        <Downloads statement={statement} />
        {issued_on === null ? null : <span class="muted"> · issued on {issued_on}, in the issuer's zone</span>}
      </p>
      {related.map(([words, of]) =>
        of === null ? null : (
          <p key={words}>
            {words} <a href={statementAddress(of)}>{numbers.get(of) ?? of}</a>
          </p>
        ),
      )}
      {notes.map((note) => (
        <p class="muted" key={note}>
          {note}
        </p>
      ))}
      {ids.map((account_id) => (
        <Section
          key={account_id}
          statement_id={id}
          account_id={account_id}
          currency={currency}
          lines={lines.filter((line) => line.account_id === account_id)}
          types={types}
        />
      ))}
      <p class="muted">
        <code>{id}</code>
      </p>
    </>
  );
}

function Section({
  statement_id,
  account_id,
  currency,
  lines,
  types,
}: {
  readonly statement_id: string;
  readonly account_id: string;
  readonly currency: string;
  readonly lines: readonly StatementLine[];
  readonly types: readonly UsageType[];
}) {
  const total = sumOf(lines.map(({ amount }) => amount));
  return (
    <section aria-labelledby={`account-${account_id}`}>
      <h2 id={`account-${account_id}`}>{nameOf(account_id)}</h2>
      <Table
        caption={`Lines of ${nameOf(account_id)}; each leads to the events it comes from`}
        file={`statement-${account_id}`}
        rows={lines}
        keyOf={({ line }) => String(line)}
        rowClass={({ kind }) => kind}
        columns={[
          {
            title: "Item",
            cell: (line) => (
              <>
                <a href={`${statementAddress(statement_id)}/lines/${line.line}`}>
                  {itemOf(line.description, line.adjusts !== null)}
                </a>
                {line.adjusts === null ? null : (
                  <span class="muted">
                    {" "}
                    corrects <a href={statementAddress(line.adjusts.statement_id)}>{showPeriod(line.adjusts.period)}</a>
                  </span>
                )}
              </>
            ),
            csv: ({ description }) => description,
          },
          { title: "Quantity", cell: (line) => quantityOf(line, types), csv: ({ quantity }) => quantity },
          { title: "Unit price", cell: priceOf, csv: ({ unit_price }) => unit_price ?? "" },
          { title: `Amount, ${currency}`, cell: ({ amount }) => groupDigits(amount), csv: ({ amount }) => amount },
        ]}
        foot={["Total", "", "", groupDigits(total)]}
      />
    </section>
  );
}
