import { expect, test } from "vitest";
import { barText, createProgressBar } from "../../api/cli/progress-bar.ts";

const progress = (done: number, total: number) => ({
  kind: "aggregate" as const,
  progress: { what: "computing windows", done: `${done}`, total: `${total}`, unit: "windows" },
});

test.each([
  [0, 12, 0],
  [3, 12, 6],
  // 24 × 11 / 12 = 22 cells
  [11, 12, 22],
  // 24 × 30 / 31 = 23.2…: full only when all is done
  [30, 31, 23],
  [31, 31, 24],
  [5, 0, 0],
  [9, 3, 24],
])("%d of %d fill %d of 24 cells", (done, total, cells) => {
  expect(barText(progress(done, total))).toBe(
    `[${"#".repeat(cells)}${"-".repeat(24 - cells)}]  ${done} of ${total} windows, computing windows`,
  );
});

test("a run that has told nothing yet shows an empty bar", () => {
  expect(barText({ kind: "rate", progress: null })).toBe(`[${"-".repeat(24)}]  rate has begun`);
});

test("the bar is drawn over itself, taken away in the end, and not drawn at all where nobody watches", () => {
  for (const is_live of [true, false]) {
    let told = "";
    const bar = createProgressBar({ out: () => undefined, err: (text) => void (told += text), is_live });
    bar.show(progress(1, 2));
    bar.show(progress(2, 2));
    bar.clear();
    bar.clear();
    expect(told.split("\r\u001b[2K").length - 1).toBe(is_live ? 3 : 0);
    expect(told.includes("\n")).toBe(false);
    expect(told.endsWith("\r\u001b[2K")).toBe(is_live);
  }
});
