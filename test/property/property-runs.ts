/** How many histories a property lives through: so many by default, or a share of TALLY_TEST_PROPERTY_RUNS, and never fewer than a few. */
export function propertyRuns({
  byDefault,
  share = 1,
}: {
  readonly byDefault: number;
  readonly share?: number;
}): number {
  const asked = process.env["TALLY_TEST_PROPERTY_RUNS"];
  return asked === undefined
    ? byDefault
    : Math.max(Math.min(byDefault, Number(asked)), Math.round(Number(asked) * share));
}

/** Of the histories held to the oracle each of two files has half: two thousand before a change lands, a taste of them while it is made. */
export const HALF_RUNS = propertyRuns({ byDefault: process.env["CI"] === undefined ? 30 : 1_000, share: 0.5 });
