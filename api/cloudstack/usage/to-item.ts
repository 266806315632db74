import { instant } from "../../../core/instant.ts";
import type { UsageType } from "../../../core/usage-type.ts";
import { usageDate } from "../dates.ts";
import { describeUsage } from "./describe-usage.ts";
import { figuresOf } from "./figures.ts";
import type { UsageRow } from "./find-usage.ts";
import { idOfPart, type Labels } from "./label-usage.ts";

type Item = Record<string, unknown>;

/** How a record is asked for. */
export interface Shown {
  readonly old_format: boolean;
  readonly tags: boolean;
  readonly zone: string;
}

/** A record as `usagerecord`; what has no value is left out. */
export function toUsageRecord(
  row: UsageRow,
  { labels, type, shown }: { labels: Labels; type: UsageType; shown: Shown },
): Item {
  // CloudStack gives records of VM snapshots the time they were there, all others the window's; its ends are the last second.
  const own = row.usage_type === 25 || row.usage_type === 27;
  const [start, end] = own ? [row.from_ms, row.to_ms] : [row.start_ms, row.end_ms];
  return {
    ...ownerOf(row, labels),
    zoneid: given(row.zone),
    description: describeUsage({ row, labels, description: type.description }, { old: shown.old_format }),
    ...figuresOf(row, type),
    usagetype: row.usage_type,
    startdate: usageDate(instant(Number(start)), shown.zone),
    enddate: usageDate(instant(Number(end) - 1), shown.zone),
    ...(fields[row.usage_type] ?? plain)(row, labels),
    tags: shown.tags ? tagsOf(row, labels) : [],
  };
}

function ownerOf({ account_id, project_id }: UsageRow, labels: Labels): Item {
  const account = labels.account(account_id);
  const domain = labels.domain(account?.domain ?? "ROOT");
  const name = account?.name ?? account_id;
  const owner =
    account?.kind === "project"
      ? { project: name, projectid: account_id }
      : { account: name, accountid: account_id, projectid: given(project_id) };
  return { ...owner, domain: domain?.name, domainid: domain?.domain_id, domainpath: domain?.path };
}

type Fields = (row: UsageRow, labels: Labels) => Item;

const plain: Fields = ({ account_id, resource }, labels) => ({
  usageid: resource,
  name: labels.name(account_id, resource) ?? undefined,
});
const machine: Fields = (row, labels) => {
  const details = detailsOf(row);
  const offering = labels.offering(row.offering);
  return {
    virtualmachineid: row.resource,
    name: labels.name(row.account_id, row.resource) ?? undefined,
    offeringid: given(row.offering),
    templateid: given(row.template),
    usageid: row.resource,
    type: given(row.resource_type),
    cpunumber: wholeOf(details["cpuNumber"]) ?? offering?.cpu_count,
    cpuspeed: wholeOf(details["cpuSpeed"]),
    memory: wholeOf(details["memory"]) ?? offering?.memory_mib,
    osdisplayname: details["osDisplayName"],
    ostypeid: details["osTypeId"],
  };
};
const address: Fields = (row) => {
  const { source_nat, system } = detailsOf(row);
  return {
    usageid: row.resource,
    issourcenat: isTrue(source_nat),
    issystem: isTrue(system),
    type: isTrue(source_nat) ? "SourceNat" : "",
  };
};
const bytes: Fields = (row, labels) => {
  const [kind] = row.part.split("/");
  const id = idOfPart(row.part);
  return {
    usageid: row.resource,
    type: given(row.resource_type),
    networkid: kind === "network" ? id : undefined,
    vpcid: kind === "vpc" ? id : undefined,
    name: labels.name(row.account_id, row.resource, row.part) ?? labels.name(row.account_id, id) ?? undefined,
  };
};
const disk: Fields = (row) => ({
  usageid: idOfPart(row.part),
  virtualmachineid: row.resource,
  type: given(row.resource_type) ?? "VirtualMachine",
});
const volume: Fields = (row) => ({
  usageid: row.resource,
  offeringid: given(row.offering),
  templateid: given(row.template),
  size: sizeOf(row.size),
  virtualmachineid: given(row.vm),
});
const stored: Fields = (row) => ({
  usageid: row.resource,
  size: sizeOf(row.size),
  virtualsize: sizeOf(row.virtual_size),
});
const id: Fields = ({ resource }) => ({ usageid: resource });

/** Which fields a record of a type has beside those all have. */
const fields: Readonly<Record<number, Fields>> = {
  1: machine,
  2: machine,
  3: address,
  4: bytes,
  5: bytes,
  6: volume,
  7: (row, labels) => ({ ...stored(row, labels), templateid: given(row.template) }),
  8: stored,
  9: ({ resource, size }) => ({ usageid: resource, size: sizeOf(size) }),
  10: ({ resource, part }) => ({ usageid: idOfPart(part), virtualmachineid: resource }),
  11: id,
  12: id,
  13: (row) => ({
    offeringid: given(row.offering),
    virtualmachineid: row.resource,
    isdefault: isTrue(detailsOf(row)["default"]),
  }),
  14: id,
  21: disk,
  22: disk,
  23: disk,
  24: disk,
  25: (row) => ({
    usageid: row.resource,
    virtualmachineid: given(row.vm),
    offeringid: given(row.offering),
    size: sizeOf(row.size),
  }),
  26: ({ size }) => ({ size: sizeOf(size) }),
  // Of this type CloudStack shows the virtual size as its size.
  27: ({ resource, vm, virtual_size }) => ({
    usageid: resource,
    virtualmachineid: given(vm),
    size: sizeOf(virtual_size),
  }),
  28: (row, labels) => ({
    ...stored(row, labels),
    virtualmachineid: row.resource,
    offeringid: given(row.offering),
  }),
};

function tagsOf({ account_id, resource, tags }: UsageRow, labels: Labels): Item[] {
  const account = labels.account(account_id);
  return Object.entries(JSON.parse(tags) as Record<string, string>).map(([key, value]) => ({
    key,
    value,
    resourceid: resource,
    account: account?.name ?? account_id,
    domain: labels.domain(account?.domain ?? "ROOT")?.name,
  }));
}

function detailsOf({ details }: UsageRow): Record<string, string> {
  return JSON.parse(details) as Record<string, string>;
}

function given(text: string): string | undefined {
  return text === "" ? undefined : text;
}

function sizeOf(size: string): number | undefined {
  return size === "" || size.startsWith("-") ? undefined : Number(size);
}

function wholeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function isTrue(text: string | undefined): boolean {
  return text === "true" || text === "1";
}
