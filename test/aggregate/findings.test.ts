import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { acceptFinding, listFindings, openFindings } from "../../aggregate/index.ts";
import { resolveFindings, writeFindings } from "../../aggregate/sanity/sanity-sql.ts";
import { createRunLedger } from "../../core/runs.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { check, event, only, told } from "./findings-of.ts";

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-03-20T00:00:00Z"));
});
beforeEach(() => pipeline.reset());
afterAll(() => pipeline.close());

test("a store without anything wrong has no findings, and an empty one can be checked", async () => {
  expect((await check(pipeline)).found).toEqual({});
  await pipeline.send([
    event("2026-03-10T06:00:00Z", "VM.CREATE"),
    event("2026-03-10T06:00:00Z", "VM.START"),
    event("2026-03-11T06:00:00Z", "VM.STOP"),
    event("2026-03-11T07:00:00Z", "VM.DESTROY"),
    event("2026-03-11T07:00:00Z", "VOLUME.CREATE", { resource: "r2", size: "10" }),
    event("2026-03-11T08:00:00Z", "VOLUME.RESIZE", { resource: "r2", size: "20" }),
    event("2026-03-12T08:00:00Z", "VOLUME.DELETE", { resource: "r2", size: "20" }),
  ]);
  await pipeline.aggregate(at("2026-03-14T00:00:00Z"));
  const { failed, run } = await check(pipeline);
  expect(failed).toEqual([]);
  expect(run.state).toBe("discarded");
  expect(await told(pipeline)).toEqual([]);
});

test("a start after the destroy is usage after the destroy: the meter runs, and the check sees it", async () => {
  await pipeline.send([
    event("2026-03-10T01:00:00Z", "VM.CREATE"),
    event("2026-03-10T06:00:00Z", "VM.DESTROY"),
    event("2026-03-10T07:00:00Z", "VM.START"),
  ]);
  await pipeline.aggregate(at("2026-03-12T00:00:00Z"));
  await check(pipeline);
  // on the 10th and on the 11th, running alone (the allocation ended with the destroy): one thing to look at
  expect(await told(pipeline)).toEqual(["vm-usage-after-destroy r1 open"]);
  expect((await only(pipeline, "vm-usage-after-destroy")).usage_type).toBe(1);
});

test("closes without opens, repeated opens and changes of what is not there are found; a destroy of a stopped VM is none", async () => {
  await pipeline.send([
    event("2026-03-10T06:00:00Z", "VM.STOP"),
    event("2026-03-10T06:00:00Z", "VM.START", { resource: "r2" }),
    event("2026-03-10T07:00:00Z", "VM.START", { resource: "r2" }),
    event("2026-03-10T07:00:00Z", "VOLUME.RESIZE", { resource: "r3", size: "10" }),
    event("2026-03-10T08:00:00Z", "tally.tags.changed", { resource: "nobody", tags: { a: "b" } }),
  ]);
  await pipeline.aggregate(at("2026-03-12T00:00:00Z"));
  await check(pipeline);
  const worked = [
    "change-without-open r3 open",
    "close-without-open r1 open",
    "repeated-open r2 open",
    "unknown-resource nobody open",
  ];
  expect(await told(pipeline)).toEqual(worked);

  // the start that the stop belongs to comes late: the story is told again, of this resource alone
  await pipeline.send([event("2026-03-10T05:00:00Z", "VM.START")]);
  await pipeline.aggregate(at("2026-03-13T00:00:00Z"));
  await check(pipeline);
  expect(await told(pipeline)).toEqual(
    worked.map((line) => (line.includes("r1") ? "close-without-open r1 resolved" : line)),
  );
});

