import Type, { type Static } from "typebox";
import { BillingRecord } from "../billing-records.ts";
import { Charge } from "../charges/charge.ts";
import { PricedLine } from "../statement-line.ts";
import { Tariff } from "../tariff.ts";

const Text = Type.String();
const Label = Type.Union([Type.String(), Type.Null()]);
const Whole = Type.String({ description: "whole base units" });
const Span = Type.Object({ start: Text, end: Text });

/** What a line is: the statement's own, with what its records have in common and what they come to. */
export const ExplainedLine = Type.Object(
  {
    statement_id: Text,
    payer_account_id: Text,
    period: Text,
    currency: Text,
    ...PricedLine.properties,
    tariff_version: Type.Union([Type.Integer(), Type.Null()]),
    records: Type.String({ description: "billing records that make it up; their amounts add up to exact_amount" }),
    decimals: Type.Integer({
      description: "of the currency: amount is exact_amount rounded to them, half away from zero",
    }),
  },
  { $id: "ExplainedLine", additionalProperties: false },
);
export type ExplainedLine = Static<typeof ExplainedLine>;

/** One step of a price, over cumulative base units after `from`, up to and with `to` (null: all that follow). */
const ExplainedTier = Type.Object({
  tier: Type.Integer(),
  label: Text,
  from: Whole,
  to: Type.Union([Whole, Type.Null()]),
  rate: Text,
});

/** A price as the run went by it: P(c) is the sum, over the tiers that c reaches into, of rate × (what c takes of the tier ÷ per). */
export const ExplainedPrice = Type.Object(
  {
    tariff_no: Type.Integer({ description: "by which records name it" }),
    tariff: Type.Object({
      ...Tariff.properties,
      rate_card_id: Text,
      version: Type.Integer({ description: "of its rate card" }),
      except: Type.Array(Text, {
        description: "conditions of tariffs that come before it: what matches one is theirs",
      }),
    }),
    unit_base: Type.String({ description: "base units of one unit of the tariff" }),
    curve: Type.Object({
      tiers: Type.Array(ExplainedTier),
      per: Type.String({ description: "base units that the rate of a tier is the price of" }),
      whole_steps: Type.Boolean({ description: "begun multiples of per are paid whole: packages" }),
      pooled: Type.Boolean({
        description: "the one rate is the account's share of what the pool costs, per is its use",
      }),
    }),
    decimals: Type.Integer({
      description: "R rounds P(c) to so many decimals, half away from zero; an amount is R(P(c1)) − R(P(c0))",
    }),
  },
  { $id: "ExplainedPrice", additionalProperties: false },
);
export type ExplainedPrice = Static<typeof ExplainedPrice>;

/** A run and what it stood on (P12). */
const ExplainedRun = Type.Object({
  id: Text,
  kind: Text,
  state: Text,
  to: Type.Union([Text, Type.Null()], { description: "of aggregation: up to where usage was computed" }),
  bound: Type.Record(Text, Text, { description: "how far of each partition of the event log counts" }),
  versions: Type.Record(Text, Text),
  at: Text,
});
export type ExplainedRun = Static<typeof ExplainedRun>;

/** An event that opened or closed a slice. Where it was archived, only when it happened and where it lies is known. */
const ExplainedEvent = Type.Object({
  at: Text,
  source: Label,
  id: Label,
  type: Label,
  position: Label,
  amends: Type.Union([Type.Object({ source: Text, id: Text }), Type.Null()]),
  archive: Type.Union([Type.Object({ month: Text, file: Text }), Type.Null()]),
});
export type ExplainedEvent = Static<typeof ExplainedEvent>;

/** A stretch of use, cut to the part of the record that is priced; closed null = it went on after that. */
const ExplainedSlice = Type.Object({
  from: Text,
  to: Text,
  quantity: Whole,
  opened: ExplainedEvent,
  closed: Type.Union([ExplainedEvent, Type.Null()]),
});
export type ExplainedSlice = Static<typeof ExplainedSlice>;

