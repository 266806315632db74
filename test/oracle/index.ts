export type { EventData, EventJson, OracleShape } from "./event.ts";
export type { Effect } from "./order.ts";
export { BUILT_IN_TYPES, type Measure, type OracleType } from "./usage-types.ts";
export { type OracleInput, type OracleRecord, oracleRecords, type PerAccount } from "./records.ts";
export { type RangeFrom, type Ranges, windowsOfTimeline, type ZoneFrom } from "./timeline.ts";
export { type OracleTariff, type OracleTier } from "./price.ts";
export { type OracleLine, type OracleStatement, oracleStatements, type StatementInput } from "./statements.ts";
export { type OracleWindow, windowsOf } from "./calendar.ts";
