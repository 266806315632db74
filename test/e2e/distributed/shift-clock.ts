// Put before a process by NODE_OPTIONS=--import: at each SIGUSR2 its wall clock falls back by five minutes, as one does that is
// corrected by hand. Timers go on: they count by another clock.
const RealDate = Date;
const BACK_MS = 300_000;
let back_ms = 0;

class ShiftedDate extends RealDate {
  constructor(...given: unknown[]) {
    // With nothing given a date is now; what is given means what it means.
    if (given.length === 0) super(RealDate.now() - back_ms);
    else super(...(given as [number]));
  }

  static override now(): number {
    return RealDate.now() - back_ms;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
process.on("SIGUSR2", () => {
  back_ms += BACK_MS;
});