/** A usage record as it stood for the run: the sum of what runs published of it. */
const ExplainedUsage = Type.Object({
  id: Text,
  name: Label,
  window: Span,
  quantity: Whole,
  unit: Text,
  slices: Type.Integer(),
  attributes: Type.Record(Text, Text, {
    description: "what its shape stands for, and conditions ask about; what is empty is left out",
  }),
  details: Type.Record(Text, Text),
  tags: Type.Record(Text, Text),
  published: Type.Array(Type.Object({ run_id: Text, quantity: Text }), {
    description: "they add up to quantity; −old, +new where late facts changed it",
  }),
});
export type ExplainedUsage = Static<typeof ExplainedUsage>;

/** A billing record with what it is made of. */
export const ExplainedRecord = Type.Object(
  {
    ...BillingRecord.properties,
    tariff_no: Type.Union([Type.Integer(), Type.Null()]),
    part_priced: Type.Object(
      {
        ...Span.properties,
        quantity: Whole,
        from_quantity: Whole,
        to_quantity: Whole,
        amount: Text,
        tiers: Type.String(),
      },
      {
        description:
          "the whole window or, where a price changes in it, what lies between two changes: over all tiers it reaches",
      },
    ),
    usage_record: ExplainedUsage,
    slices: Type.Object(
      { count: Type.String(), quantity: Whole, shown: Type.Array(ExplainedSlice), more: Type.String() },
      { description: "of that part; quantity is theirs together and that of the part" },
    ),
  },
  { $id: "ExplainedRecord", additionalProperties: false },
);
export type ExplainedRecord = Static<typeof ExplainedRecord>;

const Billed = Type.Union([Type.Object({ quantity: Whole, amount: Text }), Type.Null()]);
const Line = Type.Union([Type.Object(PricedLine.properties), Type.Null()]);

/** What an adjustment is the difference of, and what late facts are behind it. */
export const ExplainedAdjustment = Type.Object(
  {
    period: Type.String({ description: "the closed month that was rated whole again" }),
    billed_up_to: Type.String({ description: "the month whose statements were the last to correct it, or it itself" }),
    original: Type.Union(Line.anyOf, { description: "as the month was closed; null = it had no such line" }),
    billed: Type.Union(Line.anyOf, {
      description: "as it had been billed, with all corrections on earlier statements",
    }),
    restated: Type.Union(Line.anyOf, { description: "as it is: the adjustment is this less what was billed" }),
    records: Type.Array(
      Type.Object({
        usage_record_id: Text,
        resource: Text,
        part: Text,
        window: Span,
        part_start: Text,
        billed: Billed,
        restated: Billed,
      }),
      {
        description: "usage records that came out otherwise in this line: what was billed for each, and what is right",
      },
    ),
    late_usage: Type.Array(
      Type.Object({
        usage_record_id: Text,
        account_id: Text,
        usage_type: Type.Integer(),
        resource: Text,
        part: Text,
        window: Span,
        quantity: Type.String({ description: "by how much the record changed, in whole base units" }),
        published: Type.Array(Type.Object({ run_id: Text, id: Text }), {
          description: "the usage adjustments, ua_…, and the runs that published them",
        }),
      }),
      { description: "what came after the statement before; the first of them" },
    ),
    more_late_usage: Text,
  },
  { $id: "ExplainedAdjustment", additionalProperties: false },
);
export type ExplainedAdjustment = Static<typeof ExplainedAdjustment>;

/** Why a line is what it is: line → billing records → usage records → slices → events, the prices and the runs (P11). */
export const Explanation = Type.Object({
  line: ExplainedLine,
  account: Type.Union([Type.Object({ rate_card_id: Text, time_zone: Text, month: Span }), Type.Null()], {
    description: "by which cards and in which month its use was rated; null of a charge",
  }),
  charge: Type.Union([Charge, Type.Null()], {
    description: "of a line that is no price of use: the charge as its card says it; line.charge says what it came to",
  }),
  adjustment: Type.Union([ExplainedAdjustment, Type.Null()], {
    description:
      "of a line that corrects a closed month: account, prices and records are then those of that month, as it is, or of what was billed where nothing is left",
  }),
  prices: Type.Array(ExplainedPrice, {
    description: "those of the records shown; of unrated use the first of those that did not match",
  }),
  run: ExplainedRun,
  usage_run: Type.Union([ExplainedRun, Type.Null()], { description: "null where there was no usage yet" }),
  records: Type.Array(ExplainedRecord),
  more_records: Type.String({ description: "billing records of the line that are not shown, before or after" }),
});
export type Explanation = Static<typeof Explanation>;
