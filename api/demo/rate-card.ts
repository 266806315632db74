import type { RateCardInput, TariffInput } from "../../rating/index.ts";

const currency = "EUR";

/** Hours of running machines: small ones cheaper in the south, medium ones cheaper the more of them run. */
const running: readonly TariffInput[] = [
  perUnit({
    tariff_id: "vm-tiny",
    name: "Tiny machine, running",
    usage_type: 1,
    unit: "hour",
    rate: "0.006",
    condition: 'offering == "tiny"',
  }),
  perUnit({
    tariff_id: "vm-small-north",
    name: "Small machine, running, north",
    usage_type: 1,
    unit: "hour",
    rate: "0.022",
    condition: 'offering == "small" && zone == "north-1"',
  }),
  perUnit({
    tariff_id: "vm-small-south",
    name: "Small machine, running, south",
    usage_type: 1,
    unit: "hour",
    rate: "0.0195",
    condition: 'offering == "small" && zone == "south-1"',
  }),
  {
    tariff_id: "vm-medium",
    name: "Medium machine, running",
    usage_type: 1,
    currency,
    unit: "hour",
    model: "graduated",
    tiers: [
      { up_to: "1000", rate: "0.088" },
      { up_to: "5000", rate: "0.079" },
      { up_to: null, rate: "0.0714" },
    ],
    condition: 'offering == "medium"',
  },
];

/** What a machine costs to be kept at all, and what its volumes cost. */
const kept: readonly TariffInput[] = [
  perUnit({ tariff_id: "vm-kept", name: "Machine, address and backup", usage_type: 2, unit: "month", rate: "1.20" }),
  perUnit({
    tariff_id: "disk-hdd",
    name: "Spinning disk",
    usage_type: 6,
    unit: "gib_month",
    rate: "0.035",
    condition: 'offering == "hdd"',
  }),
  {
    tariff_id: "disk-ssd",
    name: "Solid state disk",
    usage_type: 6,
    currency,
    unit: "gib_month",
    model: "graduated",
    tiers: [
      { up_to: "2000", rate: "0.11" },
      { up_to: null, rate: "0.094" },
    ],
    condition: 'offering == "ssd"',
  },
];

/** The prices of the demo. Large machines have none for running, on purpose: it shows what becomes of use without a price. */
export const demoRateCard: RateCardInput = { name: "Demo", currency, tariffs: [...running, ...kept] };

function perUnit(
  tariff: Pick<TariffInput, "tariff_id" | "name" | "usage_type" | "unit" | "condition"> & { rate: string },
): TariffInput {
  return { ...tariff, currency, model: "per_unit" };
}
