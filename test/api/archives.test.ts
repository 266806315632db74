import { afterAll, beforeAll, expect, test } from "vitest";
import { createArchiveJob } from "../../api/archive-job.ts";
import { at } from "../at.ts";
import { closeEverything } from "../aggregate/closing-month.ts";
import { refused } from "./asking.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  api.clock.set(at("2026-11-05T00:00:00Z"));
  await api.call("POST", "/v1/events", [
    event("1", "VM.START", "2026-09-10T06:00:00Z", { name: "web" }),
    event("2", "VM.STOP", "2026-10-10T06:00:00Z"),
  ]);
  await api.call("POST", "/v1/runs", { kind: "aggregate" });
});
afterAll(() => api.close());

interface Listed {
  readonly data: readonly { readonly month: string; readonly state: string; readonly changed_by: string }[];
}
const listed = async () => (await api.call("GET", "/v1/archives")).json<Listed>().data;

test("an open period stops archiving with a sentence, and the job waits for it without failing", async () => {
  await refused(
    api,
    "POST",
    "/v1/archives",
    { before: "2026-10" },
    { status: 409, field: "before", words: "are open: 2026-09 of acme-id" },
  );
  await api.system.settings.set("retention.events.days", "31", "test");
  await createArchiveJob(api.system).run({ job: "archive", at: api.clock.now() }, new AbortController().signal);
  expect(await listed()).toEqual([]);
});

test("months are archived, listed and restored by whoever may, and say who did it", async () => {
  await closeEverything(api.system, ["2026-09", "2026-10"]);
  const plan = await api.call("POST", "/v1/archives", { before: "2026-10", dry_run: true });
  expect(plan.json()).toEqual({
    run_id: null,
    dry_run: true,
    months: [{ month: "2026-09", events: "1" }],
    archives: [],
  });
  const finance = { authorization: `Bearer ${await api.tokenOf("finance")}` };
  expect((await api.call("POST", "/v1/archives", { before: "2026-10" }, finance)).statusCode).toBe(403);
  expect((await api.call("POST", "/v1/accounts/acme-id/erase", undefined, finance)).statusCode).toBe(403);

  const done = await api.call("POST", "/v1/archives", { before: "2026-10" });
  expect(done.statusCode, done.body).toBe(200);
  expect(await listed()).toMatchObject([{ month: "2026-09", state: "archived" }]);
  const late = await api.call("POST", "/v1/events", [event("3", "VM.STOP", "2026-09-11T06:00:00Z")]);
  expect(late.body).toContain("tally archive restore 2026-09");
  await refused(
    api,
    "POST",
    "/v1/runs",
    { kind: "aggregate", from: "2026-09-01T00:00:00Z" },
    { status: 409, field: "from", words: "restore 2026-09 (events-2026-09-" },
  );
  await refused(api, "POST", "/v1/archives/2026-08/restore", undefined, {
    status: 404,
    field: "month",
    words: "2026-08",
  });
  const back = await api.call("POST", "/v1/archives/2026-09/restore");
  expect(back.json()).toMatchObject({ archive: { state: "restored", rows: "1" }, horizon: null });
  await refused(api, "POST", "/v1/archives/2026-09/restore", undefined, {
    status: 409,
    field: "month",
    words: "are in the store",
  });
});

test("the job archives by the setting, and keeps everything at 0", async () => {
  const run = () =>
    createArchiveJob(api.system).run({ job: "archive", at: api.clock.now() }, new AbortController().signal);
  await api.system.settings.set("retention.events.days", "0", "test");
  await run();
  expect(await listed()).toMatchObject([{ state: "restored" }]);
  // 31 days before 5 November is 5 October: what lies before October leaves
  await api.system.settings.set("retention.events.days", "31", "test");
  await run();
  expect(await listed()).toMatchObject([{ month: "2026-09", state: "archived", changed_by: "retention.events.days" }]);
});

test("erasing says what it was, and of an account nobody knows that there is none", async () => {
  const erased = await api.call("POST", "/v1/accounts/acme-id/erase");
  expect(erased.json()).toMatchObject({
    account_id: "acme-id",
    events: "1",
    names: "1",
    erased_by: expect.any(String) as string,
  });
  expect((await api.call("GET", "/v1/accounts/acme-id")).json()).toMatchObject({ name: "acme-id" });
  await refused(api, "POST", "/v1/accounts/nobody/erase", undefined, {
    status: 404,
    field: "account_id",
    words: "nobody",
  });
});
