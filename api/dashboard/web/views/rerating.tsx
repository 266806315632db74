import type { RatingDiffByAccount, Run } from "../../../client/nouns.ts";
import { addressTo, go, here, said } from "../address.ts";
import { allPages, ask } from "../client.ts";
import { groupDigits, personOf, signed } from "../figures.ts";
import { textIn } from "../fields.ts";
import { Heading } from "../frame.tsx";
import { useAct, useLoad } from "../load.ts";
import { Moment } from "../parts/moment.tsx";
import { chosenPeriod, PeriodChoice, Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty, Fault } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { mayBill, nameOf, now, zone } from "../session.ts";
import { monthAfter, monthOf, showPeriod } from "../zone.ts";
import { isTrial } from "./runs.tsx";

/** What a rating of a month by today's prices would change, before it changes anything. */
export function Rerating() {
  const period = chosenPeriod(monthAfter(monthOf(now(), zone.value), -1));
  const run = said("run");
  const runs = useLoad("rating runs", (signal) => ask("listRuns", { query: { limit: 200 }, signal }));
  const rated = (runs.data?.data ?? []).filter(
    (one) =>
      one.kind === "rate" &&
      !isTrial(one) &&
      (one.dry_run || one.reason !== null) &&
      (one.state === "discarded" || one.state === "published"),
  );
  return (
    <>
      <Heading
        title="Re-rating"
        note={`A preview rates ${showPeriod(period)} again by the prices as they stand now, and publishes nothing.`}
      >
        <Picker>
          <PeriodChoice value={period} />
          <ZoneChoice />
        </Picker>
      </Heading>
      {mayBill.value ? <NewPreview period={period} made={runs.again} /> : null}
      {run === "" ? null : <Diff run={run} of={runs.data?.data.find(({ id }) => id === run)} />}
      <section aria-labelledby="previews">
        <h2 id="previews">Previews and re-ratings so far</h2>
        <Answer of={runs}>
          {() => (rated.length === 0 ? <Empty title="There were none yet." /> : <Previews runs={rated} />)}
        </Answer>
      </section>
    </>
  );
}

function NewPreview({ period, made }: { readonly period: string; readonly made: () => void }) {
  const { busy, error, act } = useAct();
  const rate = (dry_run: boolean, reason: string): void =>
    act(async () => {
      const run = await ask("startRun", {
        body: { kind: "rate", period, dry_run, ...(reason === "" ? {} : { reason }), wait: 60 },
      });
      go(addressTo("/rerating", { period, run: run.id }));
      made();
      return dry_run ? "The preview is there." : "The month was rated again.";
    });
  return (
    <form
      class="card deed inline"
      aria-label="Rate again"
      onSubmit={(event) => {
        event.preventDefault();
        const reason = textIn(event.currentTarget, "reason");
        const wanted = event.submitter?.getAttribute("value") === "publish";
        rate(!wanted, reason);
      }}
    >
      <button disabled={busy} value="preview" formNoValidate>
        {busy ? "Rating…" : `Preview ${showPeriod(period)}`}
      </button>
      <label>
        Reason, to rate it for good
        <input name="reason" required maxLength={500} />
      </label>
      <button class="quiet" disabled={busy} value="publish">
        Rate again
      </button>
      {error === null ? null : <Fault error={error} />}
    </form>
  );
}

function Previews({ runs }: { readonly runs: readonly Run[] }) {
  return (
    <Table
      caption="Ratings with a difference to look at, the newest first; of a month the last five previews are kept"
      file="previews"
      rows={runs}
      keyOf={({ id }) => id}
      columns={[
        {
          title: "Month",
          cell: ({ id, period }) => <a href={here({ run: id, period: period ?? "" })}>{showPeriod(period ?? "")}</a>,
          csv: ({ period }) => period ?? "",
        },
        { title: "What", text: true, cell: ({ dry_run }) => (dry_run ? "preview" : "rated again") },
        {
          title: "When",
          text: true,
          cell: ({ changed_at }) => <Moment at={changed_at} />,
          csv: ({ changed_at }) => changed_at,
        },
        { title: "By", text: true, cell: ({ asked_by }) => personOf(asked_by), csv: ({ asked_by }) => asked_by ?? "" },
        { title: "Reason", text: true, cell: ({ reason }) => reason ?? "" },
      ]}
    />
  );
}

