import type { ComponentChildren } from "preact";
import { viewAt } from "../../addresses.ts";
import { addressTo, said } from "../address.ts";
import { Heading } from "../frame.tsx";
import { listedViews } from "../keys.ts";
import { Empty } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { accounts, caller, seesAll } from "../session.ts";

/** Accounts by name or id, views by name, and whatever an id says it is of. */
export function Search() {
  const text = said("q");
  const words = text.toLowerCase();
  const role = caller.value?.role ?? "";
  const views = listedViews(role).filter(({ title }) => title.toLowerCase().includes(words));
  const found = [...accounts.value.values()].filter(({ account_id, name, domain }) =>
    [account_id, name, domain].some((one) => one.toLowerCase().includes(words)),
  );
  const direct = directTo(text, role);
  return (
    <>
      <Heading title="Search" note={text === "" ? "Type what you look for above: / goes there." : `For “${text}”.`} />
      {text === "" ? null : (
        <>
          {direct === null && views.length === 0 && found.length === 0 ? (
            <Empty title="Nothing was found.">
              Accounts are found by name, id or domain; statements{seesAll.value ? " and runs" : ""} by their whole id.
            </Empty>
          ) : null}
          {direct}
          {views.length === 0 ? null : (
            <section aria-labelledby="views-found">
              <h2 id="views-found">Views</h2>
              <ul class="plain">
                {views.map(({ path, title }) => (
                  <li key={path}>
                    <a href={path}>{title}</a>
                  </li>
                ))}
              </ul>
            </section>
          )}
          {found.length === 0 ? null : (
            <section aria-labelledby="accounts-found">
              <h2 id="accounts-found">Accounts</h2>
              <Table
                caption="Accounts found"
                file="accounts-found"
                rows={found}
                keyOf={({ account_id }) => account_id}
                columns={[
                  {
                    title: "Account",
                    cell: ({ account_id, name }) => <a href={addressTo("/usage", { account: account_id })}>{name}</a>,
                    csv: ({ name }) => name,
                  },
                  { title: "Id", text: true, cell: ({ account_id }) => account_id },
                  { title: "Domain", text: true, cell: ({ domain }) => domain },
                  {
                    title: "Statements",
                    text: true,
                    cell: (one) => (
                      <a href={addressTo("/statements", { account: one.payer_account_id })}>of its payer</a>
                    ),
                    csv: (one) => one.payer_account_id,
                  },
                  {
                    title: "Forecast",
                    text: true,
                    cell: ({ account_id }) => (
                      <a href={addressTo("/forecast", { account: account_id })}>to the month's end</a>
                    ),
                    csv: null,
                  },
                ]}
              />
            </section>
          )}
        </>
      )}
    </>
  );
}

/** What an id is of says how it begins; the way to a view that the role may open. */
function directTo(text: string, role: string): ComponentChildren {
  const id = encodeURIComponent(text);
  const event = /^(\S+)\s+(\S+)$/.exec(text);
  const to = text.startsWith("st_") ? `/statements/${id}` : text.startsWith("run_") ? `/runs/${id}` : null;
  if (to !== null) {
    if (viewAt(to)?.view.roles.includes(role) !== true) return null;
    return (
      <p>
        <a href={to}>Go to {text}</a>
      </p>
    );
  }
  if (event === null) return null;
  return (
    <p>
      <a href={addressTo("/event", { source: event[1], id: event[2] })}>
        Event {event[2]} of the source {event[1]}
      </a>
    </p>
  );
}
