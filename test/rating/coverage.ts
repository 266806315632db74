import { closedCases } from "./closed/closed-case.ts";
import { type PricingCase, pricingCases } from "./golden-case.ts";

const models = "per_unit graduated volume package allowance pool band matrix".split(" ");
const edges =
  "tier border,empty,first unit,mid-window change,DST,February,leap year,move between accounts,late fact,closed period,JPY,USD,BHD".split(
    ",",
  );

/** Why a cell has no case. */
const reasons: Readonly<Record<string, string>> = {
  "per_unit/tier border": "all units cost the same",
  "matrix/tier border": "all units of a value cost the same",
};

/** A model at an edge: the cases that show it by their ids, and why there are none. */
export interface PricingCell {
  readonly cell: string;
  readonly cases: readonly string[];
  readonly reason: string;
}

export interface PricingCoverage {
  readonly cells: readonly PricingCell[];
  /** id → the case. */
  readonly cases: ReadonlyMap<string, PricingCase>;
}

/** What the golden cases of prices cover: each model at each edge. */
export function readPricingCoverage(): PricingCoverage {
  const count = new Map<string, number>();
  // cases of closed months are about several; the one that is closed stands for them
  const closed = closedCases().map(({ given, ...golden }) => ({
    file: "closed",
    ...golden,
    given: {
      ...given,
      period: "2026-10",
      usage: [],
    },
    then: { lines: [] },
  }));
  const cases = new Map(
    [...pricingCases(), ...closed].map((golden): [string, PricingCase] => {
      const number = (count.get(golden.file) ?? 0) + 1;
      count.set(golden.file, number);
      return [`${golden.file} ${number}`, golden];
    }),
  );
  const cells = models.flatMap((model) =>
    edges.map((edge) => {
      const cell = `${model}/${edge}`;
      const shown = [...cases].filter(([, { covers = [] }]) => covers.includes(cell)).map(([id]) => id);
      return { cell, cases: shown, reason: reasons[cell] ?? "" };
    }),
  );
  return { cells, cases };
}

/** The models that the tariffs of a case are of. */
export function modelsOf({ given }: PricingCase): ReadonlySet<string> {
  return new Set(
    given.tariffs.flatMap(({ model, included, pooled, bands, matrix }) => [
      ...(bands !== undefined ? ["band"] : matrix !== undefined ? ["matrix"] : [model]),
      ...(included === undefined ? [] : ["allowance"]),
      ...(pooled === undefined ? [] : ["pool"]),
    ]),
  );
}

/** test/COVERAGE-PRICES.md: the table as Markdown. */
export function writtenPricingCoverage({ cells, cases }: PricingCoverage): string {
  const at = new Map(cells.map((one) => [one.cell, one]));
  const notes = [...new Set(cells.flatMap(({ reason }) => (reason === "" ? [] : [reason])))];
  const shown = (cell: string): string => {
    const { cases: ids = [], reason = "" } = at.get(cell) ?? {};
    return ids.length === 0 ? `– (${notes.indexOf(reason) + 1})` : ids.join(", ");
  };
  const row = (words: readonly string[]): string => `| ${words.join(" | ")} |`;
  const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
    [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
  const named = [...cases].filter(([id]) => cells.some(({ cases: ids }) => ids.includes(id)));
  return `${[
    "# What the golden cases of prices cover",
    "Made by `npm run coverage` from test/cases/rating; a test holds it up to date and refuses an empty cell without a reason. A case is named by its " +
      "file and its place in it. Each is rated by the engine and holds its statement to sums worked by hand.",
    table(
      ["edge", ...models],
      edges.map((edge) => [edge, ...models.map((model) => shown(`${model}/${edge}`))]),
    ),
    notes.map((note, index) => `${index + 1}. ${note}`).join("\n"),
    "## The cases",
    table(
      ["case", "shows"],
      named.map(([id, { why }]) => [id, why.replaceAll("|", "\\|")]),
    ),
  ].join("\n\n")}\n`;
}
