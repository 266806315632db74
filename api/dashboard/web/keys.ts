import { signal } from "@preact/signals";
import { homeOf, viewAddresses } from "../addresses.ts";
import { go } from "./address.ts";
import { caller } from "./session.ts";

/** Whether the list of keys is shown. */
export const helping = signal(false);

/** How long after `g` its letter is waited for. */
const GO_MS = 1500;

/** What the keys do, for those who ask. */
export const keyHelp: readonly (readonly [string, string])[] = [
  ["/", "Search"],
  ["j", "Next row of a table"],
  ["k", "Row before"],
  ["Enter", "Open the row's link"],
  ["g then o", "Overview"],
  ["?", "These keys"],
  ["Esc", "Close"],
];

/** The views a role may open and has in its list. */
export function listedViews(role: string) {
  return viewAddresses.filter(({ key, roles }) => key !== null && roles.includes(role));
}

/** Hears the keys of the whole page; in a field they are letters. */
export function hearKeys(): void {
  let going: number | null = null;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    if (going !== null && event.timeStamp - going < GO_MS) {
      going = null;
      if (goBy(event.key)) event.preventDefault();
      return;
    }
    going = null;
    switch (event.key) {
      case "g":
        going = event.timeStamp;
        return;
      case "/":
        event.preventDefault();
        document.querySelector<HTMLInputElement>("#search")?.focus();
        return;
      case "j":
        return step(1);
      case "k":
        return step(-1);
      case "?":
        helping.value = true;
        return;
      default:
    }
  });
}

function goBy(letter: string): boolean {
  const role = caller.value?.role;
  if (role === undefined) return false;
  const to = letter === "o" ? { path: "/" } : listedViews(role).find(({ key }) => key === letter);
  if (to === undefined) return false;
  go(to.path);
  return true;
}

/** Moves to another row of the tables that are open: to its link, or to the row itself. */
function step(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main tbody tr")].filter((row) => row.offsetParent !== null);
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[at === -1 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
  if (row === undefined) return;
  const target = row.querySelector<HTMLElement>("a, button, input") ?? row;
  if (target === row) row.tabIndex = -1;
  target.focus();
  row.scrollIntoView({ block: "nearest" });
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, select, textarea, dialog[open]") !== null;
}

/** The name of the view at `/` for a role. */
export function homeView(role: string) {
  const name = homeOf(role);
  return viewAddresses.find((view) => view.name === name);
}