/** A page of what a run changes; of one that rated nothing null: it differs in quantities, or in nothing. */
async function askDiff(run: string, query: { cursor: string; limit: number }, signal?: AbortSignal) {
  const question = { path: { id: run }, query: { by: "account" as const, ...query } };
  const diff = await ask("getRunDiff", signal === undefined ? question : { ...question, signal });
  return "by" in diff && diff.by === "account" ? diff : null;
}

function Diff({ run, of }: { readonly run: string; readonly of: Run | undefined }) {
  const found = useLoad(JSON.stringify(["diff", run, said("cursor")]), (signal) =>
    askDiff(run, { cursor: said("cursor"), limit: 500 }, signal).then((diff) => ({ diff })),
  );
  const all = (): Promise<RatingDiffByAccount["data"]> =>
    allPages(async (cursor) => (await askDiff(run, { cursor, limit: 1000 })) ?? { data: [], next_cursor: null });
  return (
    <section aria-labelledby="diff">
      <h2 id="diff">What it changes</h2>
      {of === undefined ? null : (
        <p class="muted">
          {of.dry_run ? "Preview" : "Re-rating"} of {showPeriod(of.period ?? "")} by {personOf(of.asked_by)},{" "}
          <Moment at={of.changed_at} />
          {of.reason === null ? "" : `: ${of.reason}`}
        </p>
      )}
      <Answer of={found}>
        {({ diff }) =>
          diff === null || diff.totals.length === 0 ? (
            <Empty title="It changes no bill." />
          ) : (
            <Shown diff={diff} all={all} />
          )
        }
      </Answer>
    </section>
  );
}

/** How many lines, of what there are. */
function countsOf(lines: Readonly<Record<"added" | "removed" | "changed", string>>): string {
  const told = Object.entries(lines).filter(([, count]) => count !== "0");
  return told.length === 0 ? "no line" : `lines: ${told.map(([what, count]) => `${count} ${what}`).join(", ")}`;
}

/** How much a difference is, whichever way. */
const sizeOf = (difference: string): number => Math.abs(Number(difference));

function Shown({
  diff,
  all,
}: {
  readonly diff: RatingDiffByAccount;
  readonly all: () => Promise<RatingDiffByAccount["data"]>;
}) {
  const { totals, data, period, next_cursor } = diff;
  const isWhole = next_cursor === null && said("cursor") === "";
  return (
    <>
      <dl class="tiles">
        {totals.map(({ currency, before, after, difference, lines_added, lines_removed, lines_changed }) => (
          <div class="card" key={currency}>
            <dt>
              {showPeriod(period)}, {currency}
            </dt>
            <dd>{signed(difference)}</dd>
            <dd class="note">
              {groupDigits(before)} → {groupDigits(after)};{" "}
              {countsOf({ added: lines_added, removed: lines_removed, changed: lines_changed })}
            </dd>
          </div>
        ))}
      </dl>
      {data.length === 0 ? (
        <Empty title="No account's lines change." />
      ) : (
        <Table
          caption={isWhole ? "Accounts whose lines it changes, the most first" : "Accounts whose lines it changes"}
          file={`re-rating-${period}`}
          rows={isWhole ? data.toSorted((a, b) => sizeOf(b.difference) - sizeOf(a.difference)) : data}
          next={next_cursor}
          all={all}
          keyOf={({ account_id, currency }) => `${account_id} ${currency}`}
          columns={[
            { title: "Account", cell: ({ account_id }) => nameOf(account_id), csv: ({ account_id }) => account_id },
            { title: "Before", cell: ({ before }) => groupDigits(before), csv: ({ before }) => before },
            { title: "After", cell: ({ after }) => groupDigits(after), csv: ({ after }) => after },
            {
              title: "Difference",
              cell: ({ difference }) => <strong>{signed(difference)}</strong>,
              csv: ({ difference }) => difference,
            },
            { title: "Currency", text: true, cell: ({ currency }) => currency },
            { title: "Lines added", cell: ({ lines_added }) => lines_added },
            { title: "Removed", cell: ({ lines_removed }) => lines_removed },
            { title: "Changed", cell: ({ lines_changed }) => lines_changed },
          ]}
        />
      )}
    </>
  );
}
