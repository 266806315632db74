import { zone } from "../session.ts";
import { showMoment } from "../zone.ts";

/** A stretch of use of a resource, Unix ms. */
export interface Stretch {
  readonly lane: string;
  readonly from: number;
  readonly to: number;
  readonly title: string;
}

/** Lanes drawn; the table below has them all. */
export const LANES_MAX = 40;
const WIDTH = 1000;
const LANE = 18;

/** When what was in use, a lane for each resource, from `from` to `to`. */
export function Timeline({
  stretches,
  from,
  to,
  label,
}: {
  readonly stretches: readonly Stretch[];
  readonly from: number;
  readonly to: number;
  readonly label: string;
}) {
  const lanes = [...new Set(stretches.map(({ lane }) => lane))].slice(0, LANES_MAX);
  const x = (at: number): number => ((Math.min(Math.max(at, from), to) - from) / Math.max(1, to - from)) * WIDTH;
  return (
    <div class="timeline">
      <ul class="lanes" aria-hidden="true">
        {lanes.map((lane) => (
          <li key={lane} title={lane}>
            {lane}
          </li>
        ))}
      </ul>
      <div>
        <svg
          class={`lanes-${Math.min(lanes.length, LANES_MAX)}`}
          viewBox={`0 0 ${WIDTH} ${lanes.length * LANE}`}
          height={lanes.length * LANE}
          preserveAspectRatio="none"
          role="img"
          aria-label={label}
        >
          {lanes.map((lane, no) => (
            <rect key={lane} class="ground" x="0" width={WIDTH} y={no * LANE + 3} height={LANE - 6} />
          ))}
          {stretches.map(({ lane, from: begins, to: ends, title }, no) => {
            const at = lanes.indexOf(lane);
            if (at === -1) return null;
            return (
              <rect
                key={no}
                class="c1"
                x={x(begins).toFixed(2)}
                width={Math.max(1.5, x(ends) - x(begins) - 0.6).toFixed(2)}
                y={at * LANE + 3}
                height={LANE - 6}
              >
                <title>{title}</title>
              </rect>
            );
          })}
        </svg>
        <p class="axis" aria-hidden="true">
          <span>{dayOrMoment(from)}</span>
          <span>{zone.value}</span>
          <span>{dayOrMoment(to)}</span>
        </p>
      </div>
    </div>
  );
}

/** An end of the picture: where it is a midnight, the day says it. */
function dayOrMoment(at: number): string {
  return showMoment(at, zone.value).replace(/ 00:00$/, "");
}
