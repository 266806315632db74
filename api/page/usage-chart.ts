import { groupDigits, showDay, showRoughly } from "./figures.ts";
import { html, type Html } from "../../core/html.ts";

/** Use of one kind on the days of a period, oldest first; quantities are exact decimals in `unit`. */
export interface DailyUsage {
  readonly usage_type: number;
  readonly name: string;
  readonly unit: string;
  readonly total: string;
  readonly days: readonly { readonly day: string; readonly quantity: string }[];
}

const BAR = 10;
const HEIGHT = 100;

/**
 * A figure with bars per day, and the same numbers in a table one key away. Days are categories of equal width, so days
 * of 23 and 25 hours stand as wide as the others. A number becomes a float for the height of a bar and nowhere else.
 */
export function renderUsageChart({ usage_type, name, unit, total, days }: DailyUsage): Html {
  const heights = days.map(({ quantity }) => Number(quantity));
  const most = Math.max(...heights, 0);
  const busiest = days[heights.indexOf(most)];
  const summary =
    busiest === undefined || most === 0
      ? `No ${unit} in this period.`
      : `${showRoughly(total)} ${unit} in all; the busiest day is ${showDay(busiest.day)} with ${showRoughly(busiest.quantity)} ${unit}.`;
  const bars = days.map(({ day, quantity }, index) => {
    const height = most === 0 ? 0 : ((heights[index] ?? 0) / most) * HEIGHT;
    const box = { x: index * BAR + 1, y: (HEIGHT - height).toFixed(2), height: height.toFixed(2) };
    return html`<rect x="${box.x}" y="${box.y}" width="${BAR - 2}" height="${box.height}"
      ><title>${day}: ${showRoughly(quantity)} ${unit}</title></rect
    >`;
  });
  const rows = days.map(
    ({ day, quantity }) =>
      html`<tr>
        <th scope="row">${day}</th>
        <td>${groupDigits(quantity)}</td>
      </tr>`,
  );
  return html`<figure class="card chart type-${usage_type}">
    <figcaption>
      <h3>${name}</h3>
      <p>${summary}</p>
    </figcaption>
    <p class="scale" aria-hidden="true">${showRoughly(busiest?.quantity ?? "0")} ${unit}</p>
    <svg
      viewBox="0 0 ${Math.max(days.length, 1) * BAR} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${name} per day. ${summary}"
    >
      ${bars}
    </svg>
    <p class="axis" aria-hidden="true">
      <span>${showDay(days[0]?.day ?? "")}</span><span>${showDay(days.at(-1)?.day ?? "")}</span>
    </p>
    <details>
      <summary>Numbers</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="${name} per day">
        <table>
          <caption>
            ${name} per day, in ${unit}
          </caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">${unit}</th>
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <td>${groupDigits(total)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </details>
  </figure>`;
}
