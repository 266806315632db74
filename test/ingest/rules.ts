import type { EventRules } from "../../ingest/index.ts";

const types = new Set([
  "VM.CREATE",
  "VM.START",
  "VM.STOP",
  "VM.REBOOT",
  "VOLUME.CREATE",
  "VOLUME.RESIZE",
  "VOLUME.DELETE",
  "ACCOUNT.DELETE",
  "tally.counter",
  "tally.gauge",
  "tally.size",
  "tally.tags.changed",
  "tally.owner.changed",
  "tally.event.amended",
  "tally.event.retracted",
]);
const sized = new Set(["VOLUME.CREATE", "VOLUME.RESIZE", "tally.size"]);

/** A few event types, whatever usage types there are: what is said of an event does not hang on the registry. */
export const rules: EventRules = { eventTypes: () => types, sizedEventTypes: () => sized };
