import type { Field } from "../command.ts";

const text = (name: string, description: string): Field => ({ name, type: "string", description });
const whole = (name: string, description: string): Field => ({ name, type: "long", description });
const truth = (name: string, description: string): Field => ({ name, type: "boolean", description });

/** The fields of a `usagerecord`; which a record has depends on its type. */
export const usageFields: readonly Field[] = [
  text("account", "Name of the account that used it"),
  text("accountid", "Id of the account"),
  text("project", "Name of the project, where it used it"),
  text("projectid", "Id of the project"),
  text("domain", "Name of the account's domain"),
  text("domainid", "Id of the account's domain"),
  text("domainpath", "Path of the account's domain"),
  text("zoneid", "Id of the zone"),
  text("description", "What was used, in words"),
  text("usage", "How much, with its unit"),
  { name: "usagetype", type: "integer", description: "Usage type, see listUsageTypes" },
  text("rawusage", "How much: hours of what is used over time, else the number counted; six decimals at most"),
  text("virtualmachineid", "Id of the virtual machine"),
  text("name", "Name of the resource"),
  text("offeringid", "Id of the offering"),
  text("templateid", "Id of the template"),
  text("usageid", "Id of the resource"),
  text("type", "Hypervisor, class of the device, SourceNat, by usage type"),
  whole("size", "Bytes"),
  whole("virtualsize", "Bytes of the virtual size"),
  whole("cpunumber", "Cores"),
  whole("cpuspeed", "MHz"),
  whole("memory", "MiB"),
  text("startdate", "When the window begins, in usage.aggregation.timezone"),
  text("enddate", "The last second of the window"),
  truth("issourcenat", "Whether the address is source NAT"),
  truth("issystem", "Whether the address is the system's"),
  truth("isdefault", "Whether the NIC is the machine's default"),
  text("networkid", "Id of the network"),
  text("vpcid", "Id of the VPC"),
  text("osdisplayname", "Operating system"),
  text("ostypeid", "Id of the operating system"),
  {
    name: "tags",
    type: "list",
    description: "Tags of the resource",
    response: [
      text("key", "Key"),
      text("value", "Value"),
      text("resourceid", "Id of the resource"),
      text("account", "Account of the resource"),
      text("domain", "Domain of the resource"),
    ],
  },
];
