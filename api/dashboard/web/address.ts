import { computed, signal } from "@preact/signals";
import { viewAt } from "../addresses.ts";

const current = signal({ path: location.pathname, search: location.search });

/** The path that is shown. */
export const path = computed(() => current.value.path);
/** What stands behind the `?`: all state of a view is there, so that its address can be sent to somebody. */
export const query = computed(() => new URLSearchParams(current.value.search));

/** What the address says under a name, or `otherwise`. */
export function said(name: string, otherwise = ""): string {
  const value = query.value.get(name) ?? "";
  return value === "" ? otherwise : value;
}

/** What the address says under a name where it is one of `known`, else ''. */
export function saidOf<Known extends string>(name: string, known: readonly Known[]): Known | "" {
  return known.find((one) => one === said(name)) ?? "";
}

/** An address: a path with those of `values` that say something. */
export function addressTo(to: string, values: Readonly<Record<string, string | number | undefined>> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== "") search.set(name, String(value));
  return search.size === 0 ? to : `${to}?${search.toString()}`;
}

/** This address with other values; '' takes one out. The place in a list is left behind, as the list is another. */
export function here(values: Readonly<Record<string, string>>): string {
  const kept = Object.fromEntries([...query.value].filter(([name]) => name !== "cursor" && !name.startsWith("page")));
  return addressTo(path.value, { ...kept, ...values });
}

/** Goes to an address. `quietly`: it takes the place of this one, so that the way back is not full of half-typed filters. */
export function go(to: string, { quietly = false }: { quietly?: boolean } = {}): void {
  if (quietly) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  if (!quietly) scrollTo(0, 0);
  follow();
}

/** Keeps up with the way back and forth, and turns a click on a link to one of our views into a step without loading. */
export function followAddress(): void {
  addEventListener("popstate", follow);
  document.addEventListener("click", (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || link.target !== "" || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname !== "/" && viewAt(link.pathname) === null) return;
    if (link.hash !== "") return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}

function follow(): void {
  current.value = { path: location.pathname, search: location.search };
}
