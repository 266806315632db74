import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { zone } from "../session.ts";
import { startOfDay } from "../zone.ts";

/** Lines over time: `at` in Unix seconds, rising; null = nothing known there. */
export interface TimeSeries {
  readonly at: readonly number[];
  readonly lines: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

const HEIGHT = 220;

/**
 * A long time series, drawn by uPlot, which is used here and nowhere else. It is a picture and says nothing to a reader by itself: it stands
 * in a Figure, which does.
 */
export function TimeChart({ series, label }: { readonly series: TimeSeries; readonly label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const shown_zone = zone.value;
  const key = JSON.stringify(series);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let chart = draw(element, series, shown_zone);
    const redraw = (): void => {
      chart.destroy();
      chart = draw(element, series, shown_zone);
    };
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", redraw);
    const sized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    sized.observe(element);
    return () => {
      dark.removeEventListener("change", redraw);
      sized.disconnect();
      chart.destroy();
    };
    // `key` is the series by its content.
  }, [key, shown_zone]);
  return <div class="plot" ref={box} role="img" aria-label={label} />;
}

/** Colours are read from the style sheet when it is drawn: a canvas does not follow it. */
function draw(element: HTMLElement, { at, lines }: TimeSeries, shown_zone: string): uPlot {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--muted"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
    font: "12px system-ui, sans-serif",
  };
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      tzDate: (seconds) => uPlot.tzDate(dateOf(seconds), shown_zone),
      fmtDate: (template) =>
        uPlot.fmtDate(
          template
            .replace("{M}/{D}/{YY}", "{YYYY}-{MM}-{DD}")
            .replace("{M}/{D}", "{MM}-{DD}")
            .replace("{h}:{mm}{aa}", "{HH}:{mm}")
            .replace("{h}{aa}", "{HH}:00"),
        ),
      cursor: { drag: { x: false, y: false } },
      legend: { show: false },
      scales: { y: { range: (_, __, most) => [0, most === 0 ? 1 : most * 1.05] } },
      axes: [
        { ...axis, label: shown_zone, labelSize: 18, labelFont: axis.font },
        { ...axis, size: (_, shown) => 24 + 7 * Math.max(...(shown ?? []).map((label) => label.length), 0) },
      ],
      series: [
        {},
        ...lines.map(({ name }, index) => ({
          label: name,
          stroke: colour(`--c${(index % 8) + 1}`),
          width: 2,
          points: { show: at.length * 16 < element.clientWidth },
        })),
      ],
    },
    [[...at], ...lines.map(({ values }) => [...values])],
    element,
  );
}

/** uPlot counts in dates of the language. */
function dateOf(seconds: number): Date {
  return new Date(seconds * 1000);
}

/** The start of each day as uPlot counts time. */
export function secondsOfDay(day: string): number {
  return startOfDay(day, zone.value) / 1000;
}
