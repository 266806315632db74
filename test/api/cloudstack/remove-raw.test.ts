// removeRawUsageRecords with something to remove: raw events leave, and all that stands on them stays as it was.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { UsageRecord } from "../../../aggregate/index.ts";
import { closeEverything } from "../../aggregate/closing-month.ts";
import { at } from "../../at.ts";
import { event } from "../test-api.ts";
import { type ClientApi, openClientApi } from "./asking.ts";

let api: ClientApi;
beforeAll(async () => {
  api = await openClientApi({ now: at("2026-11-05T12:00:00Z") });
  await api.send([
    event("old start", "VM.START", "2026-09-10T06:00:00Z"),
    event("old change", "VM.STOP", "2026-09-30T23:59:59.999Z", { resource: "vm-2" }),
    event("first kept", "VM.START", "2026-10-01T00:00:00Z", { resource: "vm-2" }),
    event("last kept", "VM.START", "2026-11-03T06:00:00Z", { resource: "vm-3" }),
  ]);
  await api.system.aggregate({ until: at("2026-11-05T00:00:00Z") });
});
afterAll(() => api.close());

const rawEvents = async (): Promise<string[]> => {
  const query = "SELECT id FROM event ORDER BY occurred_at";
  const answer = await api.system.store.read.query({ query, format: "JSONEachRow" });
  return (await answer.json<{ id: string }>()).map(({ id }) => id);
};
const usage = () => api.answerOf("listUsageRecords", { startdate: "2026-09-01", enddate: "2026-11-04" });
const all = ["old start", "old change", "first kept", "last kept"];

// 31 days before 5 November is 5 October, and events leave by whole months: September goes, October stays.
test("raw events of months older than the interval are gone, newer ones are there, and no usage record has changed", async () => {
  const open = await api.ask("removeRawUsageRecords", { interval: "31" });
  expect([open.statusCode, open.body]).toEqual([530, expect.stringContaining("are open: 2026-09 of acme-id")]);
  expect(await rawEvents()).toEqual(all);
  await closeEverything(api.system, ["2026-09", "2026-10"]);
  const before = await usage();
  // September: the 10th to the 30th; October: 31 days, of two machines; November: four days of two, two of the third.
  expect(before["count"]).toBe(21 + 2 * 31 + 2 * 4 + 2);
  expect(await api.answerOf("removeRawUsageRecords", { interval: "31" })).toEqual({ success: true });
  expect(await rawEvents()).toEqual(["first kept", "last kept"]);
  expect(await usage()).toEqual(before);
});

test("a run after it knows what was running, and one over what has left says what to restore", async () => {
  await api.send([
    event("stop 1", "VM.STOP", "2026-11-04T12:00:00Z"),
    event("stop 3", "VM.STOP", "2026-11-04T03:00:00Z", { resource: "vm-3" }),
  ]);
  await api.system.aggregate({ until: at("2026-11-05T00:00:00Z") });
  const day = await api.call("GET", "/v1/usage-records?from=2026-11-04T00:00:00Z&to=2026-11-05T00:00:00Z");
  const hours = day.json<{ data: UsageRecord[] }>().data.map((record) => [record.resource, record.display_quantity]);
  expect(Object.fromEntries(hours)).toEqual({ "vm-1": "12", "vm-2": "24", "vm-3": "3" });
  const again = await api.call("POST", "/v1/runs", { kind: "aggregate", from: "2026-09-01T00:00:00Z" });
  expect([again.statusCode, again.body]).toEqual([409, expect.stringContaining("restore 2026-09 (events-2026-09-")]);
  const whole = await api.call("POST", "/v1/runs", { kind: "aggregate", from: "2026-10-01T00:00:00Z" });
  expect(whole.json(), whole.body).toMatchObject({ error: null, counts: { corrections: "0" } });
});
