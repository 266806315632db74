import { afterAll, beforeAll, expect, test } from "vitest";
import { event, openTestApi, type TestApi } from "./test-api.ts";

interface Page {
  readonly data: { readonly usage_type: number; readonly quantity: string }[];
  readonly next_cursor: string | null;
}

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  const events = ["vm-1", "vm-2", "vm-3", "vm-4"].map((resource) =>
    event(`${resource}/create`, "VM.CREATE", "2026-09-30T06:00:00Z", { resource }),
  );
  await api.call("POST", "/v1/events", events);
  await api.call("POST", "/v1/runs", { kind: "aggregate" });
});
afterAll(() => api.close());

const read = async (query: string): Promise<Page> => {
  const answer = await api.call("GET", `/v1/usage-records?${query}`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};

// Worked: the four machines are allocated since 30 September and never destroyed; at noon of 2 October each has 12 h of the open
// window, 43,200,000 ms, together 48 h.
test("live=true adds the open windows up to now, marked as provisional, and its pages hold together", async () => {
  const today = "from=2026-10-02T00:00:00Z&to=2026-10-03T00:00:00Z";
  expect((await read(today)).data).toEqual([]);
  const query = `${today}&live=true&limit=3`;
  const pages = [await read(query)];
  pages.push(await read(`${query}&cursor=${pages[0]?.next_cursor ?? ""}`));
  expect(pages.flatMap(({ data }) => data.map(({ usage_type, quantity }) => [usage_type, quantity]))).toEqual(
    Array.from({ length: 4 }, () => [2, "43200000"]),
  );
  expect(pages[0]).toMatchObject({ provisional: true, complete_to: "2026-10-02T12:00:00.000Z" });
  const summary = await api.call("GET", `/v1/usage-summary?${today}&live=true`);
  expect(summary.json()).toMatchObject({
    provisional: true,
    data: [{ quantity: "172800000", display_quantity: "48" }],
  });

  const first = await read(query);
  await api.call("POST", "/v1/runs", { kind: "aggregate" });
  const late = await api.call("GET", `/v1/usage-records?${query}&cursor=${first.next_cursor ?? ""}`);
  expect(late.statusCode, "a run has replaced these figures").toBe(409);
});
