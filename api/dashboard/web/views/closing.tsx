import { useState } from "preact/hooks";
import type {
  CloseOutcome,
  FinalizeOutcome,
  Finding,
  PeriodReadiness,
  StatementReadiness,
} from "../../../client/nouns.ts";
import { said } from "../address.ts";
import { ask, askAll } from "../client.ts";
import { countOf, groupDigits, wordsOf } from "../figures.ts";
import { textIn } from "../fields.ts";
import { Heading } from "../frame.tsx";
import { type Loaded, useAct, useLoad } from "../load.ts";
import { AccountChoice, chosenAccount, chosenPeriod, PeriodChoice, Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty, Fault } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { mayBill, nameOf, now, zone } from "../session.ts";
import { monthAfter, monthOf, showMoment, showPeriod } from "../zone.ts";

type Checklist = "getPeriodReadiness" | "getStatementReadiness";
type Deed = "closePeriod" | "finalizePeriod";
type Outcome = CloseOutcome | FinalizeOutcome;
type PayerReadiness = PeriodReadiness | StatementReadiness;

/** Closing a month: what speaks against it by payer, what is overridden with a reason, then the statements. */
export function Closing() {
  const period = chosenPeriod(monthAfter(monthOf(now(), zone.value), -1));
  const payer = chosenAccount();
  return (
    <>
      <Heading
        title={`Closing ${showPeriod(period)}`}
        note="A closed month stays as it is: what arrives later is an adjustment of the next one."
      >
        <Picker>
          <PeriodChoice value={period} />
          <AccountChoice payers />
          <ZoneChoice />
        </Picker>
      </Heading>
      <Step
        name="close"
        title="1. Close the usage"
        checklist="getPeriodReadiness"
        deed="closePeriod"
        button="Close the month"
        {...{ period, payer }}
      />
      <Step
        name="finalize"
        title="2. Make the statements final"
        checklist="getStatementReadiness"
        deed="finalizePeriod"
        button="Make them final"
        {...{ period, payer }}
      />
    </>
  );
}

interface StepOptions {
  readonly name: string;
  readonly title: string;
  readonly checklist: Checklist;
  readonly deed: Deed;
  readonly button: string;
  readonly period: string;
  readonly payer: string;
}

function Step(options: StepOptions) {
  const { name, title, checklist, period, payer } = options;
  const query = { account_id: payer };
  const found = useLoad(JSON.stringify([checklist, period, payer, said("cursor")]), (signal) =>
    ask(checklist, { path: { period }, query: { ...query, cursor: said("cursor"), limit: 500 }, signal }),
  );
  return (
    <section aria-labelledby={`step-${name}`}>
      <h2 id={`step-${name}`}>{title}</h2>
      <Answer of={found}>
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty title={`Nobody has anything in ${showPeriod(period)}.`} />
          ) : (
            <>
              <p>{tallyOf(data)}</p>
              <Checks name={name} period={period} rows={data} />
              <details>
                <summary>
                  Payer by payer<span class="unseen">: {title}</span>
                </summary>
                <Table
                  caption={`${title.slice(3)}: what speaks against it in ${showPeriod(period)}, by payer`}
                  file={`readiness-${name}-${period}`}
                  rows={data}
                  next={next_cursor}
                  all={() => askAll(checklist, { path: { period }, query })}
                  keyOf={({ payer_account_id }) => payer_account_id}
                  columns={[
                    { title: "Payer", cell: (one) => nameOf(one.payer_account_id), csv: (one) => one.payer_account_id },
                    { title: "State", text: true, cell: ({ state }) => state },
                    {
                      title: "Ready",
                      text: true,
                      cell: (one) => <Ready {...one} />,
                      csv: ({ ready }) => (ready ? "yes" : "no"),
                    },
                    {
                      title: "Checklist",
                      text: true,
                      cell: ({ findings }) => <Findings findings={findings} />,
                      csv: ({ findings }) => findings.map(({ check, count }) => `${check}: ${count}`).join("; "),
                    },
                  ]}
                />
              </details>
              {mayBill.value ? <DoIt {...options} rows={data} loaded={found} /> : null}
            </>
          )
        }
      </Answer>
    </section>
  );
}

/** Closed and final ones are done; of the others, whether they could be. */
function isDone({ state }: Pick<PayerReadiness, "state">): boolean {
  return state === "closed" || state === "final";
}

function tallyOf(rows: readonly PayerReadiness[]): string {
  const done = rows.filter(isDone).length;
  const ready = rows.filter((row) => !isDone(row) && row.ready).length;
  return `${countOf(rows.length, "payer")}: ${done} done, ${ready} ready, ${rows.length - done - ready} held up.`;
}

