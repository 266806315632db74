export type { EventData, EventJson, OracleShape } from "./event.ts";
export { type Effect, type EffectRow, LIFECYCLE_EFFECTS } from "./intervals.ts";
export {
  type Measure,
  type OracleInput,
  type OracleRecord,
  oracleRecords,
  type PerAccount,
  recordKey,
} from "./records.ts";
export { type OracleTariff, type OracleTier } from "./price.ts";
export { type OracleLine, type OracleStatement, oracleStatements, type StatementInput } from "./statements.ts";
export { monthOf, monthWindow, type OracleWindow, startOfDay, windowsOf } from "./calendar.ts";
