import type { QuarantineEntry } from "../../../client/nouns.ts";
import { said } from "../address.ts";
import { ask, askAll } from "../client.ts";
import { groupDigits } from "../figures.ts";
import { Heading } from "../frame.tsx";
import { type Loaded, useAct, useLoad } from "../load.ts";
import { Moment } from "../parts/moment.tsx";
import { Picker, ZoneChoice } from "../parts/picker.tsx";
import { Answer, Empty, Fault } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { mayBill } from "../session.ts";

/** Messages that were refused, why, and another try. */
export function Quarantine() {
  const found = useLoad(JSON.stringify(["quarantine", said("cursor")]), (signal) =>
    ask("listQuarantine", { query: { cursor: said("cursor"), limit: 100 }, signal }),
  );
  return (
    <>
      <Heading
        title="Quarantine"
        note="Messages that were refused, one for each content; nothing of them is counted until they are taken in."
      >
        <Picker>
          <ZoneChoice />
        </Picker>
      </Heading>
      <Answer of={found}>
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty title="Nothing was refused." />
          ) : (
            <Table
              caption="Refused messages"
              file="quarantine"
              rows={data}
              next={next_cursor}
              all={() => askAll("listQuarantine", {})}
              keyOf={(one) => one.quarantine_id}
              columns={[
                {
                  title: "Reason",
                  cell: ({ reason, field }) => (reason.startsWith(field) ? reason : `${field}: ${reason}`),
                },
                { title: "Source", text: true, cell: ({ source }) => source },
                { title: "Event", text: true, cell: ({ id }) => id },
                { title: "Times", cell: (one) => groupDigits(one.times_seen), csv: (one) => one.times_seen },
                {
                  title: "Last seen",
                  text: true,
                  cell: (one) => <Moment at={one.last_seen_at} />,
                  csv: (one) => one.last_seen_at,
                },
                {
                  title: "Message",
                  text: true,
                  cell: (one) => <Message entry={one} list={found} />,
                  csv: ({ raw }) => raw,
                },
              ]}
            />
          )
        }
      </Answer>
    </>
  );
}

function Message({
  entry: { quarantine_id, id, raw, replayed_at },
  list,
}: {
  readonly entry: QuarantineEntry;
  readonly list: Loaded<unknown>;
}) {
  const { busy, error, act } = useAct();
  const replay = (): void =>
    act(async () => {
      const { accepted, rejected } = await ask("replayQuarantined", { path: { id: quarantine_id } });
      list.again();
      return accepted > 0
        ? "It was taken in."
        : `It was refused again: ${rejected[0]?.reason ?? "it is known already"}`;
    });
  return (
    <details>
      <summary>
        {replayed_at === null ? "waits" : "taken in"}
        <span class="unseen">, event {id}</span>
      </summary>
      <pre tabIndex={0} role="region" aria-label={`Message ${id}`}>
        {raw}
      </pre>
      {replayed_at === null && mayBill.value ? (
        <button type="button" class="quiet small" disabled={busy} onClick={replay}>
          Try again
        </button>
      ) : null}
      {error === null ? null : <Fault error={error} />}
    </details>
  );
}
