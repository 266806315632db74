import { sizeText } from "./figures.ts";
import { idOfPart, type Labels } from "./label-usage.ts";
import type { UsageRow } from "./find-usage.ts";

/** What a description is made of: a record and what things are called. */
interface Described {
  readonly row: UsageRow;
  readonly labels: Labels;
  /** The registry's words for a type that CloudStack has not. */
  readonly description: string;
}
type Text = (described: Described) => string;

/** `web-1 (6f1c…)`, or the id alone in parentheses where nothing is named. */
function called(name: string | null, id: string): string {
  return name === null || name === "" ? `(${id})` : `${name} (${id})`;
}
const machine = ({ row, labels }: Described, vm: string): string => called(labels.name(row.account_id, vm), vm);
const own = ({ row, labels }: Described): string =>
  called(
    labels.name(row.account_id, row.resource, row.part) ?? labels.name(row.account_id, row.resource),
    row.resource,
  );
const offering = ({ row, labels }: Described): string =>
  called(labels.offering(row.offering)?.name ?? null, row.offering);
const template = ({ row, labels }: Described): string =>
  called(labels.template(row.template)?.name ?? null, row.template);
const part = ({ row, labels }: Described): string => {
  const id = idOfPart(row.part);
  return called(labels.name(row.account_id, row.resource, row.part) ?? labels.name(row.account_id, id), id);
};
const size = (bytes: string): string => sizeText(bytes.startsWith("-") ? "0" : bytes);
const sized = ({ row }: Described): string => `with size ${size(row.size)}`;
const sizedTwice = (of: Described): string => `${sized(of)} and virtual size ${size(of.row.virtual_size)}`;

function ofMachine(kind: string): Text {
  return (of) => {
    const { row } = of;
    const shape = [
      row.offering === "" ? "" : ` using service offering ${offering(of)}`,
      row.template === "" ? "" : `${row.offering === "" ? " using" : " and"} template ${template(of)}`,
    ];
    return `${kind} usage for ${own(of)}${shape.join("")}`;
  };
}

function ofBytes(kind: string): Text {
  return (of) => {
    const { row } = of;
    const network = row.part.startsWith("network/") ? ` by network ${part(of)}` : "";
    const by = row.resource_type === "DomainRouter" || row.resource_type === "" ? "router" : "host";
    return `${kind}${network} ${size(row.quantity)} using ${by} ${machine(of, row.resource)}`;
  };
}

function ofDisk(kind: string): Text {
  return (of) => `${kind} for VM ${machine(of, of.row.resource)} and volume ${part(of)} ${size(of.row.quantity)}`;
}

function ofVolume(of: Described): string {
  const { row } = of;
  const parts = [
    `Volume usage for ${own(of)}`,
    row.vm === "" ? "" : ` attached to VM ${machine(of, row.vm)}`,
    row.offering === "" ? "" : ` with disk offering ${offering(of)}`,
    row.template === "" ? "" : ` and template ${template(of)}`,
    ` and size ${size(row.size)}`,
  ];
  return parts.join("");
}

function ofBackup(of: Described): string {
  const { row } = of;
  const which = `${called(of.labels.offering(row.offering)?.name ?? null, row.offering).replace(/\)$/, "")}, user ad-hoc/scheduled backup allowed: false)`;
  return `Backup usage for VM ${own(of)} and backup offering ${which} ${sized(of)} and with virtual size ${size(row.virtual_size)}`;
}

/** The text CloudStack makes when it is asked, of names as they are now. Types without a line keep the stored text, as there. */
const texts: Readonly<Record<number, Text>> = {
  1: ofMachine("Running VM"),
  2: ofMachine("Allocated VM"),
  4: ofBytes("Bytes sent"),
  5: ofBytes("Bytes received"),
  6: ofVolume,
  7: (of) => `Template usage for ${own(of)} ${sizedTwice(of)}`,
  8: (of) => `ISO usage for ${own(of)} ${sizedTwice(of)}`,
  9: (of) => `Snapshot usage for ${own(of)} ${sized(of)}`,
  10: (of) => `Security group ${part(of)} usage for VM ${machine(of, of.row.resource)}`,
  11: (of) => `Loadbalancer policy usage ${own(of)}`,
  12: ({ row }) => `Port forwarding rule usage (${row.resource})`,
  13: (of) => `Network offering ${offering(of)} usage for VM ${machine(of, of.row.resource)}`,
  14: (of) => `VPN usage for user ${own(of)}`,
  21: ofDisk("Disk I/O read requests"),
  22: ofDisk("Disk I/O write requests"),
  23: ofDisk("Disk I/O read bytes"),
  24: ofDisk("Disk I/O write bytes"),
  25: (of) => {
    const { row } = of;
    const by = row.offering === "" ? "" : ` using disk offering ${offering(of)} `;
    return `VMSnapshot usage Id: ${row.resource} for VM ${machine(of, row.vm)}${by} and size ${size(row.size)}`;
  },
  26: (of) => `Volume on secondary storage usage for ${own(of)} ${sized(of)}`,
  27: (of) =>
    `VMSnapshot on primary storage usage Id: ${of.row.resource} for VM ${machine(of, of.row.vm)} with size ${size(of.row.virtual_size)}`,
  28: ofBackup,
};

