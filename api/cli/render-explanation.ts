import type { UsageType } from "../../core/usage-type.ts";
import type { ExplainedAdjustment, ExplainedPrice, ExplainedRecord, Explanation } from "../../rating/index.ts";
import { readableQuantity } from "../line-units.ts";
import { oneLine } from "./output.ts";

type Shown = Explanation & { readonly next_cursor: string | null };

/** An explanation as text: the line, its prices, the runs, then records with their slices, each below what it makes up. */
export function renderExplanation(shown: Shown, types: readonly UsageType[]): string {
  const { line, prices, records, more_records, next_cursor } = shown;
  if (line.charge !== null) return renderCharge(shown);
  if (shown.adjustment !== null) return renderAdjustment({ shown, adjustment: shown.adjustment }, types);
  const { quantity, unit } = readableQuantity(line, types);
  const left = next_cursor === null ? "" : `; --cursor ${next_cursor}`;
  const text = [
    `Line ${line.line} of ${line.statement_id} · ${line.payer_account_id} · ${line.period}`,
    `${line.description} · ${line.account_id}: ${quantity} ${unit}${line.unit_price === null ? "" : ` at ${line.unit_price}`} = ${line.amount} ${line.currency}`,
    `  ${line.exact_amount} from ${line.records} billing records, to ${line.decimals} decimals half away from zero: ${signed(line.rounding)}`,
    ...prices.flatMap((price) => renderPrice(price, { currency: line.currency, matched: line.kind === "usage" })),
    ...(line.kind === "usage" || prices.length > 0
      ? []
      : ["Price   none: no tariff of its rate cards is for this usage type"]),
    ...renderRuns(shown),
    ...records.flatMap(renderRecord),
    ...(more_records === "0" ? [] : [`${more_records} more billing records in this line${left}`]),
  ];
  return text.map((row) => `${oneLine(row)}\n`).join("");
}

/** A line that is no price of use: what it was worked out from, and by what. */
function renderCharge(shown: Shown): string {
  const { line, charge } = shown;
  const by = line.charge;
  const said = Object.entries({ ...by, ...charge }).flatMap(([name, value]) => {
    const text = typeof value === "object" ? (value ?? []).join(" ") : String(value);
    return text === "" ? [] : [`${name} ${text}`];
  });
  const text = [
    `Line ${line.line} of ${line.statement_id} · ${line.payer_account_id} · ${line.period}`,
    `${line.description} · ${line.account_id}: ${line.kind} = ${line.amount} ${line.currency}`,
    `  ${line.exact_amount} from ${by?.base ?? "0"}, to ${line.decimals} decimals half away from zero: ${signed(line.rounding)}`,
    `  on ${by?.days ?? 0} of ${by?.of_days ?? 0} days${by?.of_line === null ? "" : `, of line ${by?.of_line}`}`,
    `Charge  ${said.join(" · ")}`,
    ...renderRuns(shown),
  ];
  return text.map((row) => `${oneLine(row)}\n`).join("");
}

/** A line that corrects a closed month: what was billed and what is right, record by record, and the late facts behind it. */
function renderAdjustment(
  { shown, adjustment }: { shown: Shown; adjustment: ExplainedAdjustment },
  types: readonly UsageType[],
): string {
  const { line, charge, prices, records, more_records, next_cursor } = shown;
  const { original, billed, restated, period, billed_up_to, late_usage, more_late_usage } = adjustment;
  const state = (name: string, of: typeof original): string => {
    if (of === null) return `  ${name} no such line`;
    const { quantity, unit } = readableQuantity(of, types);
    return `  ${name} line ${of.line}: ${quantity} ${unit} = ${of.amount} (${of.exact_amount})`;
  };
  const of = (one: { quantity: string; amount: string } | null): string =>
    one === null ? "nothing" : `${one.quantity} = ${one.amount}`;
  const left = next_cursor === null ? "" : `; --cursor ${next_cursor}`;
  const text = [
    `Line ${line.line} of ${line.statement_id} · ${line.payer_account_id} · ${line.period}`,
    `${line.description} · ${line.account_id}: ${signed(line.amount)} ${line.currency}`,
    `  ${signed(line.exact_amount)}, the difference of rounded lines: ${signed(line.rounding)}`,
    `Corrects ${period}, statement ${line.adjusts?.statement_id ?? ""}`,
    state("as it was closed:", original),
    state(`as billed up to ${billed_up_to}:`, billed),
    state("as it is:", restated),
    ...late_usage.map(
      ({ usage_record_id, account_id, resource, part, window, quantity, published }) =>
        `Late    ${signed(quantity)} of ${account_id} ${resource}${part === "" ? "" : ` ${part}`}, ${window.start} to ${window.end} · ${usage_record_id} by ${published.map(({ id, run_id }) => `${id} of ${run_id}`).join(", ")}`,
    ),
    ...(more_late_usage === "0" ? [] : [`and ${more_late_usage} more late facts`]),
    ...adjustment.records.map(
      (record) =>
        `Record  ${record.usage_record_id} ${record.resource} from ${record.part_start}: ${of(record.billed)} → ${of(record.restated)}`,
    ),
    ...(charge === null ? [] : [`Charge  ${charge.charge_id} · ${charge.kind} · ${charge.name}`]),
    ...prices.flatMap((price) => renderPrice(price, { currency: line.currency, matched: true })),
    ...renderRuns(shown),
    ...records.flatMap(renderRecord),
    ...(more_records === "0" ? [] : [`${more_records} more changed records in this line${left}`]),
  ];
  return text.map((row) => `${oneLine(row)}\n`).join("");
}