/** The checklist of a step: what speaks against it, of how many payers. */
function Checks({
  name,
  period,
  rows,
}: {
  readonly name: string;
  readonly period: string;
  readonly rows: readonly PayerReadiness[];
}) {
  const open = rows.filter((row) => !isDone(row));
  const all = open.flatMap(({ payer_account_id, findings }) =>
    findings.map((finding) => ({ ...finding, payer_account_id })),
  );
  const checks = [...new Set(all.map(({ check }) => check))].map((check) => {
    const own = all.filter((one) => one.check === check);
    return { check, own, first: own[0] };
  });
  if (checks.length === 0) return open.length === 0 ? null : <p class="good">Nothing speaks against it.</p>;
  return (
    <Table
      caption={`Checklist of step ${name === "close" ? "1" : "2"}`}
      file={`checklist-${name}-${period}`}
      rows={checks}
      keyOf={({ check }) => check}
      columns={[
        { title: "Check", cell: ({ check }) => wordsOf(check), csv: ({ check }) => check },
        { title: "Payers", cell: ({ own }) => String(own.length) },
        {
          title: "Holds up",
          text: true,
          cell: ({ first }) => <Weight finding={first} />,
          csv: ({ first }) => String(first?.blocking),
        },
        {
          title: "Such as",
          text: true,
          cell: ({ first }) => (first === undefined ? "" : `${nameOf(first.payer_account_id)}: ${detailOf(first)}`),
        },
      ]}
    />
  );
}

/** What a check says, moments on the clocks of the zone that is shown, and without what one would type elsewhere. */
function detailOf({ detail }: Pick<Finding, "detail">): string {
  return detail
    .replace(/: tally .*$/, "")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (at) => `${showMoment(at, zone.value)} ${zone.value}`)
    .replace(/\b\d{4}-(?:0[1-9]|1[0-2])\b(?!-)/g, showPeriod);
}

function Weight({ finding }: { readonly finding: Finding | undefined }) {
  if (finding?.blocking !== true) return <span class="muted">no</span>;
  return <span class="warn">{finding.overridable ? "yes, unless overridden" : "yes"}</span>;
}

function Ready(row: PayerReadiness) {
  if (isDone(row)) return <span class="good">done</span>;
  return row.ready ? <span class="good">ready</span> : <span class="warn whole">held up</span>;
}

function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return <span class="muted">nothing</span>;
  return (
    <ul class="plain">
      {findings.map(({ check, count, detail, blocking }) => (
        <li key={check}>
          <strong class={blocking ? "warn" : ""}>
            {wordsOf(check)}
            {count > 1 && !detail.startsWith(String(count)) ? ` ${groupDigits(String(count))}` : ""}
          </strong>{" "}
          <span class="muted">{detailOf({ detail })}</span>
        </li>
      ))}
    </ul>
  );
}

function DoIt({
  deed,
  button,
  name,
  period,
  payer,
  rows,
  loaded,
}: StepOptions & { readonly rows: readonly PayerReadiness[]; readonly loaded: Loaded<unknown> }) {
  const { busy, error, act } = useAct();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const open = rows.filter((row) => !isDone(row));
  if (open.length === 0) return <p class="good">All done.</p>;
  const blocking = open
    .flatMap(({ findings }) => findings)
    .filter((finding) => finding.blocking && finding.overridable);
  const names = [...new Set(blocking.map(({ check }) => check))];
  const submit = (form: HTMLFormElement): void => {
    const overrides = names
      .map((finding) => ({ finding, reason: textIn(form, `why-${finding}`) }))
      .filter(({ reason }) => reason !== "");
    act(async () => {
      const body = { ...(payer === "" ? {} : { account_id: payer }), ...(overrides.length === 0 ? {} : { overrides }) };
      const answered = await ask(deed, { path: { period }, body });
      setOutcome(answered);
      loaded.again();
      return outcomeOf(answered);
    });
  };
  return (
    <form
      class="card deed"
      aria-label={button}
      onSubmit={(event) => {
        event.preventDefault();
        submit(event.currentTarget);
      }}
    >
      {names.length === 0 ? null : (
        <fieldset>
          <legend>Go on in spite of it</legend>
          <p class="muted">A reason lets a finding be; it is kept with what is closed, with your name.</p>
          {names.map((check) => (
            <label key={check}>
              {wordsOf(check)}, overridden because
              <input name={`why-${check}`} maxLength={500} placeholder="not overridden" />
            </label>
          ))}
        </fieldset>
      )}
      <label class="check">
        <input type="checkbox" required name={`sure-${name}`} />{" "}
        {payer === "" ? `Of ${countOf(open.length, "open payer")}, all that nothing holds up` : `Of ${nameOf(payer)}`}:
        this cannot be undone.
      </label>
      <button disabled={busy}>{busy ? "It is being done…" : button}</button>
      {error === null ? null : <Fault error={error} />}
      {outcome === null ? null : <p role="status">{outcomeOf(outcome)}</p>}
    </form>
  );
}

function outcomeOf({ refused, ...outcome }: Outcome): string {
  const done = "closed" in outcome ? outcome.closed : outcome.made;
  return `${done.length} done${refused.length === 0 ? "" : `, ${refused.length} held up`}.`;
}
