import { afterAll, beforeAll, expect, test } from "vitest";
import { everyPage } from "./asking.ts";
import { at } from "../at.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

test("what is refused rests in quarantine as it arrived, and is accepted once its time has come", async () => {
  const early = event("early", "VM.CREATE", "2026-10-02T13:00:00Z", { resource: "vm-early" });
  await api.call("POST", "/v1/events", [early]);
  await api.call("POST", "/v1/events", [early, { ...early, id: "worse", type: "VM.EXPLODE" }]);
  const { data } = (await api.call("GET", "/v1/quarantine")).json<{
    data: { quarantine_id: string; id: string; raw: string; times_seen: string; field: string }[];
  }>();
  expect(data.map(({ id }) => id).toSorted()).toEqual(["early", "worse"]);
  expect((await everyPage(api, "/v1/quarantine?limit=1")).data).toEqual(data);
  const entry = data.find(({ id }) => id === "early");
  expect(entry).toMatchObject({
    field: "time",
    times_seen: "2",
    origin: "http",
    source: "cloud/zone-1",
    replayed_at: null,
  });
  expect(JSON.parse(entry?.raw ?? "")).toEqual(early);

  const replay = async () => (await api.call("POST", `/v1/quarantine/${entry?.quarantine_id}/replay`)).json<object>();
  const read = async () => (await api.call("GET", `/v1/quarantine/${entry?.quarantine_id}`)).json<object>();
  expect(await replay()).toMatchObject({ accepted: 0, rejected: [{ field: "time" }] });
  expect(await read()).toMatchObject({ replayed_at: null });
  api.clock.set(at("2026-10-02T13:00:00Z"));
  expect(await replay()).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
  expect(await read()).toMatchObject({ replayed_at: "2026-10-02T13:00:00.000Z" });
  expect((await api.call("GET", "/v1/events/cloud%2Fzone-1/early")).statusCode).toBe(200);
  expect(await replay(), "again it is a duplicate").toEqual({ accepted: 0, duplicates: 1, rejected: [] });
  expect((await api.call("GET", "/v1/quarantine/q_none")).statusCode).toBe(404);
});
