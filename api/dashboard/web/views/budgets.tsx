import type { Budget, BudgetNotice, Forecast } from "../../../client/nouns.ts";
import { ask, askAll } from "../client.ts";
import { alike, nothingIn, showAmount, trimZeros } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { useLoad } from "../load.ts";
import { Moment } from "../parts/moment.tsx";
import { chosenPeriod, PeriodChoice, Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { accounts, maySee, mayBill, nameOf } from "../session.ts";
import { showPeriod } from "../zone.ts";

/** Budgets, how far they are used in a month and where that will end, and what was told of it. */
export function Budgets() {
  const period = chosenPeriod();
  const found = useLoad(JSON.stringify(["budgets", period]), async (signal) => {
    const [budgets, notices] = await Promise.all([
      ask("listBudgets", { signal }),
      askAll("listAllBudgetNotices", { query: { period }, signal }),
    ]);
    const { payers, accounts: spenders } = await expected(period, budgets.data, signal);
    const standing = budgets.data.map((budget) => {
      const isOf = (one: {
        readonly payer_account_id: string;
        readonly account_id?: string;
        readonly currency: string;
      }) =>
        one.currency === budget.currency &&
        (budget.account_id === undefined
          ? one.payer_account_id === budget.payer_account_id
          : one.account_id === budget.account_id);
      const found = (budget.account_id === undefined ? payers : spenders).find(isOf);
      return { budget, so_far: found?.so_far ?? null, forecast: found?.forecast ?? null };
    });
    return { standing, notices };
  });
  return (
    <>
      <Heading title="Budgets" note={`Held against ${showPeriod(period)}, before tax.`}>
        <Picker>
          <PeriodChoice value={period} />
          <ZoneChoice />
        </Picker>
      </Heading>
      <Answer of={found}>
        {({ standing, notices }) => (
          <>
            {standing.length === 0 ? (
              <Empty title="There are no budgets.">
                {mayBill.value ? (
                  <>
                    <code>POST /v1/budgets</code> makes one; it tells when a month comes near its amount.
                  </>
                ) : (
                  "A budget tells when a month comes near its amount."
                )}
              </Empty>
            ) : (
              <section aria-labelledby="standing">
                <h2 id="standing">How far they are used</h2>
                <div class="charts">
                  {standing.map((one) => (
                    <BudgetCard key={one.budget.budget_id} {...one} />
                  ))}
                </div>
              </section>
            )}
            <Notices notices={notices} budgets={standing.map(({ budget }) => budget)} />
          </>
        )}
      </Answer>
    </>
  );
}

/** What the payers and accounts of budgets will come to. A payer's forecast has all its accounts, and each forecast takes runs: one, if it can be. */
async function expected(
  period: string,
  budgets: readonly Budget[],
  signal: AbortSignal,
): Promise<Pick<Forecast, "payers" | "accounts">> {
  const payerOf = ({ payer_account_id, account_id = "" }: Budget): string =>
    payer_account_id ?? accounts.value.get(account_id)?.payer_account_id ?? account_id;
  const alone = budgets.filter((budget) => !maySee(payerOf(budget)));
  const asked = [
    { payer_account_id: [...new Set(budgets.filter((budget) => !alone.includes(budget)).map(payerOf))] },
    { account_id: alone.flatMap(({ account_id }) => account_id ?? []) },
  ];
  const nothing: Pick<Forecast, "payers" | "accounts"> = { payers: [], accounts: [] };
  const answers = await Promise.all(
    asked
      .filter((of) => Object.values(of).some((ids) => ids.length > 0))
      .map((of) => ask("forecastPeriod", { query: { period, ...of }, signal }).catch(() => nothing)),
  );
  return {
    payers: answers.flatMap(({ payers }) => payers),
    accounts: answers.flatMap(({ accounts: found }) => found),
  };
}

function BudgetCard({
  budget,
  so_far,
  forecast,
}: {
  readonly budget: Budget;
  readonly so_far: string | null;
  readonly forecast: string | null;
}) {
  const { currency, amount, thresholds } = budget;
  const of = budget.account_id ?? budget.payer_account_id ?? "";
  const percent = (part: string | null): number =>
    part === null || Number(amount) === 0 ? 0 : Math.round((Number(part) / Number(amount)) * 100);
  const [now, end] = [percent(so_far), percent(forecast)];
  const width = (share: number): string => `${Math.min(100, share)}`;
  const told =
    so_far === null
      ? "Nothing of this month is rated yet."
      : `${now} % used, ${showAmount({ amount: so_far, currency })}; ${end} % expected at the month's end, ${showAmount({ amount: forecast ?? "0", currency })}.`;
  return (
    <figure class="card chart">
      <figcaption>
        <h3>{titleOf(budget, budget.budget_id)}</h3>
        <p>
          {showAmount({ amount: alike(amount, so_far ?? nothingIn(currency)), currency })} a month for {nameOf(of)}
        </p>
      </figcaption>
      <svg class="budget" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={told}>
        <rect class="ground" x="0" y="0" width="100" height="10" />
        <rect class={end > 100 ? "expected over" : "expected"} x="0" y="0" width={width(end)} height="10" />
        <rect class={now > 100 ? "used over" : "used"} x="0" y="0" width={width(now)} height="10" />
        {thresholds
          .filter(({ percent: at }) => Number(at) < 100)
          .map(({ percent: at, of: kind }) => (
            <rect class="threshold" x={Number(at) - 0.2} y="0" width="0.4" height="10" key={`${at} ${kind}`} />
          ))}
      </svg>
      <p class={end > 100 ? "warn" : ""}>{told}</p>
      <p class="muted">
        Told at{" "}
        {thresholds
          .map(({ percent: at, of: kind }) => `${trimZeros(at)} % ${kind === "actual" ? "used" : "expected"}`)
          .join(", ") || "no threshold"}
        .
      </p>
    </figure>
  );
}

function Notices({
  notices,
  budgets,
}: {
  readonly notices: readonly BudgetNotice[];
  readonly budgets: readonly Budget[];
}) {
  const nameIn = (id: string): string =>
    titleOf(
      budgets.find(({ budget_id }) => budget_id === id),
      id,
    );
  return (
    <section aria-labelledby="notices">
      <h2 id="notices">Thresholds reached</h2>
      {notices.length === 0 ? (
        <Empty title="No threshold was reached in this month." />
      ) : (
        <Table
          caption="Thresholds of budgets that were reached"
          file="budget-notices"
          rows={notices}
          keyOf={({ notice_id }) => notice_id}
          columns={[
            { title: "Budget", cell: ({ budget_id }) => nameIn(budget_id), csv: ({ budget_id }) => budget_id },
            {
              title: "Threshold",
              text: true,
              cell: ({ percent, of }) => `${trimZeros(percent)} % ${of === "actual" ? "used" : "expected"}`,
            },
            {
              title: "At",
              cell: ({ threshold, amount, currency }) => showAmount({ amount: alike(threshold, amount), currency }),
              csv: ({ threshold }) => threshold,
            },
            {
              title: "Amount",
              cell: ({ amount, currency }) => showAmount({ amount, currency }),
              csv: ({ amount }) => amount,
            },
            { title: "State", text: true, cell: ({ state }) => (state === "reached" ? "reached" : "no longer") },
            {
              title: "Noticed",
              text: true,
              cell: ({ noticed_at }) => <Moment at={noticed_at} />,
              csv: ({ noticed_at }) => noticed_at,
            },
          ]}
        />
      )}
    </section>
  );
}

/** What a budget is called; its id where it has no name, or is gone. */
function titleOf(budget: Budget | undefined, id: string): string {
  return budget === undefined || budget.name === "" ? id : budget.name;
}
