import { event } from "../api/test-api.ts";

const HOUR_MS = 3_600_000;

/**
 * A small cloud in October 2026: `machines` machines of five accounts, each with a volume. They start hours apart, stop now and
 * then, and every third one is gone before the month is over; the others run on.
 */
export function smallCloud(machines: number): ReturnType<typeof event>[] {
  const began = Date.UTC(2026, 9, 1);
  const events: ReturnType<typeof event>[] = [];
  for (let n = 0; n < machines; n += 1) {
    const account = `account-${n % 5}`;
    const vm = { resource: `vm-${n}`, account_id: account, account, offering: n % 2 === 0 ? "small" : "large" };
    const volume = { ...vm, resource: `volume-${n}`, size: `${(n + 1) * 1024 ** 3}` };
    const tell = (type: string, hour: number, data: Record<string, unknown>): void => {
      // A prime number of milliseconds apart, so that no window is whole.
      const time = new Date(began + hour * HOUR_MS + n * 7_919).toISOString();
      events.push(event(`${n}-${type}-${hour}`, type, time, data));
    };
    tell("VM.CREATE", n, vm);
    tell("VM.START", n, vm);
    tell("VOLUME.CREATE", n, volume);
    tell("VM.STOP", n + 100, vm);
    tell("VM.START", n + 130, vm);
    if (n % 3 !== 0) continue;
    tell("VM.DESTROY", n + 400, vm);
    tell("VOLUME.DELETE", n + 401, volume);
  }
  return events.toSorted((a, b) => (a.time < b.time ? -1 : 1));
}

/** What its machines and volumes cost: in steps, so that a record's price depends on those before it. */
export const smallCard = {
  name: "Standard",
  currency: "EUR",
  tariffs: [
    {
      tariff_id: "running",
      name: "Running machine",
      usage_type: 1,
      currency: "EUR",
      unit: "hour",
      model: "graduated",
      tiers: [
        { up_to: "1000", rate: "0.123456789" },
        { up_to: null, rate: "0.1" },
      ],
    },
    {
      tariff_id: "volume",
      name: "Volume",
      usage_type: 6,
      currency: "EUR",
      unit: "gib_hour",
      model: "per_unit",
      rate: "0.000777",
    },
  ],
} as const;
