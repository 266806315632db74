import Type, { type Static } from "typebox";
import { formatInstant, formatMs, type InstantMs } from "../../core/instant.ts";
import { field, timeField } from "../../core/insert-lines.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { Charge } from "../charges/charge.ts";
import { FOREVER_MS, type Tariff, validity } from "../tariff.ts";
import { CardState, type RateCard } from "./rate-card.ts";

const Row = Type.Object({
  rate_card_id: Type.String(),
  version: Type.String(),
  revision: Type.String(),
  state: CardState,
  name: Type.String(),
  currency: Type.String(),
  valid_from_ms: Type.String(),
  valid_to_ms: Type.String(),
  tariffs: Type.String(),
  charges: Type.String(),
  changed_ms: Type.String(),
  changed_by: Type.String(),
});
const selectVersions = defineQuery("rating/rate_cards", Type.Object({ rate_card_id: Type.String() }), Row);

const selectVersionsAt = defineQuery("rating/closed/rate_cards_at", Type.Object({ at_ms: Type.Number() }), Row);

/** The columns of table rate_card as `cardLine` writes them. */
export const cardColumns =
  "rate_card_id version revision state name currency valid_from valid_to tariffs charges changed_at changed_by".split(
    " ",
  );

/** All versions of a card, or of all cards ("") by id, oldest first. */
export async function readVersions(store: Store, rate_card_id: string): Promise<RateCard[]> {
  return (await selectVersions(store.read, { rate_card_id })).map(toCard);
}

/** All versions of all cards as they were at an instant, Unix ms UTC. */
export async function readVersionsAt(store: Store, at_ms: number): Promise<RateCard[]> {
  return (await selectVersionsAt(store.run, { at_ms })).map(toCard);
}

/** A version as a line for table rate_card. */
export function cardLine(card: RateCard, changed_ms: InstantMs): string {
  const { from_ms, to_ms } = validity(card);
  const head = [card.rate_card_id, card.version, card.revision, card.state, field(card.name), card.currency];
  const rules = [card.tariffs, card.charges].map((list) => field(JSON.stringify(list)));
  const values = [
    ...head,
    dateField(from_ms),
    dateField(to_ms),
    ...rules,
    timeField(changed_ms),
    field(card.changed_by),
  ];
  return `${values.join("\t")}\n`;
}

function toCard(row: Static<typeof Row>): RateCard {
  const { valid_from_ms, valid_to_ms, tariffs, charges, changed_ms, ...rest } = row;
  const to_ms = Number(valid_to_ms);
  return {
    ...rest,
    version: Number(row.version),
    revision: Number(row.revision),
    valid_from: formatMs(valid_from_ms),
    valid_to: to_ms >= FOREVER_MS ? null : formatMs(valid_to_ms),
    // written by cardLine alone, after they were checked
    tariffs: JSON.parse(tariffs) as Tariff[],
    charges: JSON.parse(charges) as Charge[],
    changed_at: formatMs(changed_ms),
  };
}

/** Unix seconds have eleven digits from 2286 on, which the engine does not read; a written date it does. */
function dateField(ms: InstantMs): string {
  return formatInstant(ms).slice(0, -1).replace("T", " ");
}
