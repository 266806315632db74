import type { ClickHouseClient } from "@clickhouse/client";
import Type from "typebox";
import { type CloudEvent, toCloudEvent } from "../core/events.ts";
import { defineQuery } from "../core/sql.ts";
import { EventRow, fromRow } from "./event-line.ts";

const pageRows = 10_000;
const selectPage = defineQuery(
  "ingest/archived_page",
  Type.Object({
    archive_path: Type.String(),
    after_partition: Type.Integer(),
    after_offset: Type.String(),
    limit: Type.Integer(),
  }),
  EventRow,
);

/** The events of an archive file as they were sent, in the order of their log; `path` is read by the engine behind `client`. */
export async function* readArchiveFile(client: ClickHouseClient, path: string): AsyncGenerator<CloudEvent> {
  let after = { after_partition: 0, after_offset: "-1" };
  for (;;) {
    const rows = await selectPage(client, { archive_path: path, ...after, limit: pageRows });
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const row of rows) yield toCloudEvent(fromRow(row));
    after = { after_partition: last.log_partition, after_offset: last.log_offset };
  }
}
