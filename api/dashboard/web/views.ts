import type { FunctionComponent } from "preact";
import type { ViewName } from "../addresses.ts";
import { Adjustments } from "./views/adjustments.tsx";
import { Budgets } from "./views/budgets.tsx";
import { Closing } from "./views/closing.tsx";
import { EventView } from "./views/event.tsx";
import { Exports } from "./views/exports.tsx";
import { Findings } from "./views/findings.tsx";
import { Forecast } from "./views/forecast.tsx";
import { Line } from "./views/line.tsx";
import { Months } from "./views/months.tsx";
import { Quarantine } from "./views/quarantine.tsx";
import { Rerating } from "./views/rerating.tsx";
import { Road } from "./views/road.tsx";
import { Run } from "./views/run.tsx";
import { Runs } from "./views/runs.tsx";
import { Search } from "./views/search.tsx";
import { StatementView } from "./views/statement.tsx";
import { Statements } from "./views/statements.tsx";
import { Usage } from "./views/usage.tsx";

/** What is shown at each address; a view is given the `:parts` of its own. */
export const views: Readonly<Record<ViewName, FunctionComponent<Readonly<Record<string, string>>>>> = {
  usage: Usage,
  forecast: Forecast,
  budgets: Budgets,
  months: Months,
  statements: Statements,
  statement: StatementView,
  line: Line,
  adjustments: Adjustments,
  closing: Closing,
  rerating: Rerating,
  exports: Exports,
  road: Road,
  runs: Runs,
  run: Run,
  findings: Findings,
  quarantine: Quarantine,
  event: EventView,
  search: Search,
};
