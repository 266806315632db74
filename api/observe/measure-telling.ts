import Type from "typebox";
import { openFindings } from "../../aggregate/index.ts";
import { instant } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { System } from "../system.ts";
import type { Measure, MetricMaker } from "./measure.ts";

const countNotices = defineQuery(
  "api/budget_notice_states",
  Type.Object({}),
  Type.Object({ of: Type.String(), state: Type.String(), notices: Type.String() }),
);
const countNotifications = defineQuery(
  "api/notify/notification_states",
  Type.Object({}),
  Type.Object({ channel: Type.String(), state: Type.String(), notifications: Type.String() }),
);
const always = { account_ids: [], from: instant(0), to: instant(Date.UTC(2290, 0, 1)) };

/** What wants somebody to look: findings, thresholds of budgets, and notifications on their way. */
export function measureTelling(make: MetricMaker, system: System): Measure {
  return make.measure("telling", ({ gauge }) => {
    const findings = gauge("tally_findings", "Open findings of the sanity checks", ["check", "severity"]);
    const notices = gauge(
      "tally_budget_notices",
      "Thresholds of budgets that were reached, by what they are of and how they stand",
      ["of", "state"],
    );
    const notifications = gauge(
      "tally_notifications",
      "Notifications by channel and how they stand; failed and unknown ones want somebody to look",
      ["channel", "state"],
    );
    return async () => {
      const { read } = system.store;
      for (const { check, severity, count } of await openFindings(system, always))
        findings.set({ check, severity }, count);
      for (const { of, state, notices: count } of await countNotices(read, {}))
        notices.set({ of, state }, Number(count));
      for (const { channel, state, notifications: count } of await countNotifications(read, {}))
        notifications.set({ channel, state }, Number(count));
    };
  });
}
