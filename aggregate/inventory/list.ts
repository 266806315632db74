import Type, { type Static } from "typebox";
import { textsField } from "../../core/array-field.ts";
import { AppError } from "../../core/errors.ts";
import { EventData } from "../../core/events.ts";
import { field } from "../../core/insert-lines.ts";
import type { Registry } from "../../core/registry.ts";
import { kindNames, running, usageTypesOf } from "./kinds.ts";

const { account_id, account, domain, project_id, zone, resource, part, name, offering, template } =
  EventData.properties;
const { size, virtual_size, resource_type, vm, details, tags } = EventData.properties;

/** A thing that exists, told as in an event. Attributes that are left out are not compared. */
export const InventoryItem = Type.Object(
  {
    kind: Type.Optional(Type.String({ maxLength: 64, description: kindNames.join(", ") })),
    usage_types: Type.Optional(
      Type.Array(Type.Integer(), { minItems: 1, maxItems: 64, description: "instead of a kind" }),
    ),
    running: Type.Optional(Type.Boolean({ description: "of a vm; left out = not known, and not compared" })),
    account_id,
    account,
    domain,
    project_id,
    zone,
    resource,
    part,
    name,
    offering,
    template,
    size,
    virtual_size,
    resource_type,
    vm,
    details,
    tags,
  },
  { $id: "InventoryItem", additionalProperties: false },
);
export type InventoryItem = Static<typeof InventoryItem>;

/** Columns of scratch_listed in the order of a line. */
export const listedColumns = [
  "item",
  "resource",
  "part",
  "usage_type",
  "is_there",
  "account_id",
  "given",
  "project_id",
  "zone",
  "offering",
  "template",
  "resource_type",
  "vm",
  "size",
  "virtual_size",
  "details",
  "tags",
] as const;

const attributes = listedColumns.slice(7) as readonly (keyof InventoryItem)[];

/** Whether a usage type is there: 0 no, 1 yes, 2 the list does not say. */
type IsThere = 0 | 1 | 2;

/** A list as rows: one for each usage type of each item. @throws AppError invalid-request naming the item */
export function readList(
  resources: readonly InventoryItem[],
  registry: Registry,
  scope: string,
): { lines: string[]; isListed: (resource: string, part: string, usage_type: number) => boolean } {
  const there = new Map<string, IsThere>();
  const lines: string[] = [];
  resources.forEach((item, index) => {
    const place = `resources.${index}`;
    if (scope !== "" && item.account_id !== scope)
      throw new AppError(
        "invalid-request",
        `${place}.account_id is "${item.account_id}", expected "${scope}", the account the list is of`,
        { field: `${place}.account_id` },
      );
    for (const [usage_type, is_there] of measuredBy(item, registry, place)) {
      const key = keyOf(item.resource, item.part ?? "", usage_type);
      if (there.has(key))
        throw new AppError("invalid-request", `${place} is listed twice: "${item.resource}" "${item.part ?? ""}"`, {
          field: place,
        });
      there.set(key, is_there);
      lines.push(lineOf(item, index, usage_type, is_there));
    }
  });
  return { lines, isListed: (of, within, usage_type) => there.get(keyOf(of, within, usage_type)) === 1 };
}

function measuredBy(item: InventoryItem, registry: Registry, place: string): [number, IsThere][] {
  const named = item.usage_types ?? (item.kind === undefined ? [] : [item.kind]);
  if (named.length === 0)
    throw new AppError("invalid-request", `${place}.kind is missing, expected a kind or usage_types`, {
      field: `${place}.kind`,
    });
  const types = named.flatMap((one) => usageTypesOf(one, registry, `${place}.kind`));
  const told = types.map((type): [number, IsThere] => [type, 1]);
  if (item.kind !== running.kind || item.usage_types !== undefined) return told;
  return [...told, [running.usage_type, item.running === undefined ? 2 : item.running ? 1 : 0]];
}

function lineOf(item: InventoryItem, index: number, usage_type: number, is_there: IsThere): string {
  const given = attributes.filter((name) => item[name] !== undefined);
  const text = (value: string | null | undefined): string => field(value ?? "");
  const bytes = (value: string | number | null | undefined): string => `${value ?? -1}`;
  const pairs = (value: Readonly<Record<string, string>> | undefined): string =>
    field(JSON.stringify(Object.fromEntries(Object.entries(value ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)))));
  return [
    index,
    field(item.resource),
    text(item.part),
    usage_type,
    is_there,
    field(item.account_id),
    textsField(given),
    text(item.project_id),
    text(item.zone),
    text(item.offering),
    text(item.template),
    text(item.resource_type),
    text(item.vm),
    bytes(item.size),
    bytes(item.virtual_size),
    pairs(item.details),
    pairs(item.tags),
  ].join("\t");
}

function keyOf(of: string, within: string, usage_type: number): string {
  return `${usage_type}:${of.length}:${of}${within}`;
}
