import { type InstantMs, instant } from "../core/instant.ts";
import type { RunContext } from "./context.ts";
import { selectPublishedCalendars } from "./run-sql.ts";

/** From when to when windows of a calendar are published, half-open; they tile. */
export interface Published {
  readonly from: InstantMs;
  readonly to: InstantMs;
}

const known = new WeakMap<RunContext, Promise<ReadonlyMap<string, Published>>>();

/** From when to when each calendar is published; looked up once in a run, since what it writes itself counts only when it ends. */
export function publishedCalendars(context: RunContext): Promise<ReadonlyMap<string, Published>> {
  const published = known.get(context) ?? readPublished(context);
  known.set(context, published);
  return published;
}

async function readPublished({ deps }: RunContext): Promise<ReadonlyMap<string, Published>> {
  const rows = await selectPublishedCalendars(deps.store.run, {});
  return new Map(
    rows.map(({ calendar, from_ms, to_ms }) => [
      calendar,
      { from: instant(Number(from_ms)), to: instant(Number(to_ms)) },
    ]),
  );
}
