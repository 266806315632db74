// Pages of records of which few rows count: those that were taken back again lie between them.
import { afterAll, beforeAll, expect, test } from "vitest";
import { listUsageRecords, readCompleteness, type UsageKey } from "../../aggregate/index.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";

const machines = Array.from({ length: 260 }, (_, index) => `vm-${index}`);
const hour = 3_600_000;

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-10-10T00:00:00Z"));
});
afterAll(() => pipeline.close());

const send = async (id: string, type: string, data: object): Promise<void> => {
  const event = { specversion: "1.0", id, source: "cloudstack/z1", type, time: "2026-10-01T06:00:00Z", data };
  expect(await pipeline.send([event])).toMatchObject({ accepted: 1 });
};

/** All records of a span, so many a page. */
async function readAll(limit: number): Promise<string[]> {
  const system = pipeline.system();
  const { as_of } = await readCompleteness(system);
  const filter = {
    from: at("2026-10-01T00:00:00Z"),
    to: at("2026-11-01T00:00:00Z"),
    account_ids: [],
    usage_types: [1],
    resources: [],
  };
  const found: string[] = [];
  for (let after: UsageKey | null = null; ;) {
    const { records, last } = await listUsageRecords(system, { filter, as_of, after, limit });
    found.push(
      ...records.map(
        ({ resource, window, quantity }) => `${resource} ${window.start.slice(8, 10)} ${Number(quantity) / hour} h`,
      ),
    );
    if (records.length < limit) return found;
    after = last;
  }
}

test("records behind hundreds that were taken back are found, a page at a time", async () => {
  for (const resource of machines) await send(resource, "VM.START", { account_id: "acme", resource });
  await send("last", "VM.START", { account_id: "zeta", resource: "last" });
  await pipeline.aggregate(at("2026-10-03T00:00:00Z"));
  expect(await readAll(100), "18 and 24 hours of each").toHaveLength((machines.length + 1) * 2);
  for (const id of machines.slice(0, -1)) {
    const original = { source: "cloudstack/z1", id };
    const why = { original, revision: 1, by: "ops", why: "never was" };
    await send(`not ${id}`, "tally.event.retracted", { account_id: "acme", resource: id, ...why });
  }
  await pipeline.aggregate(at("2026-10-03T00:00:00Z"));
  const left = ["vm-259 01 18 h", "vm-259 02 24 h", "last 01 18 h", "last 02 24 h"];
  for (const limit of [1, 4, 100]) expect(await readAll(limit), `${limit} a page`).toEqual(left);
});

test("what only publishing changes is read anew after it", async () => {
  const before = await readCompleteness(pipeline.system());
  expect(before.completeness.complete_to).toBe("2026-10-03T00:00:00.000Z");
  await pipeline.aggregate(at("2026-10-04T00:00:00Z"));
  const after = await readCompleteness(pipeline.system());
  expect(after.completeness.complete_to).toBe("2026-10-04T00:00:00.000Z");
  expect(after.as_of).toBeGreaterThan(before.as_of);
  expect(after.state).not.toBe(before.state);
  // As an account is put under the closings of a payer it has come to (closings.ts): no run is published by that.
  await pipeline.store.write.command({ query: "INSERT INTO period_close (run_seq, account_id) VALUES (1, 'acme')" });
  expect((await readCompleteness(pipeline.system())).state).not.toBe(after.state);
});
