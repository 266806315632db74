import { said } from "../address.ts";
import { ask } from "../client.ts";
import { Heading } from "../frame.tsx";
import { useLoad } from "../load.ts";
import { Moment } from "../parts/moment.tsx";
import { Answer, Empty } from "../parts/states.tsx";

/** An event as it came, and what became of it. */
export function EventView() {
  const [source, id] = [said("source"), said("id")];
  const found = useLoad(source === "" || id === "" ? null : JSON.stringify(["event", source, id]), (signal) =>
    ask("getEvent", { path: { source, id }, signal }),
  );
  if (source === "" || id === "") return <Empty title="The address names no event.">It needs source and id.</Empty>;
  return (
    <>
      <Heading title={`Event ${id}`} note={`from ${source}`} />
      <Answer of={found}>
        {({ data }) => (
          <>
            {data.map(({ event, position, recorded_at, outcome }) => (
              <section class="card" key={position} aria-label={`${event.type}, ${outcome}`}>
                <dl class="facts">
                  <div>
                    <dt>Type</dt>
                    <dd>{event.type}</dd>
                  </div>
                  <div>
                    <dt>Happened</dt>
                    <dd>
                      <Moment at={event.time} />
                    </dd>
                  </div>
                  <div>
                    <dt>Recorded</dt>
                    <dd>
                      <Moment at={recorded_at} />
                    </dd>
                  </div>
                  <div>
                    <dt>Outcome</dt>
                    <dd>{outcome}</dd>
                  </div>
                  <div>
                    <dt>Place in the log</dt>
                    <dd>{position}</dd>
                  </div>
                </dl>
                <pre tabIndex={0} role="region" aria-label="The event as it came">
                  {JSON.stringify(event, null, 2)}
                </pre>
              </section>
            ))}
          </>
        )}
      </Answer>
    </>
  );
}
