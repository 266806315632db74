import Type from "typebox";
import { boundArrays } from "../../core/event-log.ts";
import { AppError } from "../../core/errors.ts";
import { formatInstant, type InstantMs, parseInstant } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import { everyPayer, type PeriodDeps } from "../periods/periods.ts";
import { selectPublishedZones } from "../run-sql.ts";

const selectWaiting = defineQuery(
  "aggregate/retention/archive_waiting",
  Type.Object({
    before_ms: Type.Number(),
    bound_partitions: Type.Array(Type.Integer()),
    bound_offsets: Type.Array(Type.BigInt()),
  }),
  Type.Object({ events: Type.String() }),
);

const DAY_MS = 86_400_000;
const namedMax = 5;

/** Refuses to archive what is not over, or younger than the setting retention.events.days. @throws AppError archive-not-ready */
export async function requireAge({ settings, clock }: PeriodDeps, horizon: InstantMs): Promise<void> {
  const days = Number((await settings.all())["retention.events.days"] ?? "0");
  const now = clock.now();
  if (horizon <= now - days * DAY_MS) return;
  const than = days === 0 ? "before the present month" : `older than the ${days} days of retention.events.days`;
  throw notReady(`only events ${than} may leave; it is ${formatInstant(now)}`);
}

/** Refuses to archive what an open billing period stands on. @throws AppError archive-not-ready naming payers and periods */
export async function requireClosed(deps: PeriodDeps, horizon: InstantMs): Promise<void> {
  const open: string[] = [];
  for await (const { payer, periods } of everyPayer(deps))
    for (const { period, state, start } of periods) {
      const begins = parseInstant(start);
      if (state !== "closed" && begins !== null && begins < horizon)
        open.push(`${period} of ${payer.payer_account_id}`);
    }
  if (open.length === 0) return;
  const more = open.length > namedMax ? ` and ${open.length - namedMax} more` : "";
  throw notReady(
    `billing periods that hold time before ${formatInstant(horizon)} are open: ${open.slice(0, namedMax).join(", ")}${more}`,
  );
}

/** Refuses to archive what is not published in every zone somebody is in. @throws AppError archive-not-ready naming zones */
export async function requirePublished({ store }: PeriodDeps, horizon: InstantMs): Promise<void> {
  const rows = await selectPublishedZones(store.run, {});
  const behind = rows.filter(
    ({ published_to_ms, ends_ms }) => Number(published_to_ms) < Math.min(Number(ends_ms), horizon),
  );
  if (behind.length > 0)
    throw notReady(
      `not all is published before ${formatInstant(horizon)} in ${behind.map(({ calendar }) => calendar).join(", ")}`,
    );
}

/** Refuses to archive what no run has looked at. @throws AppError archive-not-ready */
export async function requireCounted({ store, runs }: PeriodDeps, horizon: InstantMs): Promise<void> {
  const bound = boundArrays((await runs.latestPublished("aggregate"))?.bound ?? {});
  const [waiting] = await selectWaiting(store.run, {
    before_ms: horizon,
    bound_partitions: [...bound.bound_partitions],
    bound_offsets: [...bound.bound_offsets],
  });
  const events = waiting?.events ?? "0";
  if (events !== "0") throw notReady(`${events} events before ${formatInstant(horizon)} wait for a run to count them`);
}

function notReady(detail: string): AppError {
  return new AppError("archive-not-ready", detail, { field: "before" });
}
