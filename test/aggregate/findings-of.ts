import { listFindings, runSanityChecks, type SanityFinding, type SanityOutcome } from "../../aggregate/index.ts";
import { silentLog } from "../../core/log.ts";
import type { Pipeline } from "../pipeline.ts";

/** Does the sanity checks of a pipeline. */
export const check = (pipeline: Pipeline): Promise<SanityOutcome> =>
  runSanityChecks({ ...pipeline.system(), log: silentLog });

/** Findings as the tests speak of them: check, resource, state. What nearly every test would find is left out. */
export async function told(pipeline: Pipeline): Promise<string[]> {
  const found = await listFindings(pipeline, {}, { after: null, limit: 1000 });
  return found
    .filter((one) => one.check !== "account-incomplete" && one.check !== "running-not-allocated")
    .map((one) => `${one.check} ${one.resource} ${one.state}`)
    .toSorted();
}

/** The first finding of a check. */
export async function only(pipeline: Pipeline, name: string): Promise<SanityFinding> {
  const [found] = await listFindings(pipeline, { check: name }, { after: null, limit: 10 });
  if (found === undefined) throw new Error(`no finding of ${name}`);
  return found;
}

/** An event of account acme about r1, unless it is said otherwise. */
export const event = (time: string, type: string, data: Record<string, unknown> = {}, more: object = {}): object => ({
  specversion: "1.0",
  id: `${type}@${time}/${JSON.stringify(data)}`,
  source: "cloudstack/z1",
  type,
  time,
  data: { account_id: "acme", resource: "r1", ...data },
  ...more,
});
