const BAR = 10;
const HEIGHT = 100;

/**
 * A bar for each day or month. They are categories of equal width, so days of 23 and 25 hours stand as wide as the others. A number becomes
 * a float for the height of a bar and nowhere else; one below nothing hangs from the line.
 */
export function Bars({
  bars,
  show,
  label,
}: {
  /** Decimals in one unit, in order, each under its name. */
  readonly bars: readonly { readonly name: string; readonly value: string }[];
  /** A value as people read it, with its unit. */
  readonly show: (value: string) => string;
  readonly label: string;
}) {
  const values = bars.map(({ value }) => Number(value));
  const [most, least] = [Math.max(...values, 0), Math.min(...values, 0)];
  const y = (value: number): number => (most === least ? HEIGHT : ((most - value) / (most - least)) * HEIGHT);
  const highest = bars[values.indexOf(most)]?.value ?? "0";
  return (
    <>
      <p class="scale" aria-hidden="true">
        {show(highest)}
      </p>
      <svg
        viewBox={`0 0 ${Math.max(bars.length, 1) * BAR} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        class="bars"
      >
        {bars.map(({ name, value }, index) => {
          const [top, bottom] = [y(Math.max(Number(value), 0)), y(Math.min(Number(value), 0))];
          if (top === bottom) return null;
          return (
            <rect
              class="c1"
              x={index * BAR + 1}
              y={top.toFixed(2)}
              width={BAR - 2}
              height={(bottom - top).toFixed(2)}
              key={name}
            >
              <title>{`${name}: ${show(value)}`}</title>
            </rect>
          );
        })}
      </svg>
      <p class="axis" aria-hidden="true">
        <span>{bars[0]?.name}</span>
        <span>{bars.at(-1)?.name}</span>
      </p>
    </>
  );
}

/** How much of the greatest a figure is, as a bar in a table. The figure itself stands beside it. */
export function Share({ of, most }: { readonly of: string; readonly most: string }) {
  const width = Number(most) === 0 ? 0 : Math.max(0, Math.min(100, (Number(of) / Number(most)) * 100));
  return (
    <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="c1" x="0" y="0" width={width.toFixed(1)} height="8" />
    </svg>
  );
}
