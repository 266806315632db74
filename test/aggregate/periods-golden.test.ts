import { afterAll, beforeAll, expect, test } from "vitest";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { readCases } from "../read-cases.ts";
import { at } from "../at.ts";
import { closeUnpriced, plainAdjustment, plainSum, readRecords, sumMonths } from "./closing-month.ts";

type Texts = Readonly<Record<string, string>>;

interface Step {
  readonly now: string;
  readonly events: readonly Texts[];
  readonly close?: string;
  readonly usage: readonly Texts[];
  readonly billing?: readonly Texts[];
  readonly adjustments?: readonly Texts[];
  /** In place of a long list of adjustments: how many there are. */
  readonly adjusted_days?: string;
}

interface ClosingCase {
  readonly why: string;
  readonly given?: { readonly zone?: string };
  readonly steps: readonly Step[];
}

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
afterAll(() => pipeline.close());

const inOrder = (rows: readonly Texts[]): Texts[] => rows.toSorted((a, b) => (lineOf(a) < lineOf(b) ? -1 : 1));
const lineOf = ({ month = "", used = "", booked = "", quantity = "" }: Texts): string =>
  [month, used, booked, quantity].join(" ");

function eventOf({ time = "", type = "", id, ...data }: Texts, place: string): unknown {
  const ids = { id: id ?? place, source: "cloudstack/z1" };
  return { specversion: "1.0", ...ids, type, time, data: { account_id: "acme", resource: "r1", ...data } };
}

test.each(readCases<ClosingCase>("aggregate/closing"))("$why", async ({ given = {}, steps }) => {
  const { zone = "UTC" } = given;
  await pipeline.reset();
  await pipeline.settings.set("usage.aggregation.timezone", zone, "test");
  for (const [index, step] of steps.entries()) {
    pipeline.clock.set(at(step.now));
    const batch = step.events.map((event, place) => eventOf(event, `e${index}-${place}`));
    expect(await pipeline.send(batch)).toMatchObject({ accepted: batch.length });
    const system = pipeline.system();
    await system.aggregate({ until: at(step.now) });
    if (step.close !== undefined) {
      const { closed, refused } = await closeUnpriced(system, step.close);
      expect([closed.map(({ period, state }) => `${period} ${state}`), refused]).toEqual([
        [`${step.close} closed`],
        [],
      ]);
    }

    const { usage, billing = usage } = step;
    const sums = async (basis: "usage" | "billing"): Promise<Texts[]> =>
      inOrder((await sumMonths(system, { basis, time_zone: zone })).map(plainSum));
    expect(await sums("usage"), "at the time of use").toEqual(inOrder(usage));
    expect(await sums("billing"), "as it is billed").toEqual(inOrder(billing));
    const adjustments = (await readRecords(system, { basis: "billing", time_zone: zone })).filter(
      ({ adjusts }) => adjusts !== null,
    );
    if (step.adjusted_days !== undefined) expect(adjustments).toHaveLength(Number(step.adjusted_days));
    else expect(inOrder(adjustments.map(plainAdjustment))).toEqual(inOrder(step.adjustments ?? []));
  }
});
