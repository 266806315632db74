import { Dec, formatDecimal } from "../../../core/decimal.ts";
import { displayQuantity } from "../../../aggregate/index.ts";
import type { UsageType } from "../../../core/usage-type.ts";
import type { UsageRow } from "./find-usage.ts";

/** What counters of CloudStack are shown in, behind the number. */
const counted: Readonly<Record<number, string>> = {
  4: "bytes sent",
  5: "bytes received",
  21: "io read",
  22: "io write",
  23: "bytes read",
  24: "bytes write",
  29: "bytes",
};

/**
 * `rawusage` and `usage` of a record. Over time both are hours, whatever the size: to six decimals, halves to even, no zeros at the end.
 * Counters are their number, which CloudStack keeps as a double; a bucket is the bytes it held last. What CloudStack has no word for is shown
 * in its own unit.
 */
export function figuresOf(
  { usage_type, quantity, raw_hours, size }: Pick<UsageRow, "usage_type" | "quantity" | "raw_hours" | "size">,
  type: UsageType,
): { rawusage: string; usage: string } {
  const unit = counted[usage_type];
  if (unit !== undefined) {
    const number = usage_type === 29 ? size.replace(/^-.*/, "0") : quantity;
    return { rawusage: formatDecimal(new Dec(Number(number))), usage: `${number} ${unit}` };
  }
  if (type.measure === "duration" || type.measure === "capacity") {
    const hours = hoursText(raw_hours);
    return { rawusage: hours, usage: `${hours} Hrs` };
  }
  return { rawusage: quantity, usage: `${displayQuantity(quantity, type)} ${type.display_unit}` };
}

/** `0.833333`, `24`: CloudStack's hours as it shows them. */
function hoursText(raw_hours: number): string {
  return formatDecimal(new Dec(raw_hours).toDecimalPlaces(6, Dec.ROUND_HALF_EVEN));
}

const units = ["bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

/** A size as its texts have it: `(8.00 GB) 8589934592`. */
export function sizeText(bytes: string): string {
  let value = new Dec(bytes);
  let unit = 0;
  while (value.gte(1024) && unit < units.length - 1) {
    value = value.div(1024);
    unit += 1;
  }
  return `(${unit === 0 ? value.toFixed() : value.toFixed(2)} ${units[unit]}) ${bytes}`;
}
