import { here } from "../address.ts";
import { ask } from "../client.ts";
import { groupDigits } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { useLoad } from "../load.ts";
import { AccountChoice, chosenAccount, chosenPeriod, PeriodChoice, Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { nameOf, now, zone } from "../session.ts";
import { monthAfter, monthOf, showPeriod } from "../zone.ts";
import { statementAddress } from "./statements.tsx";

/** Months whose corrections are in sight. */
const MONTHS = 12;

/** What was corrected of closed months, and on which statement that stands. */
export function Adjustments() {
  const period = chosenPeriod(monthOf(now(), zone.value));
  const payer = chosenAccount();
  const from_period = monthAfter(period, 1 - MONTHS);
  const found = useLoad(JSON.stringify(["adjustments", period, payer]), (signal) =>
    ask("summarizeBilling", {
      query: {
        from_period,
        to_period: period,
        payer_account_id: payer,
        kind: "adjustment",
        group_by: ["period", "payer_account_id", "account_id", "adjusts_period", "statement_id"],
        limit: 10_000,
      },
      signal,
    }),
  );
  return (
    <>
      <Heading
        title="Adjustments"
        note={`Corrections of closed months on the statements of ${showPeriod(from_period)} to ${showPeriod(period)}.`}
      >
        <Picker>
          <PeriodChoice value={period} />
          <AccountChoice payers />
          <ZoneChoice />
        </Picker>
      </Heading>
      <Answer of={found}>
        {({ data, truncated }) =>
          data.length === 0 ? (
            <Empty title="Nothing was corrected.">
              What arrives after its month was closed, and what a re-rating changes of one, stands on a later statement
              as an adjustment and is listed here.
            </Empty>
          ) : (
            <>
              {truncated ? <p class="notice">The first {data.length}: choose a payer.</p> : null}
              <Table
                caption="Adjustments, the newest month first"
                file={`adjustments-${period}`}
                rows={data.toReversed()}
                keyOf={({ group, currency }) => `${Object.values(group).join(" ")} ${currency}`}
                columns={[
                  {
                    title: "Account",
                    cell: ({ group }) => nameOf(String(group["account_id"])),
                    csv: ({ group }) => String(group["account_id"]),
                  },
                  {
                    title: "Payer",
                    text: true,
                    cell: ({ group }) => (
                      <a href={here({ account: String(group["payer_account_id"]) })}>
                        {nameOf(String(group["payer_account_id"]))}
                      </a>
                    ),
                    csv: ({ group }) => String(group["payer_account_id"]),
                  },
                  {
                    title: "Corrects",
                    text: true,
                    cell: ({ group }) => showPeriod(String(group["adjusts_period"] ?? "")),
                    csv: ({ group }) => String(group["adjusts_period"] ?? ""),
                  },
                  {
                    title: "On the statement of",
                    text: true,
                    cell: ({ group }) => (
                      <a href={statementAddress(String(group["statement_id"]))}>
                        {showPeriod(String(group["period"]))}
                      </a>
                    ),
                    csv: ({ group }) => String(group["period"]),
                  },
                  { title: "Lines", cell: ({ lines }) => String(lines) },
                  { title: "Amount", cell: ({ amount }) => groupDigits(amount), csv: ({ amount }) => amount },
                  { title: "Currency", text: true, cell: ({ currency }) => currency },
                ]}
              />
            </>
          )
        }
      </Answer>
    </>
  );
}
