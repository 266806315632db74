export { EventRow, fromRow } from "./event-line.ts";
export { openEmbeddedLog } from "./event-log-embedded.ts";
export { findEvent, KeptEvent } from "./find-event.ts";
export { createIngest, type Ingest, type Message, type Outcome, type Rejection } from "./ingest.ts";
export { createQuarantine, type Quarantine, QuarantineEntry, type Refused } from "./quarantine.ts";
export { readBody, readLines } from "./read-messages.ts";
export type { EventRules } from "./validate.ts";
