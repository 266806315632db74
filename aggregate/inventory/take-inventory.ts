import { randomBytes } from "node:crypto";
import type { Static } from "typebox";
import { numbersField } from "../../core/array-field.ts";
import { AppError } from "../../core/errors.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { formatInstant, formatMs, type InstantMs } from "../../core/instant.ts";
import { type AggregateDeps, beginning, createRunContext, emptyScratch, type RunContext } from "../context.ts";
import { requireRestored } from "../retention/archives.ts";
import { readHorizon } from "../retention/horizon.ts";
import { running, usageTypesOf } from "./kinds.ts";
import { type InventoryItem, listedColumns, readList } from "./list.ts";
import { fillOpenAt } from "./open-at.ts";
import { type Difference, type Draft, propose } from "./propose.ts";
import { writeProposals } from "./proposals.ts";
import { countUnattributed, type DifferenceRow, selectDifferences } from "./inventory-sql.ts";

/** What exists at an instant, as one source says: the whole list for the kinds or usage types named. */
export interface InventoryRequest {
  readonly source: string;
  readonly at: InstantMs;
  /** Of one account alone; '' = of all. */
  readonly account_id: string;
  readonly complete_for: readonly (string | number)[];
  readonly resources: readonly InventoryItem[];
}

/**
 * Sets a list of what exists against what is metered at its instant, and proposes the events that would make them one. Nothing is
 * changed before a proposal is accepted. It holds the lease of a run, since it works in a run's scratch tables. What is open, not
 * listed and spoken of by archived events alone is counted (`source_archived`) and left as it is, since its source is not known.
 * @returns the inventory's id
 * @throws AppError invalid-request, archived where events of that time are, run-in-progress, lease-lost
 */
export async function takeInventory(deps: AggregateDeps, request: InventoryRequest, by: string): Promise<string> {
  const now = deps.clock.now();
  if (request.at > now || request.at < beginning) {
    const expected = `expected an instant from ${formatInstant(beginning)} to ${formatInstant(now)}, the time here`;
    throw new AppError("invalid-request", `at is "${formatInstant(request.at)}", ${expected}`, { field: "at" });
  }
  await refuseArchived(deps, request.at);
  const complete_for = request.complete_for.flatMap((one) => [
    ...usageTypesOf(one, deps.usageTypes, "complete_for"),
    ...(one === running.kind ? [running.usage_type] : []),
  ]);
  const { lines, isListed } = readList(request.resources, deps.usageTypes, request.account_id);

  return deps.runs.hold({ kind: "check", dry_run: true, asked_by: by }, async (begun) => {
    const bound = await deps.eventLog.bound();
    const former_bound = (await deps.runs.latestPublished("aggregate"))?.bound ?? {};
    const run = await deps.runs.step(begun, { to_ms: request.at, bound, former_bound });
    const registry_version = deps.usageTypes.version();
    const context = createRunContext(deps, run, { settings: await deps.settings.all(), registry_version });
    const { rows, source_archived } = await compare(context, request, { complete_for, lines });
    deps.runs.guard(run);
    const differences = rows.map((row) => toDifference(row, request.resources));
    const { drafts, left_alone } = propose(deps.usageTypes, differences, isListed);
    const counts = {
      differences: `${rows.length}`,
      proposals: `${drafts.length}`,
      left_alone: `${left_alone}`,
      ...(source_archived === "0" ? {} : { source_archived }),
    };
    const id = `inv_${randomBytes(10).toString("hex")}`;
    await writeProposals(deps, id, { source: request.source, at: request.at, drafts });
    await noteInventory(deps, id, { request, complete_for, bound, counts: { ...counts, ...byAction(drafts) }, by });
    await deps.runs.step(run, { state: "discarded", counts });
    return id;
  });
}

