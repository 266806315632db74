import { useEffect } from "preact/hooks";
import type { EventCount, JobReport } from "../../../client/nouns.ts";
import { said } from "../address.ts";
import { ask } from "../client.ts";
import { countOf, groupDigits, showSpan, sumOf, wordsOf } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { useLoad } from "../load.ts";
import { Figure } from "../parts/figure.tsx";
import { Moment } from "../parts/moment.tsx";
import { Choice, Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { TimeChart } from "../parts/time-chart.tsx";
import { now, zone } from "../session.ts";
import { toInstant } from "../zone.ts";
import { isTrial, RunTable } from "./runs.tsx";

const HOUR = 3_600_000;
/** It is looked at again by itself. */
const AGAIN_MS = 30_000;
/** Runs in sight: the last ones that are no forecasts. */
const RUNS = 10;
/** Counted up to so many: more are told as more. */
const COUNT_MAX = 1000;

interface Span {
  readonly ms: number;
  readonly step: "minute" | "hour" | "day";
  readonly title: string;
}
const usual: Span = { ms: 48 * HOUR, step: "hour", title: "48 hours" };
const spans: Readonly<Record<string, Span>> = {
  "": usual,
  hour: { ms: HOUR, step: "minute", title: "One hour" },
  month: { ms: 31 * 24 * HOUR, step: "hour", title: "31 days" },
  year: { ms: 366 * 24 * HOUR, step: "day", title: "A year" },
};
const stepMs = { minute: 60_000, hour: HOUR, day: 24 * HOUR } as const;

/** Whether the road is well: what comes in, what waits, what ran, and what speaks up. */
export function Road() {
  const span = spans[said("span")] ?? usual;
  const found = useLoad(JSON.stringify(["road", span.step, span.ms]), async (signal) => {
    const at = Math.ceil(now() / stepMs[span.step]) * stepMs[span.step];
    const range = { from: toInstant(at - span.ms), to: toInstant(at) };
    const recent = { from: toInstant(at - 24 * HOUR), to: toInstant(at) };
    const [ready, jobs, counts, runs, errors, findings, refused, usage] = await Promise.all([
      ask("getReadiness", { answers: 503, signal }),
      ask("listJobs", { signal }),
      ask("countEvents", { query: { ...range, step: span.step }, signal }),
      ask("listRuns", { query: { limit: 50 }, signal }),
      ask("listFindings", { query: { state: "open", severity: "error", limit: COUNT_MAX }, signal }),
      ask("listFindings", { query: { state: "open", limit: COUNT_MAX }, signal }),
      ask("listQuarantine", { query: { limit: COUNT_MAX }, signal }),
      ask("summarizeUsage", { query: { ...recent, limit: 1 }, signal }),
    ]);
    return {
      ready,
      jobs: jobs.data,
      counts: counts.data,
      runs: runs.data.filter((run) => !isTrial(run)).slice(0, RUNS),
      errors,
      findings,
      refused,
      complete_to: usage.complete_to,
      until: at,
    };
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") found.again();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [found.again]);
  return (
    <>
      <Heading title="Health of the road" note="Looked at again every half minute.">
        <Picker>
          <Choice
            label="Events of"
            name="span"
            value={said("span")}
            options={Object.entries(spans).map(([name, { title }]) => [name, title])}
          />
          <ZoneChoice />
        </Picker>
      </Heading>
      <Answer of={found}>
        {({ ready, jobs, counts, runs, errors, findings, refused, complete_to, until }) => (
          <>
            <dl class="tiles">
              <Tile
                term="Ready"
                good={ready.ready}
                figure={ready.ready ? "yes" : "no"}
                note={Object.entries(ready.checks)
                  .map(([name, state]) => `${name} ${state}`)
                  .join(", ")}
              />
              <Tile
                term="Published"
                good={complete_to !== null}
                figure={complete_to === null ? "nothing yet" : `${showSpan(now() - Date.parse(complete_to))} ago`}
                note={complete_to === null ? "no window was published" : <Moment at={complete_to} />}
              />
              <Tile
                term="Waiting in the log"
                good={(ready.log ?? []).every(({ lost }) => lost === "0")}
                figure={groupDigits(sumOf((ready.log ?? []).map(({ lag }) => lag)))}
                note={
                  ready.log === undefined
                    ? "events go straight into the store"
                    : `${groupDigits(sumOf(ready.log.map(({ lost }) => lost)))} lost`
                }
              />
              <Tile
                term="Quarantine"
                good={refused.data.every(({ replayed_at }) => replayed_at !== null)}
                figure={
                  <a href="/quarantine">
                    {atMost(refused.data.filter(({ replayed_at }) => replayed_at === null).length, refused.next_cursor)}
                  </a>
                }
                note="messages refused and not taken in since"
              />
              <Tile
                term="Open findings"
                good={errors.data.length === 0}
                figure={<a href="/findings">{atMost(findings.data.length, findings.next_cursor)}</a>}
                note={countOf(errors.data.length, "error")}
              />
            </dl>
            <section aria-labelledby="events-in">
              <h2 id="events-in">Events in</h2>
              <EventsIn counts={counts} span={span} until={until} />
            </section>
            <section aria-labelledby="jobs">
              <h2 id="jobs">Jobs</h2>
              {jobs.length === 0 ? <Empty title="Nothing is scheduled in this process." /> : <Jobs jobs={jobs} />}
            </section>
            <section aria-labelledby="last-runs">
              <h2 id="last-runs">Last runs</h2>
              {runs.length === 0 ? <Empty title="Nothing ran yet." /> : <RunTable runs={runs} />}
            </section>
          </>
        )}
      </Answer>
    </>
  );
}

function atMost(count: number, next: string | null): string {
  return `${groupDigits(String(count))}${next === null ? "" : "+"}`;
}

function Tile({
  term,
  figure,
  note,
  good,
}: {
  readonly term: string;
  readonly figure: preact.ComponentChildren;
  readonly note: preact.ComponentChildren;
  readonly good: boolean;
}) {
  return (
    <div class={good ? "card" : "card attention"}>
      <dt>{term}</dt>
      <dd>{figure}</dd>
      <dd class="note">{note}</dd>
    </div>
  );
}

function EventsIn({
  counts,
  span: { ms, step, title },
  until,
}: {
  readonly counts: readonly EventCount[];
  readonly span: Span;
  readonly until: number;
}) {
  const total = sumOf(counts.map(({ events }) => events));
  if (counts.length === 0)
    return (
      <Empty title={`No events in the last ${title.toLowerCase()}.`}>
        They come in by POST /v1/events or from Kafka.
      </Empty>
    );
  const most = counts.reduce((a, b) => (Number(b.events) > Number(a.events) ? b : a));
  const byStart = new Map(counts.map(({ at, events }) => [Date.parse(at), Number(events)]));
  const steps = Array.from({ length: Math.round(ms / stepMs[step]) }, (_, index) => until - ms + index * stepMs[step]);
  const summary = `${groupDigits(total)} events in ${title.toLowerCase()}; the busiest ${step} had ${groupDigits(most.events)}.`;
  return (
    <Figure
      title={`Events per ${step}`}
      summary={summary}
      numbers={{
        file: `events-per-${step}`,
        rows: counts.toReversed(),
        keyOf: ({ at }) => at,
        columns: [
          { title: "From", cell: ({ at }) => <Moment at={at} />, csv: ({ at }) => at },
          { title: "Events", cell: ({ events }) => groupDigits(events), csv: ({ events }) => events },
          {
            title: "Youngest happened",
            text: true,
            cell: (one) => <Moment at={one.latest_at} />,
            csv: (one) => one.latest_at,
          },
        ],
      }}
    >
      <TimeChart
        label={`Events per ${step}, times of ${zone.value}. ${summary}`}
        series={{
          at: steps.map((at) => at / 1000),
          lines: [{ name: "Events", values: steps.map((at) => byStart.get(at) ?? 0) }],
        }}
      />
    </Figure>
  );
}

function Jobs({ jobs }: { readonly jobs: readonly JobReport[] }) {
  return (
    <Table
      caption="Scheduled jobs"
      file="jobs"
      rows={jobs}
      keyOf={({ job }) => job}
      columns={[
        { title: "Job", cell: ({ job }) => wordsOf(job), csv: ({ job }) => job },
        {
          title: "State",
          text: true,
          cell: ({ state }) => <span class={state === "on-time" ? "good" : "warn"}>{wordsOf(state)}</span>,
          csv: ({ state }) => state,
        },
        {
          title: "Last done",
          text: true,
          cell: (one) => <Moment at={one.last_success_at} />,
          csv: (one) => one.last_success_at ?? "",
        },
        { title: "Due", cell: (one) => String(one.due_ticks) },
        { title: "Failures in a row", cell: (one) => String(one.failures_in_row) },
        { title: "Last error", text: true, cell: ({ failures }) => failures[0]?.error ?? "" },
      ]}
    />
  );
}
