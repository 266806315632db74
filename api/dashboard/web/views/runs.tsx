import type { Run } from "../../../client/nouns.ts";
import { said, saidOf } from "../address.ts";
import { ask, askAll } from "../client.ts";
import { groupDigits, personOf, wordsOf } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { useLoad } from "../load.ts";
import { Moment } from "../parts/moment.tsx";
import { Choice, Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty } from "../parts/states.tsx";
import { ShownProgress } from "../parts/progress.tsx";
import { Table } from "../parts/table.tsx";
import { showPeriod } from "../zone.ts";

/** What ran, and what came of it. */
export function Runs() {
  const trials = saidOf("trials", ["all"]);
  const isShown = (run: Run): boolean => trials === "all" || !isTrial(run);
  const found = useLoad(JSON.stringify(["runs", said("cursor")]), (signal) =>
    ask("listRuns", { query: { cursor: said("cursor"), limit: 200 }, signal }),
  );
  return (
    <>
      <Heading title="Runs" note="Every change of usage and bills is a run; what it publishes counts from then on.">
        <Picker>
          <Choice
            label="Show"
            name="trials"
            value={trials}
            options={[
              ["", "Without forecasts"],
              ["all", "All runs"],
            ]}
          />
          <ZoneChoice />
        </Picker>
      </Heading>
      <Answer of={found}>
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty title="Nothing ran yet.">
              Runs are scheduled once usage can be published, or begun with <code>npx tally aggregate</code>.
            </Empty>
          ) : (
            <RunTable
              runs={data.filter(isShown)}
              next={next_cursor}
              all={async () => (await askAll("listRuns", {})).filter(isShown)}
            />
          )
        }
      </Answer>
    </>
  );
}

/** What the system tries out for itself, and which publishes nothing: a forecast is three such runs. */
export function isTrial({ dry_run, kind, asked_by }: Pick<Run, "dry_run" | "kind" | "asked_by">): boolean {
  return dry_run && kind !== "check" && asked_by === null;
}

/** Runs, newest first. */
export function RunTable({
  runs,
  ...paged
}: {
  readonly runs: readonly Run[];
  readonly next?: string | null;
  readonly all?: () => Promise<readonly Run[]>;
}) {
  return (
    <Table
      caption="Runs, newest first"
      file="runs"
      rows={runs}
      {...paged}
      keyOf={({ id }) => id}
      columns={[
        {
          title: "Run",
          cell: (run) => <a href={`/runs/${encodeURIComponent(run.id)}`}>{titleOf(run)}</a>,
          csv: ({ id, kind }) => `${kind} ${id}`,
        },
        {
          title: "State",
          text: true,
          cell: ({ state, error }) => (
            <span class={state === "failed" ? "warn" : ""}>{error === null ? state : `${state}: ${error}`}</span>
          ),
          csv: ({ state }) => state,
        },
        {
          title: "Changed",
          text: true,
          cell: ({ changed_at }) => <Moment at={changed_at} />,
          csv: ({ changed_at }) => changed_at,
        },
        {
          title: "Up to",
          text: true,
          cell: ({ to, period }) => (to === null ? period === null ? "" : showPeriod(period) : <Moment at={to} />),
          csv: ({ to, period }) => to ?? period ?? "",
        },
        { title: "By", text: true, cell: ({ asked_by }) => personOf(asked_by), csv: ({ asked_by }) => asked_by ?? "" },
        {
          title: "Counts",
          text: true,
          cell: ({ counts, progress, state }) =>
            progress === null || state !== "running" ? shortOf(counts) : <ShownProgress of={progress} />,
          csv: ({ counts }) => JSON.stringify(counts),
        },
      ]}
    />
  );
}

/** What a run is called. */
export function titleOf({ kind, dry_run }: Pick<Run, "kind" | "dry_run">): string {
  return `${wordsOf(kind)}${dry_run ? ", dry" : ""}`;
}

function shortOf(counts: Run["counts"]): string {
  return Object.entries(counts)
    .filter(([name, count]) => /^[1-9]\d*$/.test(count) && name !== "dry_run")
    .slice(0, 3)
    .map(([name, count]) => [count, name.replaceAll("_", " ")] as const)
    .map(([count, words]) => `${groupDigits(count)} ${count === "1" ? words.replace(/s$/, "") : words}`)
    .join(", ");
}
