import { byBytes, type OracleEvent } from "./event.ts";

/** What ended each deleted account: its earliest ACCOUNT.DELETE, of several in one instant the first by (source, id). */
export function accountEnds(events: readonly OracleEvent[]): Map<string, OracleEvent> {
  const ends = new Map<string, OracleEvent>();
  for (const event of events) {
    if (event.type !== "ACCOUNT.DELETE") continue;
    const known = ends.get(event.account_id);
    if (known === undefined || comesBefore(event, known)) ends.set(event.account_id, event);
  }
  return ends;
}

/** The events that have an effect: those that name an account at or after its end have none. */
export function beforeTheEnd(events: readonly OracleEvent[], ends: ReadonlyMap<string, OracleEvent>): OracleEvent[] {
  return events.filter(({ account_id, at_ms }) => at_ms < (ends.get(account_id)?.at_ms ?? Number.POSITIVE_INFINITY));
}

function comesBefore(a: OracleEvent, b: OracleEvent): boolean {
  return (a.at_ms - b.at_ms || byBytes(a.source, b.source) || byBytes(a.id, b.id)) < 0;
}
