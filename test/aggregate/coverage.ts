import { partialChanges } from "../../core/event-types.ts";
import { builtInUsageTypes } from "../../core/usage-type-list.ts";
import { cellOf, cellsOf, kinds } from "./case-cells.ts";
import { cloudstackFaults } from "./cloudstack-faults.ts";
import { type MeteringCase, meteringCases } from "./golden-case.ts";

export const measures = "duration capacity sum counter gauge count max unique latest".split(" ");
export const edges = "open at window start,close on edge,tie,gap,reset,resize,move,DST,month cut,late,duplicate".split(
  ",",
);

/** Why a cell has no case. */
const reasons: Readonly<Record<string, string>> = Object.fromEntries(
  measures
    .filter((measure) => measure !== "counter")
    .map((measure) => [`${measure}/reset`, "only what a device counts up can start again"]),
);

/** One line of the tables: what it is about, the cases that show it by their ids, and why there are none. */
export interface Cell {
  readonly cell: string;
  readonly cases: readonly string[];
  readonly reason: string;
}

export interface Coverage {
  readonly events: readonly Cell[];
  readonly measures: readonly Cell[];
  readonly faults: readonly Cell[];
  /** id → what it shows. */
  readonly cases: ReadonlyMap<string, MeteringCase>;
}

/** What the golden cases of metering cover: events × states of each kind, measures × edges, CloudStack's faults. */
export function readCoverage(): Coverage {
  const cases = new Map<string, MeteringCase>();
  const count = new Map<string, number>();
  for (const one of meteringCases()) {
    const number = (count.get(one.file) ?? 0) + 1;
    count.set(one.file, number);
    cases.set(`${one.file} ${number}`, one);
  }
  const reached = invert(cases, (one) => cellsOf(one));
  const claimed = invert(cases, ({ covers }) => covers);
  const named = invert(cases, ({ refs }) => refs);
  const events = kinds.flatMap(({ name, events: met, states }) =>
    met.flatMap((event) => states.map((state) => cellOf(name, event, state))),
  );
  return {
    events: events.map((cell) => ({ cell, cases: reached.get(cell) ?? [], reason: reasons[cell] ?? "" })),
    measures: measures.flatMap((measure) =>
      edges.map((edge) => {
        const cell = `${measure}/${edge}`;
        return { cell, cases: claimed.get(cell) ?? [], reason: reasons[cell] ?? "" };
      }),
    ),
    faults: cloudstackFaults.map(({ ref, reason = "" }) => ({ cell: ref, cases: named.get(ref) ?? [], reason })),
    cases,
  };
}

/** The measures that the events of a case feed. */
export function measuresFed({ steps, types }: MeteringCase): ReadonlySet<string> {
  const sent = new Set(steps.flatMap(({ events }) => events.map(({ type, data }) => data.event?.type ?? type)));
  const fed = [...builtInUsageTypes, ...types].filter(({ effects }) =>
    Object.keys(effects).some((event) => sent.has(event)),
  );
  return new Set(fed.map(({ measure }) => measure));
}

/** test/COVERAGE.md: the tables as Markdown. */
export function writtenCoverage({ events, measures: edged, faults, cases }: Coverage): string {
  const at = new Map([...events, ...edged].map((one) => [one.cell, one]));
  const shown = (cell: string): string => {
    const { cases: ids = [], reason = "" } = at.get(cell) ?? {};
    const more = ids.length > 3 ? ` +${ids.length - 3}` : "";
    return ids.length === 0 ? `– ${reason}` : `${ids.slice(0, 3).join(", ")}${more}`;
  };
  const row = (words: readonly string[]): string =>
    `| ${words.map((word) => word.replaceAll("|", "\\|")).join(" | ")} |`;
  const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
    [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
  const sections = kinds.map(({ name, events: met, states }) =>
    [
      `### ${name}`,
      table(
        ["event", ...states],
        met.map((event) => [`\`${event}\``, ...states.map((state) => shown(cellOf(name, event, state)))]),
      ),
    ].join("\n\n"),
  );
  const problems = new Map(cloudstackFaults.map(({ ref, problem }) => [ref, problem]));
  return `${[
    "# What the golden cases of metering cover",
    "Made by `npm run coverage` from test/cases/aggregate; a test holds it up to date and refuses an empty cell without a reason. " +
      "A case is named by its file and its place in it; the list at the end says what each shows. Every case runs through the whole pipeline and through the oracle.",
    "## Which event finds what in which state",
    `Partial changes (${Object.keys(partialChanges).join(", ")}), the end of an account and revisions reach every kind. ` +
      "An amended event is in the state its new content finds, a retracted one in the state it stood in. Found from the events of the cases.",
    ...sections,
    "## Each measure at each edge",
    table(
      ["edge", ...measures],
      edges.map((edge) => [edge, ...measures.map((measure) => shown(`${measure}/${edge}`))]),
    ),
    "## CloudStack's known faults",
    table(
      ["fault", "problem", "cases, or why none"],
      faults.map(({ cell, cases: ids, reason }) => [
        cell,
        problems.get(cell) ?? "",
        [ids.join(", "), reason].filter((word) => word !== "").join("; "),
      ]),
    ),
    "## The cases",
    table(
      ["case", "shows"],
      [...cases].map(([id, { why }]) => [id, why]),
    ),
  ].join("\n\n")}\n`;
}

function invert<T>(
  cases: ReadonlyMap<string, T>,
  keysOf: (one: T) => Iterable<string>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [id, one] of cases) {
    for (const key of new Set(keysOf(one))) found.set(key, [...(found.get(key) ?? []), id]);
  }
  return found;
}
