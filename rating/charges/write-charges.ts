import Type, { type Static } from "typebox";
import { numbersField, textsField } from "../../core/array-field.ts";
import { dayBounds, dayNumberOf } from "../../core/calendar.ts";
import { minorUnit } from "../../core/currencies.ts";
import { dec, Dec, RATING_SCALE } from "../../core/decimal.ts";
import { field, insertLines } from "../../core/insert-lines.ts";
import type { InstantMs } from "../../core/instant.ts";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { accountMonth, parseTimeline, zoneAt, type ZoneTimeline } from "../../core/zone-timeline.ts";
import type { PricedCharge } from "../cards/priced-card.ts";
import type { Pricing } from "../cards/pricing.ts";
import { AskedMonth, askedMonth, type RatingDefaults } from "../plans.ts";
import { validity } from "../tariff.ts";
import { orderTurns, turnsOf } from "./steps.ts";

const Text = Type.String();
const Texts = Type.Array(Text);
const StepScope = Type.Object({ run_seq: Text, period: Text, step: Type.Integer() });
const clears = [
  defineCommand("rating/charges/clear_charges", Type.Object({})),
  defineCommand("rating/charges/clear_dues", Type.Object({})),
];
const PlanRow = Type.Object({ rate_card_id: Text, currency: Text, timeline: Text });
const selectPlans = defineQuery("rating/charges/charged_plans", AskedMonth, PlanRow);
const writeDues = defineCommand(
  "rating/charges/write_dues",
  Type.Object({ ...AskedMonth.properties, cards: Texts, currencies: Texts, timelines: Texts }),
);
const writeTotals = defineCommand("rating/charges/write_totals", StepScope);
const writeDiscounts = defineCommand("rating/charges/write_discounts", StepScope);
const columns = (
  "charge_no plan step rate_card_id charge_id charge_version name kind scope currency minor component components usage_types " +
  "amount percent factor prorate valid_from_ms valid_to_ms edges"
).split(" ");
/** Percent and factors count in 10^-6. */
const MICRO = 6;

/** A charge as it counts in a month, and the days of that month. */
interface Due {
  readonly charge: PricedCharge;
  readonly plan: number;
  readonly turn: string;
  readonly edges: readonly number[];
}

/** `period`: under which the lines go; `month`: of whose days the charges are. */
interface Scope {
  readonly run_seq: string;
  readonly period: string;
  readonly month: string;
  readonly as_of: string;
  readonly defaults: RatingDefaults;
  readonly pricing: Pricing;
}

/**
 * Adds the lines of charges to those of a run, step by step for all payers at once. Needs the cards of accounts laid out, and the lines of
 * what was used written, if there are any.
 */
export async function writeCharges(
  store: Store,
  { run_seq, period, month, as_of, defaults, pricing }: Scope,
): Promise<void> {
  if (!pricing.hasCharges) return;
  const asked = askedMonth({ period: month, as_of, defaults });
  const plans = await selectPlans(store.run, asked);
  const dues = plans.flatMap((plan, index) => duesOf(plan, { plan: index + 1, period: month, pricing }));
  for (const clear of clears) await clear(store.run, {});
  if (dues.length === 0) return;
  const turns = orderTurns(dues.map(({ turn }) => turn.split("/").map(Number) as [number, number, number]));
  const lines = dues.map((due, index) => chargeLine(due, { charge_no: index + 1, step: turns.indexOf(due.turn) + 1 }));
  await insertLines(store.run, { table: "scratch_charge", columns }, lines.join(""));
  await writeDues(store.run, {
    ...asked,
    cards: plans.map(({ rate_card_id }) => rate_card_id),
    currencies: plans.map(({ currency }) => currency),
    timelines: plans.map(({ timeline }) => timeline),
  });
  for (const [index, turn] of turns.entries()) {
    const write = turn.startsWith("2/") || turn.startsWith("3/") ? writeDiscounts : writeTotals;
    await write(store.run, { run_seq, period, step: index + 1 });
  }
}

function duesOf(
  { rate_card_id, currency, timeline }: Static<typeof PlanRow>,
  { plan, period, pricing }: { plan: number; period: string; pricing: Pricing },
): Due[] {
  const zones = parseTimeline(timeline);
  const month = accountMonth(zones, period);
  const charges = latestOf(
    pricing.of(rate_card_id).charges.filter((charge) => {
      const { from_ms, to_ms } = validity(charge);
      return charge.currency === currency && from_ms < month.end && to_ms > month.start;
    }),
  );
  const edges = dayEdges(zones, month);
  const turns = turnsOf(charges);
  return charges.map((charge) => ({ charge, plan, turn: (turns.get(charge.charge_id) ?? []).join("/"), edges }));
}

/** Of versions of a charge in one month the latest says what it is; it is on for as long as any of them. */
function latestOf(pieces: readonly PricedCharge[]): PricedCharge[] {
  const byId = new Map<string, PricedCharge>();
  for (const piece of pieces.toSorted((a, b) => validity(a).from_ms - validity(b).from_ms)) {
    const { valid_from } = byId.get(piece.charge_id) ?? piece;
    byId.set(piece.charge_id, { ...piece, valid_from });
  }
  return [...byId.values()].toSorted((a, b) => (a.charge_id < b.charge_id ? -1 : 1));
}

/** The midnights within a month and its end; the first and the last day may be short where the zone changed. */
function dayEdges(zones: ZoneTimeline, month: { start: InstantMs; end: InstantMs }): number[] {
  const zone = zoneAt(zones, month.start);
  const edges: number[] = [month.start];
  for (let day = dayNumberOf(zone, month.start) + 1; ; day += 1) {
    const bounds = dayBounds(zone, day);
    if (bounds !== null && bounds.start >= month.end) break;
    if (bounds !== null && bounds.start > month.start) edges.push(bounds.start);
  }
  return [...edges, month.end];
}

function chargeLine({ charge, plan, edges }: Due, { charge_no, step }: { charge_no: number; step: number }): string {
  const { from_ms, to_ms } = validity(charge);
  const minor = 10n ** BigInt(RATING_SCALE - minorUnit(charge.currency));
  const values = [
    charge_no,
    plan,
    step,
    charge.rate_card_id,
    charge.charge_id,
    charge.version,
    field(charge.name),
    charge.kind,
    charge.scope,
    charge.currency,
    minor,
    charge.component ?? "",
    textsField(charge.components ?? []),
    numbersField(charge.usage_types ?? []),
    scaled(charge.amount, RATING_SCALE),
    scaled(charge.percent, MICRO),
    scaled(charge.overage_factor, MICRO),
    charge.prorate === true ? 1 : 0,
    from_ms,
    to_ms,
    numbersField(edges),
  ];
  return `${values.join("\t")}\n`;
}

/** A checked decimal as a whole number of 10^-scale. */
function scaled(text: string | undefined, scale: number): string {
  return dec(text ?? "0")
    .times(new Dec(10).pow(scale))
    .toFixed(0);
}
