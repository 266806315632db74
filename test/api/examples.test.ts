// What the description of the API shows as examples: real answers to golden cases.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { routes } from "../../api/client/operations.ts";
import { goldenFile } from "../../api/examples/golden.ts";
import { liveExamples, printExamples } from "./golden-examples.ts";
import { openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

/** Operations that no golden case asks, and why. */
const byHand = {
  getOpenApi: "it is the description itself",
  getReadiness: "it tells of a process with its jobs, which an application in a test has not",
  listJobs: "the same",
  getMetrics: "figures of a machine",
  getClientApi: "commands of CloudStack have their own cases (cloudstack-requests.yaml, cloudstack-usage.yaml)",
  postClientApi: "the same",
  listNotifications: "told in the background, to receivers elsewhere",
  resendNotification: "the same",
  listBalanceNotices: "noticed in the background",
};

test("all operations but those named have a golden case for their example", () => {
  const golden = JSON.parse(readFileSync(goldenFile, "utf8")) as object;
  expect([...Object.keys(golden), ...Object.keys(byHand)].toSorted()).toEqual(Object.keys(routes).toSorted());
});

test("the cases of api/examples.yaml come to what was worked by hand, and their answers are the examples shown", async () => {
  const { examples } = await liveExamples(api);
  expect(printExamples(examples), "write it again with `npm run openapi`").toBe(readFileSync(goldenFile, "utf8"));
}, 180_000);
