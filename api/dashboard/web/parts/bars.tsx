import { showRoughly, sumOf } from "../figures.ts";

/** What was used of one kind on each day; decimals in one unit for all. */
export interface Series {
  readonly name: string;
  readonly values: readonly string[];
}

const BAR = 10;
const HEIGHT = 100;

/**
 * Bars of days, kinds upon each other. Days are categories of equal width, so days of 23 and 25 hours stand as wide as the others. A number
 * becomes a float for the height of a bar and nowhere else.
 */
export function Bars({
  days,
  series,
  unit,
  label,
}: {
  readonly days: readonly string[];
  readonly series: readonly Series[];
  readonly unit: string;
  readonly label: string;
}) {
  const sums = days.map((_, index) => sumOf(series.map(({ values }) => values[index] ?? "0")));
  const most = Math.max(...sums.map(Number), 0);
  const highest = sums[sums.map(Number).indexOf(most)] ?? "0";
  return (
    <>
      <p class="scale" aria-hidden="true">
        {showRoughly(highest)} {unit}
      </p>
      <svg
        viewBox={`0 0 ${Math.max(days.length, 1) * BAR} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        class="bars"
      >
        {days.map((day, index) => {
          let top = HEIGHT;
          return series.map(({ name, values }, no) => {
            const height = most === 0 ? 0 : (Number(values[index] ?? "0") / most) * HEIGHT;
            if (height <= 0) return null;
            top -= height;
            return (
              <rect
                class={`c${(no % 8) + 1}`}
                x={index * BAR + 1}
                y={top.toFixed(2)}
                width={BAR - 2}
                height={height.toFixed(2)}
                key={`${day} ${name}`}
              >
                <title>{`${day} · ${name}: ${showRoughly(values[index] ?? "0")} ${unit}`}</title>
              </rect>
            );
          });
        })}
      </svg>
      <p class="axis" aria-hidden="true">
        <span>{days[0] ?? ""}</span>
        <span>{days.at(-1) ?? ""}</span>
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
