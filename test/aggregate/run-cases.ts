import { at } from "../at.ts";
import type { EventJson, OracleRecord } from "../oracle/index.ts";
import { type Pipeline, readTruth } from "../pipeline.ts";
import type { MeteringCase } from "./golden-case.ts";

/** What a step of a case came to. */
export interface Observed {
  readonly outcome: { readonly accepted: string; readonly duplicates: string; readonly rejected: string };
  readonly records: readonly OracleRecord[];
  /** Keys of records whose published slices do not add up to them. */
  readonly loose: readonly string[];
}

/**
 * Runs cases through the pipeline. Those that differ in nothing but their events share one store and its runs: each has
 * accounts, resources and ids of its own there, so that they also show that nothing of one reaches another.
 */
export function createCaseRunner(pipeline: Pipeline, cases: readonly MeteringCase[]) {
  const running = new Map<string, Promise<ReadonlyMap<MeteringCase, readonly Observed[]>>>();
  let last: Promise<unknown> = Promise.resolve();

  /** What each step of a case came to; its group is run when the first of its cases is asked for. */
  return async function observe(one: MeteringCase): Promise<readonly Observed[]> {
    const key = groupOf(one);
    let run = running.get(key);
    if (run === undefined) {
      const group = cases.filter((other) => groupOf(other) === key);
      run = last.then(() => runGroup(pipeline, group));
      last = run.catch(() => undefined);
      running.set(key, run);
    }
    return (await run).get(one) ?? [];
  };
}

const groupOf = ({ zone, range, types, steps }: MeteringCase): string =>
  JSON.stringify([zone, range, types, steps.map(({ until, restart }) => [until, restart !== undefined])]);

async function runGroup(
  pipeline: Pipeline,
  group: readonly MeteringCase[],
): Promise<ReadonlyMap<MeteringCase, readonly Observed[]>> {
  const observed = new Map<MeteringCase, Observed[]>(group.map((one) => [one, []]));
  const [any] = group;
  if (any === undefined) return observed;
  await pipeline.reset();
  await pipeline.settings.set("usage.aggregation.timezone", any.zone, "test");
  await pipeline.settings.set("usage.stats.job.aggregation.range", any.range, "test");
  for (const type of any.types) {
    // A registry only grows, so what an earlier group added is there still.
    if (pipeline.system().usageTypes.find(type.usage_type) === null)
      await pipeline.system().usageTypes.add(type, "test");
  }
  for (const [number, { accounts }] of group.entries()) {
    for (const [account_id, time_zone] of Object.entries(accounts)) {
      await pipeline.putAccount(`${number}.${account_id}`, time_zone);
    }
  }
  for (const [index, { until, restart }] of any.steps.entries()) {
    if (restart !== undefined) await pipeline.restart();
    // At once, as many senders would: what is durable together is written together.
    const outcomes = await Promise.all(
      group.map(({ steps }, number) =>
        pipeline.send((steps[index]?.events ?? []).map((event) => within(`${number}.`, event))),
      ),
    );
    await pipeline.aggregate(at(until));
    const records = (await readTruth(pipeline)) as unknown as OracleRecord[];
    const loose = await readLooseSlices(pipeline);
    for (const [number, one] of group.entries()) {
      const { accepted = 0, duplicates = 0, rejected = [] } = outcomes[number] ?? {};
      observed.get(one)?.push({
        outcome: { accepted: `${accepted}`, duplicates: `${duplicates}`, rejected: `${rejected.length}` },
        records: recordsOf(`${number}.`, records),
        loose: loose.filter((key) => key.startsWith(`${number}.`)),
      });
    }
  }
  return observed;
}

/** The same event of an account, resource and id that no other case has. */
function within(prefix: string, event: EventJson): EventJson {
  const { original, event: inner, ...data } = event.data;
  return {
    ...event,
    id: prefix + event.id,
    data: {
      ...data,
      account_id: prefix + data.account_id,
      resource: prefix + data.resource,
      ...(original === undefined ? {} : { original: { ...original, id: prefix + original.id } }),
      ...(inner === undefined ? {} : { event: within(prefix, inner) }),
    },
  };
}

function recordsOf(prefix: string, records: readonly OracleRecord[]): OracleRecord[] {
  return records
    .filter(({ account_id }) => account_id.startsWith(prefix))
    .map((record) => ({
      ...record,
      account_id: record.account_id.slice(prefix.length),
      resource: record.resource.slice(prefix.length),
    }));
}

/** Keys of records whose published slices do not add up to them: a record of one slice holds it itself; of one with more, table slice has all of them, and nothing else. */
export async function readLooseSlices({ store }: Pipeline): Promise<string[]> {
  const result = await store.read.query({
    format: "JSONEachRow",
    query: `SELECT concat(account_id, ' ', toString(usage_type), ' ', resource, ' ', part, ' ', toString(window_start)) AS key
      FROM (
        SELECT account_id, usage_type, resource, part, shape, window_start, quantity, slices, toInt256(0) AS slice_quantity, toInt64(0) AS sliced FROM usage_record
        WHERE run_seq IN (SELECT run_seq FROM run WHERE state = 'published')
        UNION ALL
        SELECT account_id, usage_type, resource, part, shape, window_start, toInt256(0), toInt32(0), quantity, toInt64(sign) FROM slice
        WHERE run_seq IN (SELECT run_seq FROM run WHERE state = 'published')
      )
      GROUP BY account_id, usage_type, resource, part, shape, window_start
      HAVING sum(sliced) != if(sum(slices) > 1, sum(slices), 0) OR (sum(slices) > 1 AND sum(slice_quantity) != sum(quantity))`,
  });
  return (await result.json<{ key: string }>()).map(({ key }) => key);
}
