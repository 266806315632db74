import { byBytes, identityText, type OracleEvent } from "./event.ts";

/**
 * The events that count, of all accepted ones. What has a revision counts for nothing itself; the revision with the highest
 * number speaks for it, of equal ones that with the greatest (source, id). A revision can be revised the same way: then
 * its own revisions speak for it, and a revision that lost stays lost. An original that never came is spoken for all the same.
 */
export function eventsThatCount(accepted: readonly OracleEvent[]): OracleEvent[] {
  const revisions = new Map<string, OracleEvent[]>();
  for (const event of accepted) {
    if (event.revises === null) continue;
    const original = identityText(event.revises.original);
    revisions.set(original, [...(revisions.get(original) ?? []), event]);
  }
  const came = new Set(accepted.map(identityText));
  const spokenFor = [...revisions.keys()].filter((original) => !came.has(original));
  const plain = accepted.filter(({ revises }) => revises === null);

  const counting: OracleEvent[] = [];
  for (const event of plain) {
    const says = lastWord(identityText(event), event, revisions);
    if (says !== null) counting.push(says);
  }
  for (const original of spokenFor) {
    const says = lastWord(original, null, revisions);
    if (says !== null) counting.push(says);
  }
  return counting;
}

// What counts in the place of an identity, in the end; null when nothing does.
function lastWord(
  identity: string,
  own: OracleEvent | null,
  revisions: ReadonlyMap<string, readonly OracleEvent[]>,
): OracleEvent | null {
  const [highest] = [...(revisions.get(identity) ?? [])].sort(
    (a, b) =>
      (b.revises?.revision ?? 0) - (a.revises?.revision ?? 0) || byBytes(b.source, a.source) || byBytes(b.id, a.id),
  );
  if (highest === undefined) return own;
  return lastWord(identityText(highest), highest.revises?.instead ?? null, revisions);
}
