import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { accountMonth, parseTimeline } from "../../core/zone-timeline.ts";

const Text = Type.String();
const Named = Type.Object({ export_id: Text });
const Nullable = Type.Union([Text, Type.Null()]);

const findRuns = defineQuery(
  "rating/exports/rating_run",
  Type.Object({ period: Text }),
  Type.Object({ rating_seq: Nullable, as_of: Nullable }),
);
const layDocuments = defineCommand(
  "rating/exports/lay_documents",
  Type.Object({ export_id: Text, period: Text, payer: Text }),
);
const layLines = defineCommand(
  "rating/exports/lay_lines",
  Type.Object({ export_id: Text, period: Text, payer: Text, rating_seq: Text, types: Text }),
);
const layMonths = defineCommand(
  "rating/exports/lay_months",
  Type.Object({ export_id: Text, default_zone: Text, months: Text }),
);
const findTimelines = defineQuery(
  "rating/exports/timelines",
  Type.Object({ export_id: Text, default_zone: Text }),
  Type.Object({ timeline: Text }),
);
const findMonths = defineQuery("rating/exports/months", Named, Type.Object({ month: Text }));
const clears = [
  defineCommand("rating/exports/clear_documents", Named),
  defineCommand("rating/exports/clear_lines", Named),
  defineCommand("rating/exports/clear_months", Named),
];

/** What an export is of. `payer`: '' = all; `focus_types`: what FOCUS calls usage types. */
export interface ExportAsked {
  readonly export_id: string;
  readonly kind: string;
  readonly period: string;
  readonly payer: string;
  readonly default_zone: string;
  readonly focus_types: string;
}

/** What was fixed when it was laid out: the runs it is of, and the month of accounts that nobody knows. */
export interface LaidOut {
  readonly rating_seq: string;
  readonly as_of: string;
  readonly from_ms: number;
  readonly to_ms: number;
}

/**
 * Fixes which runs an export is of and lays out the documents and lines of its month and the months of accounts, for as long as `act`
 * takes. @throws AppError not-found where bills are asked for of a month that was never rated
 */
export async function withLayout<T>(
  store: Store,
  asked: ExportAsked,
  act: (laidOut: LaidOut) => Promise<T>,
): Promise<T> {
  const { export_id, kind, period, payer, default_zone, focus_types } = asked;
  const [found] = await findRuns(store.read, { period });
  const rating_seq = found?.rating_seq ?? "0";
  if ((kind === "billing" || kind === "focus") && rating_seq === "0")
    throw new AppError("not-found", `${period} is not rated yet`, { field: "period" });
  try {
    if (kind === "billing" || kind === "focus") {
      await layDocuments(store.run, { export_id, period, payer });
      await layLines(store.run, { export_id, period, payer, rating_seq, types: focus_types });
    }
    if (kind === "journal")
      return await act({ rating_seq, as_of: found?.as_of ?? "0", ...spanOf(default_zone, period) });
    const span = await layOutMonths(store, { export_id, period, default_zone });
    return await act({ rating_seq, as_of: found?.as_of ?? "0", ...span });
  } finally {
    await clearLayout(store, export_id);
  }
}

/** Removes what was laid out for an export; of one that was cut short it is there still where the store is a server. */
export async function clearLayout(store: Store, export_id: string): Promise<void> {
  for (const clear of clears) await clear(store.run, { export_id });
}

/** The month of each account, and the closed months that lines correct, in the zones that held. */
async function layOutMonths(
  store: Store,
  { export_id, period, default_zone }: { export_id: string; period: string; default_zone: string },
): Promise<{ from_ms: number; to_ms: number }> {
  const found = await findTimelines(store.run, { export_id, default_zone });
  const corrected = await findMonths(store.run, { export_id });
  const wanted = [...new Set([period, ...corrected.map(({ month }) => month)])];
  const months = found.flatMap(({ timeline }) =>
    wanted.map((month) => {
      const { start, end } = accountMonth(parseTimeline(timeline), month);
      return { timeline, month, from_ms: start, to_ms: end };
    }),
  );
  await layMonths(store.run, { export_id, default_zone, months: JSON.stringify(months) });
  return spanOf(default_zone, period);
}

/** The month of whoever names no zone, which is the books' own. */
function spanOf(zone: string, period: string): { from_ms: number; to_ms: number } {
  const { start, end } = accountMonth(parseTimeline(`0 ${zone}`), period);
  return { from_ms: start, to_ms: end };
}
