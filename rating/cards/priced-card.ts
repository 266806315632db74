import { formatInstant, instant } from "../../core/instant.ts";
import type { Charge } from "../charges/charge.ts";
import { alternativesOf } from "../conditions/alternatives.ts";
import { conditionsMeet } from "../conditions/conditions-meet.ts";
import { readCondition } from "../conditions/read-condition.ts";
import { FOREVER_MS, type Tariff, validity } from "../tariff.ts";
import type { RateCard } from "./rate-card.ts";

/**
 * A tariff as it prices: valid where its card's version is. The same `tariff_id` may stand several times, of several versions or under
 * several conditions, never at one instant; cumulative quantities run on over them (design §7.2).
 */
export interface PricedTariff extends Tariff {
  readonly rate_card_id: string;
  /** Of its card. */
  readonly version: number;
  /** Conditions of tariffs laid over it: what matches one of them is theirs. */
  readonly except: readonly string[];
}

/** A charge as it counts: valid where its card's version is; the same `charge_id` may stand several times, never at one instant. */
export interface PricedCharge extends Charge {
  readonly rate_card_id: string;
  /** Of its card. */
  readonly version: number;
}

/** What a card, or cards laid over each other, come to over all time: what rating reads. */
export interface PricedCard {
  readonly rate_card_id: string;
  /** By id, of one id by their begin. */
  readonly tariffs: readonly PricedTariff[];
  readonly charges: readonly PricedCharge[];
}

interface Span {
  readonly from_ms: number;
  readonly to_ms: number;
}

/**
 * All versions of one card as one: a version counts in its validity, as far as no later version does. Drafts count nowhere; an archived
 * version counts up to where its validity was ended, and after that the version before it does again, as far as it is valid.
 */
export function priceCard(rate_card_id: string, versions: readonly RateCard[]): PricedCard {
  const counting = versions.filter(({ state }) => state !== "draft").toSorted((a, b) => a.version - b.version);
  const pieces = counting.flatMap((card, index) => {
    const later = counting.slice(index + 1).map((other): Span => validity(other));
    return without(validity(card), later).map((span) => ({ card, span }));
  });
  const source = (card: RateCard) => ({ rate_card_id, version: card.version });
  return {
    rate_card_id,
    tariffs: inOrder(
      pieces.flatMap(({ card, span }) =>
        card.tariffs.flatMap((tariff) => within(tariff, [span]).map((of) => ({ ...of, ...source(card), except: [] }))),
      ),
    ),
    charges: pieces.flatMap(({ card, span }) =>
      card.charges.flatMap((charge) => within(charge, [span]).map((of) => ({ ...of, ...source(card) }))),
    ),
  };
}

/**
 * A card laid over another, as a finance person reads an agreement: where and while the upper one says something, it holds; all else is the
 * lower one's. A tariff with the id of a lower one takes its place; a record that matches an upper tariff is priced by that, and
 * in its component by no lower one.
 */
export function layCard(upper: PricedCard, lower: PricedCard): PricedCard {
  const tariffs = lower.tariffs.flatMap((tariff) => {
    const namesakes = upper.tariffs.filter(({ tariff_id }) => tariff_id === tariff.tariff_id);
    const left = within(tariff, without(validity(tariff), namesakes.map(validity)));
    return left.flatMap((piece) => giveWay(piece, upper.tariffs));
  });
  return {
    rate_card_id: `${lower.rate_card_id} ${upper.rate_card_id}`,
    tariffs: inOrder([...tariffs, ...upper.tariffs]),
    // A charge with the id of a lower one takes its place for good, whatever its validity: an agreement says what is due.
    charges: [
      ...lower.charges.filter(({ charge_id }) => upper.charges.every((other) => other.charge_id !== charge_id)),
      ...upper.charges,
    ],
  };
}

/** The tariff in pieces between the edges of those above it that price the same usage, each without what these match. */
function giveWay(tariff: PricedTariff, above: readonly PricedTariff[]): PricedTariff[] {
  const rivals = above.filter((other) => rivalsOf(tariff, other));
  const own = validity(tariff);
  const edges = rivals.flatMap((rival) => Object.values(validity(rival)));
  const inside = [...new Set<number>(edges)].filter((edge) => edge > own.from_ms && edge < own.to_ms);
  const starts = [own.from_ms, ...inside.toSorted((a, b) => a - b)];
  return starts.flatMap((from_ms, index): PricedTariff[] => {
    const to_ms = starts[index + 1] ?? own.to_ms;
    const holding = rivals.filter((rival) => validity(rival).from_ms <= from_ms && to_ms <= validity(rival).to_ms);
    const except = [...new Set([...tariff.except, ...holding.map(({ condition }) => condition)])].toSorted();
    return except.includes("") ? [] : within({ ...tariff, except }, [{ from_ms, to_ms }]);
  });
}

function rivalsOf(tariff: PricedTariff, other: PricedTariff): boolean {
  const same = (["usage_type", "component", "currency"] as const).every((name) => tariff[name] === other[name]);
  if (!same) return false;
  const ways = [tariff, other].map(({ condition }) => alternativesOf(readCondition(condition, "condition")));
  return conditionsMeet(ways[0] ?? null, ways[1] ?? null).meets !== "never";
}

/** What is left of a span outside others, in order. */
function without(span: Span, others: readonly Span[]): Span[] {
  return others.reduce<Span[]>(
    (left, other) =>
      left.flatMap(({ from_ms, to_ms }) =>
        [
          { from_ms, to_ms: Math.min(to_ms, other.from_ms) },
          { from_ms: Math.max(from_ms, other.to_ms), to_ms },
        ].filter((piece) => piece.from_ms < piece.to_ms),
      ),
    [{ from_ms: span.from_ms, to_ms: span.to_ms }],
  );
}

/** A rule in each of the spans, where it is valid there. */
function within<T extends { valid_from: string; valid_to: string | null }>(rule: T, spans: readonly Span[]): T[] {
  const own = validity(rule);
  return spans.flatMap((span) => {
    const from_ms = Math.max(own.from_ms, span.from_ms);
    const to_ms = Math.min(own.to_ms, span.to_ms);
    if (from_ms >= to_ms) return [];
    const valid_to = to_ms >= FOREVER_MS ? null : formatInstant(instant(to_ms));
    return [{ ...rule, valid_from: formatInstant(instant(from_ms)), valid_to }];
  });
}

function inOrder(tariffs: readonly PricedTariff[]): PricedTariff[] {
  const key = ({ tariff_id }: PricedTariff): string => tariff_id;
  return tariffs.toSorted((a, b) =>
    key(a) === key(b) ? validity(a).from_ms - validity(b).from_ms : key(a) < key(b) ? -1 : 1,
  );
}
