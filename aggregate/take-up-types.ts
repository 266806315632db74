import { type InstantMs, instant, parseInstant } from "../core/instant.ts";
import { beginning, checkpointsBetween, farthest, type RunContext } from "./context.ts";
import { letGoOf } from "./prune-checkpoints.ts";
import { selectNewTypes, touchNewTypes } from "./run-sql.ts";

/**
 * Takes up usage types that the latest published run did not know: the checkpoints go, since they lack the state of these types, and
 * so the next span starts from the horizon or from the beginning and knows what is open. The same is due when archived
 * events are back, for types that were added while they were away. A run that does not publish leaves it to the next.
 * @returns those whose published windows lack what they count: touchTypes notes their resources.
 */
export async function takeUpTypes(context: RunContext, former: Readonly<Record<string, string>>): Promise<NewType[]> {
  const horizon = (await context.horizon())?.at ?? null;
  const before = parseInstant(former["horizon"] ?? "");
  const isBack = before !== null && (horizon === null || horizon < before);
  // The same types count, and nothing has come back: no statement is needed to know that there are none.
  if (former["registry"] === context.registry_version && !isBack) return [];
  const rows = await selectNewTypes(context.deps.store.run, {
    registry_version: context.registry_version,
    former_version: former["registry"] ?? "",
    restored_ms: isBack ? before : farthest,
  });
  if (rows.length === 0) return [];
  // The state at the horizon stays: what it was made of is away.
  const checkpoints = await checkpointsBetween(context, beginning, farthest);
  await letGoOf(context, { checkpoints, gone: checkpoints.filter((at) => horizon === null || at > horizon) });
  // A type that comes with a new version of the software changes nothing that is published.
  return rows
    .filter(({ added }) => added === 1)
    .map(({ usage_type, from_ms }) => ({ usage_type, from: instant(Math.max(Number(from_ms), beginning)) }));
}

/** A usage type, and from when on it counts. */
export interface NewType {
  readonly usage_type: number;
  readonly from: InstantMs;
}

/** Notes the resources of types that count from before what is published, so that it is computed again from then on. */
export async function touchTypes(
  { deps, run_seq, registry_version }: RunContext,
  types: readonly NewType[],
  published_to: InstantMs,
): Promise<void> {
  const late = types.filter(({ from }) => from < published_to);
  if (late.length === 0) return;
  await touchNewTypes(deps.store.run, {
    run_seq,
    registry_version,
    usage_types: late.map(({ usage_type }) => usage_type),
    from_ms: late.map(({ from }) => from),
  });
}
