import { AppError } from "../core/errors.ts";
import { type Alternative, alternativesOf } from "./conditions/alternatives.ts";
import { conditionsMeet, type Meeting } from "./conditions/conditions-meet.ts";
import type { ConditionShape } from "./conditions/expression.ts";
import { readCondition } from "./conditions/read-condition.ts";

/** What decides whether a tariff prices a record; valid in [from_ms, to_ms). */
export interface Scope {
  readonly tariff_id: string;
  readonly usage_type: number;
  readonly component: string;
  readonly currency: string;
  readonly condition: string;
  readonly from_ms: number;
  readonly to_ms: number;
}

interface Rule extends Scope {
  readonly index: number;
  readonly ways: readonly Alternative[] | null;
}

/**
 * Refuses two tariffs that could price the same usage: type, component and currency are equal, their validities meet, and some record can match both
 * conditions. What cannot be decided counts as meeting. @throws AppError tariff-overlap naming both, and a record that both would price
 */
export function requireApart(tariffs: readonly Scope[]): void {
  const groups = new Map<string, Rule[]>();
  for (const [index, tariff] of tariffs.entries()) {
    const ways = alternativesOf(readCondition(tariff.condition, `tariffs/${index}/condition`));
    const rule = { ...tariff, index, ways };
    const key = `${tariff.usage_type} ${tariff.component} ${tariff.currency}`;
    const group = groups.get(key) ?? [];
    for (const other of group) requireApartFrom(other, rule);
    group.push(rule);
    groups.set(key, group);
  }
}

function requireApartFrom(other: Rule, rule: Rule): void {
  if (other.from_ms >= rule.to_ms || rule.from_ms >= other.to_ms) return;
  const meeting = conditionsMeet(other.ways, rule.ways);
  if (meeting.meets === "never") return;
  const { tariff_id, usage_type, component } = rule;
  const what = `tariffs ${other.tariff_id} and ${tariff_id} both price usage type ${usage_type}, component ${component}`;
  throw new AppError("tariff-overlap", `${what}: ${whyMet(meeting)}`, { field: `tariffs/${rule.index}` });
}

function whyMet(meeting: Meeting): string {
  if (meeting.meets === "yes") return `both match ${describeShape(meeting.example)}`;
  return (
    "it cannot be told whether their conditions ever hold together, and then they count as if they did; " +
    "tell them apart by values, ranges or beginnings of one attribute"
  );
}

/** What of an example is particular: "a record with zone "z1"". */
function describeShape({ size, virtual_size, tags, details, ...labels }: ConditionShape): string {
  const keys = Object.entries({ tags, details }).flatMap(([map, entries]) =>
    Object.entries(entries).map(([key, value]) => `${map}[${JSON.stringify(key)}] ${JSON.stringify(value)}`),
  );
  const named = [
    ...Object.entries(labels).flatMap(([name, value]) => (value === "" ? [] : [`${name} ${JSON.stringify(value)}`])),
    ...Object.entries({ size, virtual_size }).flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`])),
    ...keys,
  ];
  return named.length === 0 ? "any record" : `a record with ${named.join(", ")}`;
}