function renderPrice(
  { tariff, curve, decimals, unit_base }: ExplainedPrice,
  of: { currency: string; matched: boolean },
): string[] {
  const { tariff_id, version, rate_card_id, component, unit, model, valid_from, valid_to, condition, except } = tariff;
  const not = except.map((other) => ` · not ${other}`).join("");
  const tiers = curve.tiers.map(
    ({ label, from, to, rate }) => `${label === "" ? "" : `${label} `}(${from}, ${to ?? "…"}] × ${rate}`,
  );
  const per = curve.whole_steps ? `per begun ${curve.per} base units` : `per ${curve.per} base units`;
  return [
    `${of.matched ? "Price " : "Not by"}  ${tariff_id} version ${version} of ${rate_card_id} · ${component} · ${model} · ${of.currency} a ${unit} of ${unit_base} base units`,
    `        for ${condition === "" ? "every record" : condition}${not} · from ${valid_from} to ${valid_to ?? "ever"}`,
    ...(of.matched
      ? [
          `        P(c) ${tiers.join(" + ")} ${per}${curve.pooled ? ", its share of the pool" : ""}; R: ${decimals} decimals, half away from zero`,
        ]
      : []),
  ];
}

function renderRuns({ run, usage_run, account }: Shown): string[] {
  const bound = Object.entries(usage_run?.bound ?? {}).map(([partition, offset]) => `${partition} to ${offset}`);
  const versions = ["registry", "tariffs", "accounts", "tzdb", "engine"].flatMap((name) => {
    const version = run.versions[name];
    return version === undefined ? [] : [`${name} ${version}`];
  });
  return [
    ...(account === null
      ? []
      : [
          `Month   ${account.month.start} to ${account.month.end}, ${account.time_zone} · cards ${account.rate_card_id}`,
        ]),
    `Run     ${run.id} at ${run.at} · ${versions.join(" · ")}`,
    `        usage of ${usage_run?.id ?? "no run"} up to ${usage_run?.to ?? ""} · log ${bound.join(", ")}`,
  ];
}

function renderRecord(record: ExplainedRecord): string[] {
  const { part_priced: part, usage_record: used, slices } = record;
  const whole = part.start === used.window.start && part.end === used.window.end;
  const others = part.quantity === record.quantity ? "" : ` · with other tiers ${part.quantity}`;
  const said = Object.entries({
    ...used.attributes,
    ...prefixed("tags", used.tags),
    ...prefixed("details", used.details),
  });
  const corrected =
    used.published.length < 2
      ? []
      : [
          `    published ${used.published.map(({ run_id, quantity }) => `${signed(quantity)} by ${run_id}`).join(", ")}`,
        ];
  return [
    record.id,
    `  c ${record.from_quantity} → ${record.to_quantity} · R(P) ${record.price_from} → ${record.price_to} = ${record.amount}${record.state === "rated" ? "" : " (unrated)"}`,
    `  ${used.id} · ${record.resource}${record.part === "" ? "" : ` ${record.part}`}${used.name === null ? "" : ` "${used.name}"`} · ${said.map(([name, value]) => `${name} ${value}`).join(" · ")}`,
    `    ${used.window.start} to ${used.window.end}: ${used.quantity} ${used.unit}${whole ? "" : ` · of it ${part.start} to ${part.end}: ${part.quantity}`}${others}`,
    ...corrected,
    ...slices.shown.map(
      ({ from, to, quantity, opened, closed }) =>
        `      ${from} to ${to} = ${quantity} · ${renderEvent(opened)} → ${closed === null ? "goes on" : renderEvent(closed)}`,
    ),
    ...(slices.more === "0" ? [] : [`      and ${slices.more} more slices, ${slices.quantity} in all`]),
  ];
}

function renderEvent({ at, type, source, id, archive }: ExplainedRecord["slices"]["shown"][number]["opened"]): string {
  if (id !== null) return `${type} ${source} ${id} ${at}`;
  return archive === null
    ? `an event at ${at} that is not in the store`
    : `an event at ${at} in archive ${archive.file}`;
}

function prefixed(name: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}.${key}`, value]));
}

function signed(amount: string): string {
  return amount.startsWith("-") ? amount : `+${amount}`;
}
