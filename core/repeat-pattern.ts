import { type Cadence, parseExecTime } from "./schedule.ts";

const DAY_MINUTES = 1440;

/** A cadence as the pattern of a BullMQ job scheduler: cron's `M H * * *`, and how often in a day where it is more than once. Its zone goes beside it. */
export function patternOf({ exec_time, range_minutes }: Cadence): string {
  const minute = parseExecTime(exec_time) ?? 0;
  const daily = `${minute % 60} ${Math.floor(minute / 60)} * * *`;
  return range_minutes >= DAY_MINUTES ? daily : `${daily} every ${range_minutes} min`;
}

/** The cadence that a pattern of `patternOf` stands for. @throws RangeError for any other text */
export function cadenceOf(pattern: string, zone: string): Cadence {
  const match = /^(\d{1,2}) (\d{1,2}) \* \* \*(?: every (\d+) min)?$/.exec(pattern);
  if (match === null) throw new RangeError(`"${pattern}" is no pattern of a job`);
  const [, minute = "", hour = "", every = `${DAY_MINUTES}`] = match;
  return { zone, range_minutes: Number(every), exec_time: `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}` };
}
