// Put before a process by NODE_OPTIONS=--import: at each SIGUSR2 its wall clock falls back by five minutes, as one does that is
// corrected by hand. Timers go on: they count by another clock. Not TypeScript, so that it needs no loader in threads that have none.
const RealDate = Date;
const BACK_MS = 300_000;
let back_ms = 0;

class ShiftedDate extends RealDate {
  /** @param {unknown[]} given */
  constructor(...given) {
    // With nothing given a date is now; what is given means what it means.
    if (given.length === 0) super(RealDate.now() - back_ms);
    else super(.../** @type {[number]} */ (given));
  }

  static now() {
    return RealDate.now() - back_ms;
  }
}

globalThis.Date = /** @type {DateConstructor} */ (/** @type {unknown} */ (ShiftedDate));
process.on("SIGUSR2", () => {
  back_ms += BACK_MS;
});
