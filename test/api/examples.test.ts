// What the description of the API shows as examples: real answers to golden cases.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { goldenFile } from "../../api/examples/golden.ts";
import { liveExamples, printExamples } from "./golden-examples.ts";
import { openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

test("the cases of api/examples.yaml come to what was worked by hand, and their answers are the examples shown", async () => {
  const { examples } = await liveExamples(api);
  expect(printExamples(examples), "write it again with `npm run openapi`").toBe(readFileSync(goldenFile, "utf8"));
}, 180_000);
