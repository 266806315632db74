import { type ClosedCase, closedCases } from "../closed/closed-case.ts";
import { type ChargesCase, chargesCases } from "./charges-case.ts";

const kinds = "flat percentage discount_percent discount_amount minimum cap commitment".split(" ");
const edges =
  "border,empty,first unit,mid-period change,DST,February,leap year,move between accounts,late fact,closed period,JPY,USD,BHD".split(
    ",",
  );

const knowsNoDays = "a percentage is of what a month comes to, however many days it has";
/** Why a cell has no case. */
const reasons: Readonly<Record<string, string>> = {
  "flat/border": "a fee hangs on no amount",
  "percentage/border": "a percentage is the same of any amount",
  ...Object.fromEntries(
    ["DST", "February", "leap year"].map((edge) => [
      `discount_amount/${edge}`,
      "an amount that is taken off is never for a part of a month",
    ]),
  ),
  "flat/late fact": "a fee does not hang on what was used",
  ...Object.fromEntries(
    ["percentage", "discount_percent"].flatMap((kind) =>
      ["DST", "February", "leap year"].map((edge) => [`${kind}/${edge}`, knowsNoDays]),
    ),
  ),
};

/** A kind of charge at an edge: the cases that show it by their ids, and why there are none. */
export interface ChargeCell {
  readonly cell: string;
  readonly cases: readonly string[];
  readonly reason: string;
}

export interface ChargesCoverage {
  readonly cells: readonly ChargeCell[];
  readonly cases: readonly ChargesCase[];
  /** Those of closed months that show a charge, by their ids. */
  readonly closed: ReadonlyMap<string, ClosedCase>;
}

/** What the golden cases of charges cover: each kind at each edge. */
export function readChargesCoverage(): ChargesCoverage {
  const cases = chargesCases();
  const closed = new Map(
    closedCases()
      .map((golden, index) => [`closed ${index + 1}`, golden] as const)
      .filter(([, { covers_charges }]) => covers_charges !== undefined),
  );
  const cells = kinds.flatMap((kind) =>
    edges.map((edge) => {
      const cell = `${kind}/${edge}`;
      const shown = [
        ...cases.flatMap(({ covers = [] }, index) => (covers.includes(cell) ? [`${index + 1}`] : [])),
        ...[...closed].flatMap(([id, { covers_charges = [] }]) => (covers_charges.includes(cell) ? [id] : [])),
      ];
      return { cell, cases: shown, reason: reasons[cell] ?? "" };
    }),
  );
  return { cells, cases, closed };
}

/** test/COVERAGE-CHARGES.md: the table as Markdown. */
export function writtenChargesCoverage({ cells, cases, closed }: ChargesCoverage): string {
  const at = new Map(cells.map((one) => [one.cell, one]));
  const notes = [...new Set(cells.flatMap(({ cases: shown, reason }) => (shown.length === 0 ? [reason] : [])))];
  const shownIn = (cell: string): string => {
    const { cases: numbers = [], reason = "" } = at.get(cell) ?? {};
    return numbers.length === 0 ? `– (${notes.indexOf(reason) + 1})` : numbers.join(", ");
  };
  const row = (words: readonly string[]): string => `| ${words.join(" | ")} |`;
  const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
    [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
  return `${[
    "# What the golden cases of charges cover",
    "Made by `npm run coverage` from test/cases/rating/charges.yaml and closed.yaml; a test holds it up to date and refuses an empty cell without a " +
      "reason. A case is named by its place in the first file, or as closed and its place in the second. Each is worked out by the engine and holds " +
      "the lines and the net of its statement to sums worked by hand.",
    table(
      ["edge", ...kinds],
      edges.map((edge) => [edge, ...kinds.map((kind) => shownIn(`${kind}/${edge}`))]),
    ),
    notes.map((note, index) => `${index + 1}. ${note}`).join("\n"),
    "## The cases",
    table(
      ["case", "shows"],
      [
        ...cases.map(({ why }, index) => [`${index + 1}`, why] as const),
        ...[...closed].map(([id, { why }]) => [id, why] as const),
      ].map(([id, why]) => [id, why.replaceAll("|", "\\|")]),
    ),
  ].join("\n\n")}\n`;
}
