import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Area } from "../addresses.ts";
import { announcement } from "./announce.ts";
import { addressTo, go, path, query, said } from "./address.ts";
import { textIn } from "./fields.ts";
import { wordsOf } from "./figures.ts";
import { helping, homeView, keyHelp, listedViews } from "./keys.ts";
import { caller, nameOf, signOut } from "./session.ts";

const areas: readonly (readonly [Area, string])[] = [
  ["use", "Use"],
  ["bills", "Bills"],
  ["road", "Operation"],
];
/** What an address keeps when one goes from view to view. */
const kept = ["period", "account", "zone"];

/** What stands around every view: the way to the others, search, who has signed in, and what is said to those who do not see. */
export function Frame({ children }: { readonly children: ComponentChildren }) {
  const who = caller.value;
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path.value]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href="/">
          <span class="mark" aria-hidden="true" />
          Tallyhouse
        </a>
        {who === null || who === undefined ? null : (
          <>
            <SearchBox />
            <div class="who">
              <span class="muted whoname">
                <Who />
              </span>
              <button type="button" class="quiet small keys" onClick={() => (helping.value = true)} aria-label="Keys">
                ?
              </button>
              <button type="button" class="quiet small" onClick={() => void signOut()}>
                Sign out
              </button>
            </div>
            <button
              type="button"
              class="quiet small menu"
              aria-expanded={open}
              aria-controls="views"
              onClick={() => setOpen(!open)}
            >
              Menu
            </button>
          </>
        )}
      </header>
      <div class={who === null || who === undefined ? "body alone" : "body"}>
        {who === null || who === undefined ? null : <Views role={who.role} open={open} />}
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      <p class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </p>
      <KeysDialog />
    </>
  );
}

function Views({ role, open }: { readonly role: string; readonly open: boolean }) {
  const views = listedViews(role);
  const shown = path.value === "/" ? homeView(role)?.path : path.value;
  const carried = Object.fromEntries(kept.map((name) => [name, said(name)]));
  return (
    <nav id="views" class={open ? "views open" : "views"} aria-label="Views">
      {areas.map(([area, title]) => {
        const own = views.filter((view) => view.area === area);
        if (own.length === 0) return null;
        return (
          <section key={area} aria-labelledby={`area-${area}`}>
            <h2 id={`area-${area}`}>{title}</h2>
            <ul>
              {own.map((view) => (
                <li key={view.name}>
                  <a
                    href={addressTo(view.path, carried)}
                    aria-current={
                      shown === view.path || shown?.startsWith(`${view.path}/`) === true ? "page" : undefined
                    }
                    title={`g ${view.key ?? ""}`}
                  >
                    {view.title}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
      <ul class="aside">
        <li class="whois">
          Signed in as <Who />
        </li>
        <li>
          <a href="/docs">API reference</a>
        </li>
      </ul>
    </nav>
  );
}

/** Who looks, and as what. */
function Who() {
  const who = caller.value;
  if (who === null || who === undefined) return null;
  const { name, role, account_id } = who;
  return (
    <span title={`${name}, ${role}`}>
      {account_id === null ? name : nameOf(account_id)} · {wordsOf(role)}
    </span>
  );
}

function SearchBox() {
  return (
    <form
      role="search"
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        go(addressTo("/search", { q: textIn(event.currentTarget, "q") }));
      }}
    >
      <label class="unseen" for="search">
        Search accounts, statements, runs and events
      </label>
      <input
        id="search"
        name="q"
        type="search"
        placeholder="Search  /"
        autocomplete="off"
        value={path.value === "/search" ? said("q") : ""}
      />
    </form>
  );
}

function KeysDialog() {
  const box = useRef<HTMLDialogElement>(null);
  const shown = helping.value;
  useEffect(() => {
    if (shown && box.current?.open === false) box.current.showModal();
  }, [shown]);
  const role = caller.value?.role ?? "";
  const all = [...keyHelp, ...listedViews(role).map(({ key, title }) => [`g then ${key ?? ""}`, title] as const)];
  return (
    <dialog ref={box} aria-labelledby="keys-title" onClose={() => (helping.value = false)}>
      <h2 id="keys-title">Keys</h2>
      <dl class="keylist">
        {all.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button>Close</button>
      </form>
    </dialog>
  );
}

/** The heading of a view, which also names the page and takes the focus when one comes to it. */
export function Heading({
  title,
  note,
  children,
}: {
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly children?: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Tallyhouse`;
  }, [title]);
  const first = useRef(true);
  useEffect(() => {
    if (document.activeElement === document.body || !first.current) heading.current?.focus({ preventScroll: true });
    first.current = false;
  }, [path.value]);
  void query.value;
  return (
    <div class="heading">
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {note === undefined ? null : <p class="muted">{note}</p>}
      </div>
      {children}
    </div>
  );
}