async function compare(
  context: RunContext,
  { source, at, account_id }: InventoryRequest,
  { complete_for, lines }: { complete_for: readonly number[]; lines: readonly string[] },
): Promise<{ rows: Static<typeof DifferenceRow>[]; source_archived: string }> {
  const { deps, run_seq, registry_version } = context;
  const lane = deps.store.run;
  await fillOpenAt(context, at);
  await lane.command({ query: "TRUNCATE TABLE scratch_listed" });
  const into = { table: "scratch_listed", columns: listedColumns };
  await insertLines(lane, into, lines.map((line) => `${line}\n`).join(""));
  const rows = await selectDifferences(lane, { source, account_id, complete_for: [...complete_for], registry_version });
  // Where all events are there, each thing that is open has some.
  const [unattributed] =
    (await context.horizon()) === null
      ? []
      : await countUnattributed(lane, { account_id, complete_for: [...complete_for] });
  for (const table of ["event", "interval"] as const) await emptyScratch(context, table);
  for (const table of ["scratch_listed", "scratch_open"]) await lane.command({ query: `TRUNCATE TABLE ${table}` });
  await lane.command({ query: `DELETE FROM run_touched WHERE run_seq = ${run_seq}` });
  return { rows, source_archived: unattributed?.resources ?? "0" };
}

/** How things stood before the horizon cannot be told from events that are away. @throws AppError archived naming what to restore */
async function refuseArchived(deps: AggregateDeps, at: InstantMs): Promise<void> {
  const horizon = await readHorizon(deps);
  if (horizon === null || at >= horizon.at) return;
  const what = `at is ${formatInstant(at)}, the events before ${formatInstant(horizon.at)} are archived`;
  await requireRestored(deps, { from: at, before: horizon.at, what, key: "archived", field: "at" });
}

function toDifference(row: Static<typeof DifferenceRow>, resources: readonly InventoryItem[]): Difference {
  const { item, action, resource, part, usage_type, held_by, opened_ms, changed, size, virtual_size, ...rest } = row;
  const { details, tags, ...labels } = rest;
  const texts = Object.entries(labels).filter(([, value]) => value !== "");
  const sizes = Object.entries({ size, virtual_size }).filter(([, value]) => value !== "-1");
  const pairs = Object.entries({ details, tags }).filter(([, value]) => value !== "" && value !== "{}");
  const listed = resources[Number(item)];
  return {
    action,
    resource,
    part,
    usage_type,
    held_by,
    open_since: opened_ms === "-1" ? "" : formatMs(opened_ms),
    changed,
    metered: {
      ...Object.fromEntries([...texts, ...sizes]),
      ...Object.fromEntries(pairs.map(([name, value]) => [name, JSON.parse(value) as unknown])),
    },
    listed: listed === undefined ? null : dataOf(listed),
  };
}

function dataOf({
  kind: _kind,
  usage_types: _types,
  running: _running,
  ...data
}: InventoryItem): object & Difference["listed"] {
  return data;
}

function byAction(drafts: readonly Draft[]): Record<string, string> {
  const counts: Record<string, number> = {};
  for (const { action } of drafts) counts[action] = (counts[action] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).map(([action, count]) => [action, `${count}`]));
}

async function noteInventory(
  { store, clock }: Pick<AggregateDeps, "store" | "clock">,
  id: string,
  noted: {
    request: InventoryRequest;
    complete_for: readonly number[];
    bound: object;
    counts: object;
    by: string;
  },
): Promise<void> {
  const { request, complete_for, bound, counts, by } = noted;
  const columns = "inventory_id source at account_id complete_for bound listed counts made_at made_by".split(" ");
  const values = [
    id,
    field(request.source),
    timeField(request.at),
    field(request.account_id),
    numbersField(complete_for),
    field(JSON.stringify(bound)),
    request.resources.length,
    field(JSON.stringify(counts)),
    timeField(clock.now()),
    field(by),
  ];
  await insertLines(store.write, { table: "inventory", columns }, `${values.join("\t")}\n`);
}
