export type { EventData, EventJson, OracleShape } from "./event.ts";
export type { Effect, EffectRow } from "./intervals.ts";
export { type Measure, type OracleInput, type OracleRecord, oracleRecords, type PerAccount } from "./records.ts";
export { type OracleTariff, type OracleTier } from "./price.ts";
export { type OracleLine, type OracleStatement, oracleStatements, type StatementInput } from "./statements.ts";
export { type OracleWindow, windowsOf } from "./calendar.ts";