test("samples below the one before are found, apart by whether an epoch denies the reset", async () => {
  const sample = (time: string, value: string, epoch?: string): object =>
    event(time, "tally.counter", {
      part: epoch ?? "",
      readings: { network_bytes_sent: value },
      ...(epoch === undefined ? {} : { epoch }),
    });
  await pipeline.send([
    sample("2026-03-10T01:00:00Z", "100"),
    sample("2026-03-10T02:00:00Z", "50"),
    sample("2026-03-10T03:00:00Z", "60"),
    sample("2026-03-10T01:00:00Z", "100", "boot-1"),
    sample("2026-03-10T02:00:00Z", "90", "boot-1"),
  ]);
  await pipeline.aggregate(at("2026-03-11T00:00:00Z"));
  await check(pipeline);
  expect(await told(pipeline)).toEqual(["counter-backwards r1 open", "counter-drop-in-epoch r1 open"]);
  expect((await only(pipeline, "counter-drop-in-epoch")).detail).toMatchObject({ value: "90", former_value: "100" });
});

test("events in the name of a deleted account are found, and no longer once the deletion is retracted", async () => {
  await pipeline.send([
    event("2026-03-10T01:00:00Z", "VM.CREATE"),
    event("2026-03-10T02:00:00Z", "ACCOUNT.DELETE", { resource: "acme" }),
    event("2026-03-10T03:00:00Z", "VM.START"),
  ]);
  await pipeline.aggregate(at("2026-03-11T00:00:00Z"));
  await check(pipeline);
  expect(await told(pipeline)).toEqual(["event-of-deleted-account r1 open"]);
  const original = {
    source: "cloudstack/z1",
    id: `ACCOUNT.DELETE@2026-03-10T02:00:00Z/${JSON.stringify({ resource: "acme" })}`,
  };
  const retraction = { resource: "acme", original, revision: 1, by: "ops", why: "wrong account" };
  await pipeline.send([event("2026-03-12T00:00:00Z", "tally.event.retracted", retraction)]);
  await pipeline.aggregate(at("2026-03-12T12:00:00Z"));
  await check(pipeline);
  expect(await told(pipeline)).toEqual(["event-of-deleted-account r1 resolved"]);
});

test("a meter and a source that reported regularly and stopped are found; a meter of what was closed is not", async () => {
  const events: object[] = [];
  for (let hour = 0; hour < 12; hour += 1) {
    const time = `2026-03-10T${String(hour).padStart(2, "0")}:00:00Z`;
    for (const resource of ["r1", "r2", "r3"])
      if (resource === "r3" || hour < 9 || resource === "r2")
        events.push(event(time, "tally.gauge", { resource, readings: { console_sessions: "1" } }));
  }
  // r1 stops at 08:00, r2 is destroyed at 11:30, r3 goes on; the source's last event is of 18 March
  events.push(event("2026-03-10T11:30:00Z", "VM.DESTROY", { resource: "r2" }));
  for (let hour = 12; hour < 24; hour += 1)
    events.push(
      event(`2026-03-10T${hour}:00:00Z`, "tally.gauge", { resource: "r3", readings: { console_sessions: "1" } }),
    );
  for (const dayOf of ["01", "02", "03", "04", "05", "06", "07", "08"])
    events.push(event(`2026-03-${dayOf}T00:00:00Z`, "VM.START", { resource: "r1" }, { source: "cloudstack/z2" }));
  await pipeline.send(events);
  await pipeline.aggregate(at("2026-03-11T00:00:00Z"));
  await check(pipeline);
  // z2: every day up to 8 March, so a pause of one day at most; 12 days of silence on 20 March
  expect((await told(pipeline)).filter((line) => line.includes("silent"))).toEqual([
    "resource-silent r1 open",
    "source-silent  open",
  ]);
  expect((await only(pipeline, "source-silent")).detail).toMatchObject({
    source: "cloudstack/z2",
    days_with_events: "8",
  });
});

