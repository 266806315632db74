import type { ClickHouseClient } from "@clickhouse/client";

/** Lets the first statements of a lane that look like this fail as long as `act` goes on. */
export async function failing(lane: ClickHouseClient, statement: RegExp, act: () => Promise<void>): Promise<void> {
  const command = lane.command.bind(lane);
  lane.command = (params) =>
    statement.test(params.query) ? Promise.reject(new Error("the disk is gone")) : command(params);
  try {
    await act();
  } finally {
    lane.command = command;
  }
}
