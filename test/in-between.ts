import type { ClickHouseClient } from "@clickhouse/client";

/** Does something right before the first statement of a lane that has such a name, or such a text where it has none; it is sent after that. */
export function inBetween(lane: ClickHouseClient, statement: RegExp, act: () => Promise<void>): void {
  const { query, command } = lane;
  const come = async (params: Parameters<typeof command>[0]): Promise<void> => {
    const { log_comment: name = params.query } = params.clickhouse_settings ?? {};
    if (!statement.test(name)) return;
    Object.assign(lane, { query, command });
    await act();
  };
  lane.command = async (params) => {
    await come(params);
    return command.call(lane, params);
  };
  lane.query = async (params: Parameters<typeof query>[0]) => {
    await come(params);
    return query.call(lane, params);
  };
}