const label = ({ row, labels }: Described, id = row.resource): string => labels.name(row.account_id, id) ?? id;

/** The text CloudStack stored when it made the record; ids are ours, where it has numbers of its database. */
const stored: Readonly<Record<number, Text>> = {
  1: (of) => `${label(of)} running time (ServiceOffering: ${of.row.offering}) (Template: ${of.row.template})`,
  2: (of) => `${label(of)} allocated (ServiceOffering: ${of.row.offering}) (Template: ${of.row.template})`,
  3: (of) => `IPAddress: ${label(of)}`,
  4: ({ row }) => `network bytes sent for Host: ${row.resource}`,
  5: ({ row }) => `network bytes received for Host: ${row.resource}`,
  6: ({ row }) =>
    [
      `Volume Id: ${row.resource} usage time`,
      row.template === ""
        ? row.offering === ""
          ? ""
          : ` (DiskOffering: ${row.offering})`
        : ` (Template: ${row.template})`,
      row.vm === "" ? "" : ` (VM: ${row.vm})`,
    ].join(""),
  7: ({ row }) => `Template Id:${row.resource} Size:${size(row.size)} VirtualSize:${size(row.virtual_size)}`,
  8: ({ row }) => `ISO Id:${row.resource} Size:${size(row.size)} VirtualSize:${size(row.virtual_size)}`,
  9: ({ row }) => `Snapshot Id:${row.resource} Size:${size(row.size)}`,
  10: ({ row }) => `Security Group: ${idOfPart(row.part)} for Vm : ${row.resource} usage time`,
  11: ({ row }) => `Load Balancing Policy: ${row.resource} usage time`,
  12: ({ row }) => `Port Forwarding Rule: ${row.resource} usage time`,
  13: ({ row }) => `Network offering:${row.offering} for Vm : ${row.resource} usage time`,
  14: (of) => `VPN User: ${label(of)}, Id: ${of.row.resource} usage time`,
  21: ({ row }) => `disk I/O read for Vm: ${row.resource} and Volume: ${idOfPart(row.part)}`,
  22: ({ row }) => `disk I/O write for Vm: ${row.resource} and Volume: ${idOfPart(row.part)}`,
  23: ({ row }) => `disk bytes read for Vm: ${row.resource} and Volume: ${idOfPart(row.part)}`,
  24: ({ row }) => `disk bytes write for Vm: ${row.resource} and Volume: ${idOfPart(row.part)}`,
  25: ({ row }) => `VMSnapshot usage: VM Id: ${row.vm} Volume Id: ${idOfPart(row.part)}`,
  26: ({ row }) => `Volume Id:${row.resource} Size:${size(row.size)} VirtualSize:${size(row.virtual_size)}`,
  27: ({ row }) => `VMSnapshot Id: ${row.resource} On Primary Usage: VM Id: ${row.vm}`,
  28: ofBackup,
  29: (of) => `Bucket Size usage of ${label(of)}`,
  30: ({ row }) => `Network usage for network ID: ${row.resource}, network offering: ${row.offering}`,
  31: ({ row }) => `VPC usage for VPC ID: ${row.resource}`,
};

/** The description of a record: made anew of present names, or with `old` as CloudStack stores it. */
export function describeUsage(described: Described, { old }: { old: boolean }): string {
  const { usage_type } = described.row;
  const text = (old ? undefined : texts[usage_type]) ?? stored[usage_type];
  return text === undefined ? `${described.description} for ${own(described)}` : text(described);
}
