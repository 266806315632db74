import type { SettingDefinition } from "./setting-definition.ts";

const rate = {
  unit: "requests a minute",
  expected: "a whole number from 0 to 10000000",
  applies: "live",
  fixed_by_usage: false,
  accepts: (value: string): boolean => /^(0|[1-9]\d{0,7})$/.test(value) && Number(value) <= 10_000_000,
} as const;

/** Settings of how often the API may be asked. */
export const requestSettings = [
  {
    name: "api.requests.caller",
    default: "6000",
    meaning:
      "How often one key or user may ask in a minute; more is answered 429. Sending events does not count. 0 = as often as it likes.",
    ...rate,
  },
  {
    name: "api.requests.address",
    default: "12000",
    meaning:
      "How often one address of the network may ask in a minute, whoever it says it is; more is answered 429. Sending events does not count. 0 = as often as it likes.",
    ...rate,
  },
] as const satisfies readonly SettingDefinition[];
