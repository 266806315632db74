import type { SanityFinding } from "../../../client/nouns.ts";
import { said, saidOf } from "../address.ts";
import { ask, askAll } from "../client.ts";
import { showSpan, wordsOf } from "../figures.ts";
import { textIn } from "../fields.ts";
import { Heading } from "../frame.tsx";
import { type Loaded, useAct, useLoad } from "../load.ts";
import { Moment } from "../parts/moment.tsx";
import { AccountChoice, Choice, chosenAccount, Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty, Fault } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { mayBill, nameOf, zone } from "../session.ts";
import { showMoment } from "../zone.ts";

const states = ["open", "resolved", "accepted"] as const;
const severities = ["error", "warning", "info"] as const;

/** What the sanity checks found, and letting it be. */
export function Findings() {
  const state = saidOf("state", [...states, "all"]) || "open";
  const severity = saidOf("severity", severities);
  const query = { state: state === "all" ? ("" as const) : state, severity, account_id: chosenAccount() };
  const found = useLoad(JSON.stringify(["findings", query, said("cursor")]), (signal) =>
    ask("listFindings", { query: { ...query, cursor: said("cursor"), limit: 200 }, signal }),
  );
  return (
    <>
      <Heading
        title="Findings"
        note="What the checks of usage hold for wrong or strange; an open error speaks against closing."
      >
        <Picker>
          <Choice
            label="State"
            name="state"
            value={state}
            options={[...states, "all"].map((one) => [one, wordsOf(one)])}
          />
          <Choice
            label="Severity"
            name="severity"
            value={severity}
            options={[["", "All"], ...severities.map((one) => [one, wordsOf(one)] as const)]}
          />
          <AccountChoice />
          <ZoneChoice />
        </Picker>
      </Heading>
      <Answer of={found}>
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty title={state === "open" ? "Nothing is open." : "There are none."}>
              The checks run by themselves once a day.
            </Empty>
          ) : (
            <Table
              caption="Findings, errors first"
              file="findings"
              rows={data}
              next={next_cursor}
              all={() => askAll("listFindings", { query })}
              keyOf={({ id }) => id}
              columns={[
                { title: "Check", cell: ({ check }) => wordsOf(check), csv: ({ check }) => check },
                { title: "Found", text: true, cell: (one) => foundOf(one) },
                {
                  title: "Severity",
                  text: true,
                  cell: (one) => <span class={one.severity === "error" ? "warn" : ""}>{one.severity}</span>,
                  csv: (one) => one.severity,
                },
                { title: "Account", text: true, cell: (one) => nameOf(one.account_id), csv: (one) => one.account_id },
                { title: "Resource", text: true, cell: ({ resource }) => resource },
                { title: "At", text: true, cell: ({ at }) => <Moment at={at} />, csv: ({ at }) => at },
                {
                  title: "State",
                  text: true,
                  cell: (one) =>
                    one.state === "open" && mayBill.value ? <Accept finding={one} list={found} /> : one.state,
                  csv: (one) => one.state,
                },
              ]}
            />
          )
        }
      </Answer>
    </>
  );
}

/** What a check found, in words: `tallyhouse/core, silent 3 days`. */
function foundOf({ what, detail }: SanityFinding): string {
  const facts = Object.entries(detail).flatMap(([name, text]) => {
    const words = name.replace(/_(ms|at)$/, "").replaceAll("_", " ");
    if (text === "") return [`no ${words}`];
    if (text === what || (name === "known" && text === "1")) return [];
    if (name === "known") return ["not known"];
    // The store writes moments without their zone, which is UTC.
    const moment = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}/.test(text) ? Date.parse(`${text.replace(" ", "T")}Z`) : null;
    const shown = moment === null ? text : `${showMoment(moment, zone.value)} ${zone.value}`;
    return [`${words} ${name.endsWith("_ms") ? showSpan(Number(text)) : shown}`];
  });
  return [...(what === "" ? [] : [what]), ...facts].join(", ");
}

function Accept({
  finding: { id, check, what },
  list,
}: {
  readonly finding: SanityFinding;
  readonly list: Loaded<unknown>;
}) {
  const { busy, error, act } = useAct();
  return (
    <details>
      <summary>
        open
        <span class="unseen">
          : {wordsOf(check)} {what}
        </span>
      </summary>
      <form
        class="deed"
        onSubmit={(event) => {
          event.preventDefault();
          const reason = textIn(event.currentTarget, "reason");
          act(async () => {
            await ask("acceptFinding", { path: { id }, body: { reason } });
            list.again();
            return "The finding is accepted.";
          });
        }}
      >
        <label>
          Let it be, because
          <input name="reason" required maxLength={500} />
        </label>
        <button disabled={busy}>Accept</button>
        {error === null ? null : <Fault error={error} />}
      </form>
    </details>
  );
}
