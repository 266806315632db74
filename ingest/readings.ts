import { readingTypes } from "../core/event-types.ts";
import { type EventData, type LifecycleEvent, readingNamePattern } from "../core/events.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { readWhole } from "./whole-number.ts";

/** What an event reads, flat. */
export type Readings = Pick<LifecycleEvent, "reading_names" | "reading_values" | "counter" | "epoch">;

const [counterType, gaugeType] = readingTypes;
const nameForm = new RegExp(readingNamePattern);
const none: Readings = { reading_names: [], reading_values: [], counter: "", epoch: "" };

/**
 * The readings of an event in the order of their names. Any event may have some, since an operator's usage types read what
 * they like; counters and gauges are nothing without. How a counter counts is said of tally.counter alone.
 */
export function readReadings(type: string, data: EventData): Readings | Refusal {
  const { readings, counter, epoch } = data;
  const isCounter = type === counterType;
  if (readings === undefined && counter === undefined && epoch === undefined && !isCounter && type !== gaugeType)
    return none;
  if (!isCounter) {
    if (counter !== undefined) return refuse("data.counter", counter, `expected it of ${counterType} only`);
    if (epoch !== undefined && epoch !== null) return refuse("data.epoch", epoch, `expected it of ${counterType} only`);
  }
  const names = Object.keys(readings ?? {}).toSorted();
  if (readings === undefined || names.length === 0) {
    if (readings === undefined && !isCounter && type !== gaugeType) return none;
    return refuse("data.readings", readings === undefined ? undefined : {}, "expected at least one reading by name");
  }
  const values: bigint[] = [];
  for (const name of names) {
    if (!nameForm.test(name)) {
      const expected = "expected its name to be a small letter, then at most 63 of a-z, 0-9, _ and .";
      return refuse(`data.readings.${name.slice(0, 100)}`, readings[name], expected);
    }
    const value = readWhole(readings[name] ?? "");
    if (value === null) return refuse(`data.readings.${name}`, readings[name]);
    values.push(value);
  }
  return {
    reading_names: names,
    reading_values: values,
    counter: isCounter ? (counter ?? "cumulative") : "",
    epoch: epoch ?? "",
  };
}
