import type { TariffInput } from "../../../rating/index.ts";
import { at } from "../../at.ts";
import { openPipeline, type Pipeline } from "../../pipeline.ts";

const common = { component: "base", unit: "hour", model: "per_unit" } as const;

/** One tariff of each kind of price, and none for security groups. */
const tariffs: TariffInput[] = [
  {
    ...common,
    tariff_id: "vm-graduated",
    name: "Small VM",
    usage_type: 1,
    condition: 'offering == "small"',
    model: "graduated",
    tiers: [
      { up_to: "100", rate: "0.05" },
      { up_to: "300", rate: "0.041" },
      { up_to: null, rate: "0.0333333" },
    ],
  },
  {
    ...common,
    tariff_id: "vm-night",
    name: "Large VM",
    usage_type: 1,
    condition: 'offering == "large"',
    rate: "0.2",
    bands: [{ name: "night", from: "22:00", to: "06:00", rate: "0.08" }],
  },
  {
    ...common,
    tariff_id: "allocated-zones",
    name: "Allocated",
    usage_type: 2,
    matrix: { attribute: "zone", values: [{ value: "z1", rate: "0.001" }] },
  },
  { ...common, tariff_id: "ip-old", name: "Address", usage_type: 3, rate: "0.004", valid_to: "2026-10-14T12:00:00Z" },
  { ...common, tariff_id: "ip-new", name: "Address", usage_type: 3, rate: "0.005", valid_from: "2026-10-14T12:00:00Z" },
  {
    ...common,
    tariff_id: "traffic",
    name: "Traffic",
    usage_type: 4,
    unit: "gib",
    model: "volume",
    tiers: [
      { up_to: "10", rate: "0.09" },
      { up_to: null, rate: "0.07" },
    ],
  },
  {
    ...common,
    tariff_id: "disk",
    name: "Disk",
    usage_type: 6,
    unit: "gib_hour",
    model: "package",
    package_size: "5000",
    rate: "1.5",
    included: "1000",
  },
  {
    ...common,
    tariff_id: "snapshots",
    name: "Snapshots",
    usage_type: 9,
    unit: "gib_month",
    model: "graduated",
    pooled: true,
    tiers: [
      { up_to: "20", rate: "0.3" },
      { up_to: null, rate: "0.1" },
    ],
  },
];

/** A message of an account, as a cloud sends it. */
function message(id: string, type: string, time: string, data: Record<string, unknown>) {
  return {
    specversion: "1.0",
    id,
    source: "cloud/z1",
    type,
    time,
    data: { account_id: "acme", account: "acme", domain: "ROOT", zone: "z1", ...data },
  };
}

const small = { resource: "vm-small", name: "web-1", offering: "small", template: "debian" };
const large = { resource: "vm-large", offering: "large", template: "debian" };
const gib = 1_073_741_824;

/** October 2026: everything happens to acme in Amsterdam, who also pays for beta. */
const month = [
  message("small-create", "VM.CREATE", "2026-10-01T08:00:00Z", small),
  message("small-start", "VM.START", "2026-10-01T08:00:00Z", small),
  message("small-stop-1", "VM.STOP", "2026-10-05T10:00:00.123Z", small),
  message("small-start-2", "VM.START", "2026-10-05T11:30:00Z", small),
  message("small-stop-2", "VM.STOP", "2026-10-05T18:00:00Z", small),
  message("small-start-3", "VM.START", "2026-10-05T20:00:00Z", small),
  message("small-tag", "tally.tags.changed", "2026-10-09T12:00:00Z", { ...small, tags: { team: "blue" } }),
  message("large-create", "VM.CREATE", "2026-10-20T10:00:00Z", { ...large, zone: "z2" }),
  message("large-start", "VM.START", "2026-10-20T12:00:00Z", large),
  message("large-destroy", "VM.DESTROY", "2026-10-27T01:00:00Z", large),
  message("ip-assign", "NET.IPASSIGN", "2026-09-20T00:00:00Z", { resource: "ip-1" }),
  message("disk-create", "VOLUME.CREATE", "2026-10-03T00:00:00Z", { resource: "disk-1", size: `${100 * gib}` }),
  message("disk-resize", "VOLUME.RESIZE", "2026-10-10T07:00:00Z", { resource: "disk-1", size: `${170 * gib}` }),
  message("group-assign", "SG.ASSIGN", "2026-10-30T00:00:00Z", { resource: "vm-small", part: "group/web" }),
  message("snapshot-acme", "SNAPSHOT.CREATE", "2026-10-02T00:00:00Z", { resource: "snap-1", size: `${30 * gib}` }),
  message("snapshot-beta", "SNAPSHOT.CREATE", "2026-10-12T05:00:00Z", {
    account_id: "beta",
    account: "beta",
    resource: "snap-2",
    size: `${17 * gib + 1}`,
  }),
  ...[1, 2, 3, 4, 5].map((day) =>
    message(`sent-${day}`, "tally.counter", `2026-10-0${day}T22:00:00Z`, {
      resource: "router-1",
      part: "network/1",
      readings: { network_bytes_sent: `${day * day * 1_000_000_007}` },
    }),
  ),
];

/** Comes after its windows are published, and takes three hours off one of them. */
const late = [
  message("small-stop-late", "VM.STOP", "2026-10-07T09:00:00Z", small),
  message("small-start-late", "VM.START", "2026-10-07T12:00:00Z", small),
];

/** All that was sent. */
export const sent = [...month, ...late];

/** The month lived through, aggregated with a late fact, and rated; real stages on an engine of its own. */
export async function openExplainedMonth(): Promise<Pipeline> {
  const pipeline = await openPipeline(at("2026-11-10T00:00:00Z"));
  const system = pipeline.system();
  for (const account_id of ["acme", "beta"])
    await system.accounts.put(
      { account_id, name: account_id, time_zone: "Europe/Amsterdam", currency: "EUR", payer_account_id: "acme" },
      { by: "test" },
    );
  await system.rateCards.put("default", { name: "List", currency: "EUR", tariffs }, "test");
  await pipeline.send(month);
  await pipeline.aggregate(at("2026-11-01T00:00:00Z"));
  await pipeline.send(late);
  await pipeline.aggregate(at("2026-11-02T00:00:00Z"));
  await system.rate({ period: "2026-10" });
  return pipeline;
}