test("another content under a known id stays a conflict until somebody decides, and then stays decided", async () => {
  const said = { id: "e1" };
  await pipeline.send([event("2026-03-10T06:00:00Z", "VM.CREATE", {}, said)]);
  await pipeline.send([event("2026-03-10T07:00:00Z", "VM.CREATE", {}, said)]);
  await pipeline.restart();
  await pipeline.send([event("2026-03-10T08:00:00Z", "VM.CREATE", { resource: "r2" }, said)]);
  await pipeline.aggregate(at("2026-03-11T00:00:00Z"));
  await check(pipeline);
  await check(pipeline);
  expect(await told(pipeline)).toEqual(["conflict r1 open", "conflict r2 open"]);
  const span = { account_ids: ["acme"], from: at("2026-03-01T00:00:00Z"), to: at("2026-04-01T00:00:00Z") };
  const open = await openFindings(pipeline, span);
  expect(open.find((one) => one.check === "conflict")).toMatchObject({ severity: "error", count: 2 });
  expect(await openFindings(pipeline, { ...span, account_ids: ["other"] })).toEqual([]);

  for (const { id } of await listFindings(pipeline, { check: "conflict" }, { after: null, limit: 10 }))
    await acceptFinding(pipeline, id, { by: "finance", reason: "the first one is right" });
  await check(pipeline);
  expect(await told(pipeline)).toEqual(["conflict r1 accepted", "conflict r2 accepted"]);
  expect(await only(pipeline, "conflict")).toMatchObject({ decided_by: "finance", reason: "the first one is right" });
  expect((await openFindings(pipeline, span)).find((one) => one.check === "conflict")).toBeUndefined();
});

test("two revisions of one event with the same number are found", async () => {
  await pipeline.send([event("2026-03-10T06:00:00Z", "VM.CREATE", {}, { id: "e1" })]);
  const original = { source: "cloudstack/z1", id: "e1" };
  for (const why of ["one", "two"])
    await pipeline.send([
      event("2026-03-10T09:00:00Z", "tally.event.retracted", { original, revision: 3, by: "ops", why }),
    ]);
  await pipeline.aggregate(at("2026-03-11T00:00:00Z"));
  await check(pipeline);
  expect(await told(pipeline)).toEqual(["equal-revisions r1 open"]);
  expect((await only(pipeline, "equal-revisions")).detail).toMatchObject({ id: "e1", revision: "3" });
});

test("accounts with usage but without a currency or zone of their own are told of, and no longer once they have both", async () => {
  await pipeline.send([event("2026-03-10T06:00:00Z", "VM.CREATE")]);
  await pipeline.aggregate(at("2026-03-11T00:00:00Z"));
  await check(pipeline);
  expect(await only(pipeline, "account-incomplete")).toMatchObject({
    account_id: "acme",
    severity: "info",
    state: "open",
  });
  await pipeline.store.run.command({
    query:
      "INSERT INTO account (account_id, version, name, currency, time_zone) VALUES ('acme', 99, 'acme', 'EUR', 'UTC')",
  });
  await check(pipeline);
  expect((await only(pipeline, "account-incomplete")).state).toBe("resolved");
});

test("a check whose run was taken over writes nothing and resolves nothing any more, whatever stands in its scratch", async () => {
  const { store } = pipeline;
  const write = async (run_seq: string, found: boolean): Promise<void> => {
    await store.run.command({ query: "TRUNCATE TABLE scratch_finding" });
    if (found)
      await store.run.command({
        query:
          "INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail) " +
          "VALUES ('hours', 'error', 'acme', 1, 'vm-1', '', '', '2026-03-10 00:00:00', '{}')",
      });
    const now_ms = pipeline.clock.now();
    await writeFindings(store.run, { run_seq, now_ms });
    const everywhere = {
      checks: ["hours"],
      scope: "everywhere",
      since_run: "0",
      from_ms: 0,
      known_from_ms: 0,
      only_touched: 0,
    };
    await resolveFindings(store.run, { run_seq, ...everywhere, now_ms });
  };
  const ledger = createRunLedger({ store, clock: pipeline.clock, shared: true });
  const lost = await ledger.begin("check");
  await ledger.fail(lost, "another took over");
  ledger.end(lost);
  const holder = await ledger.begin("check");
  await write(`${lost.seq}`, true);
  expect(await told(pipeline)).toEqual([]);
  await write(`${holder.seq}`, true);
  expect(await told(pipeline)).toEqual(["hours vm-1 open"]);
  await write(`${lost.seq}`, false);
  expect(await told(pipeline)).toEqual(["hours vm-1 open"]);
  await write(`${holder.seq}`, false);
  expect(await told(pipeline)).toEqual(["hours vm-1 resolved"]);
  await ledger.fail(holder, "done");
  ledger.end(holder);
  await store.run.command({ query: "TRUNCATE TABLE scratch_finding" });
});
