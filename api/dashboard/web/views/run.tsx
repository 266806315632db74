import type { Run as Answered } from "../../../client/nouns.ts";
import { addressTo } from "../address.ts";
import { ask } from "../client.ts";
import { groupDigits, personOf, wordsOf } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { useLoad } from "../load.ts";
import { Moment } from "../parts/moment.tsx";
import { ShownProgress } from "../parts/progress.tsx";
import { Answer, Empty } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { showPeriod } from "../zone.ts";
import { titleOf } from "./runs.tsx";

/** One run: who asked for it, what it saw and what it came to. */
export function Run({ id = "" }: Readonly<Record<string, string>>) {
  const found = useLoad(`run ${id}`, (signal) => ask("getRun", { path: { id }, signal }));
  return (
    <>
      <Heading title={found.data === null ? "Run" : titleOf(found.data)} note={<code>{id}</code>} />
      <Answer of={found}>{(run) => <Shown run={run} />}</Answer>
    </>
  );
}

function Shown({ run }: { readonly run: Answered }) {
  const { kind, state, error, period, from, to, asked_by, reason, began_at, changed_at, counts, progress, dry_run } =
    run;
  const facts = [
    ["State", error === null ? state : `${state}: ${error}`],
    ["Asked for by", personOf(asked_by)],
    ["Reason", reason],
    ["Month", period === null ? null : showPeriod(period)],
    ["From", from === null ? null : <Moment at={from} />],
    ["Up to", to === null ? null : <Moment at={to} />],
    ["Began", began_at === null ? null : <Moment at={began_at} />],
    [state === "running" ? "Last sign of life" : "Ended", <Moment key="at" at={changed_at} />],
    ["Progress", progress === null || state !== "running" ? null : <ShownProgress key="progress" of={progress} />],
  ] as const;
  const rows = Object.entries(counts);
  return (
    <>
      <dl class="facts card">
        {facts.map(([term, text]) =>
          text === null ? null : (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{text}</dd>
            </div>
          ),
        )}
      </dl>
      {kind === "rate" && (dry_run || reason !== null) ? (
        <p>
          <a href={addressTo("/rerating", { period: period ?? "", run: run.id })}>What it changes</a>
        </p>
      ) : null}
      <section aria-labelledby="counts">
        <h2 id="counts">Counts</h2>
        {rows.length === 0 ? (
          <Empty title="It counted nothing." />
        ) : (
          <Table
            caption="What it counted"
            file={`run-${run.id}`}
            rows={rows}
            keyOf={([name]) => name}
            columns={[
              { title: "What", cell: ([name]) => wordsOf(name) },
              { title: "Count", cell: ([, count]) => groupDigits(count), csv: ([, count]) => count },
            ]}
          />
        )}
      </section>
    </>
  );
}
