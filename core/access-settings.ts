import type { SettingDefinition } from "./setting-definition.ts";

const wholeUpTo =
  (max: number) =>
  (value: string): boolean =>
    /^[1-9]\d{0,5}$/.test(value) && Number(value) <= max;

/** Settings of who may ask, and how long. */
export const accessSettings = [
  {
    name: "access.session.idle",
    default: "60",
    unit: "minutes",
    meaning: "How long somebody stays signed in who does nothing.",
    expected: "a whole number of minutes from 1 to 1440",
    applies: "live",
    fixed_by_usage: false,
    accepts: wholeUpTo(1440),
  },
  {
    name: "access.session.life",
    default: "12",
    unit: "hours",
    meaning: "How long somebody stays signed in at most, whatever they do; counts for sessions opened from then on.",
    expected: "a whole number of hours from 1 to 720",
    applies: "live",
    fixed_by_usage: false,
    accepts: wholeUpTo(720),
  },
] as const satisfies readonly SettingDefinition[];
