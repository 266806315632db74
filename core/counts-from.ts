import Type from "typebox";
import type { Clock } from "./clock.ts";
import { AppError } from "./errors.ts";
import { formatInstant, type InstantMs, instant, parseInstant } from "./instant.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";

const selectFixed = defineQuery(
  "core/fixed_usage",
  Type.Object({}),
  Type.Object({ published: Type.Integer(), closed_ms: Type.String(), archived_ms: Type.String() }),
);

/** Events are of this century, and the store dates none after 2290. */
const earliest = instant(Date.UTC(2000, 0, 1));
const latest = instant(Date.UTC(2290, 0, 1));

/**
 * From when on a usage type counts that is added now, RFC 3339; null = since the beginning. Left out: from now on where anything is
 * published, since nobody was told of it before, else since the beginning. It never counts in a closed period, nor where events are
 * archived: what is fixed stays as it is, so what somebody asks for before that is refused, not moved.
 * @throws AppError conflict naming what is fixed, invalid-request for what is no instant
 */
export async function countsFrom(
  { store, clock }: { store: Store; clock: Clock },
  given: string | null | undefined,
): Promise<string | null> {
  const [row] = await selectFixed(store.read, {});
  const { published = 0, closed_ms = "-1", archived_ms = "-1" } = row ?? {};
  const fixed = Math.max(Number(closed_ms), Number(archived_ms));
  if (given === undefined)
    return published === 0 && fixed < 0 ? null : formatInstant(instant(Math.max(clock.now(), fixed)));
  const at = given === null ? null : readInstant(given);
  if (fixed >= 0 && (at ?? earliest) < fixed) {
    const asked = at === null ? "null, since the beginning" : formatInstant(at);
    const why =
      Number(closed_ms) >= Number(archived_ms)
        ? "up to then billing periods are closed"
        : "events before that are archived: restore them first (tally archive restore <month>)";
    throw new AppError(
      "conflict",
      `counts_from is ${asked}, expected ${formatInstant(instant(fixed))} or later: ${why}`,
      { field: "counts_from" },
    );
  }
  return at === null ? null : formatInstant(at);
}

function readInstant(given: string): InstantMs {
  const at = parseInstant(given);
  if (at !== null && at >= earliest && at < latest) return at;
  const said = JSON.stringify(given).slice(0, 200);
  throw new AppError(
    "invalid-request",
    `counts_from is ${said}, expected an RFC 3339 time from 2000 to 2289 such as 2026-10-01T00:00:00Z, or null`,
    { field: "counts_from" },
  );
}
