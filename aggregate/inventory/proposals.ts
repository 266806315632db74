import Type, { type Static } from "typebox";
import { numbersField } from "../../core/array-field.ts";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { formatInstant, formatMs, type InstantMs } from "../../core/instant.ts";
import type { Store } from "../../core/store.ts";
import type { Ingest } from "../../ingest/index.ts";
import type { Draft } from "./propose.ts";
import { type ProposalRow, selectInventory, selectProposals, selectStates } from "./inventory-sql.ts";

const Json = Type.Record(Type.String(), Type.Unknown());
const ProposalState = Type.Union([
  Type.Literal("proposed"),
  Type.Literal("accepted"),
  Type.Literal("rejected"),
  Type.Literal("refused"),
]);

/** A correcting event that an inventory proposes. */
export const InventoryProposal = Type.Object(
  {
    n: Type.Integer(),
    action: Type.String({ description: "open, close, change or owner" }),
    resource: Type.String(),
    part: Type.String(),
    usage_types: Type.Array(Type.Integer()),
    why: Type.String(),
    old: Json,
    new: Json,
    event: Json,
    state: ProposalState,
    decided_by: Type.Union([Type.String(), Type.Null()]),
    reason: Type.Union([Type.String(), Type.Null()], { description: "Why it was rejected, or refused by ingest" }),
  },
  { $id: "InventoryProposal", additionalProperties: false },
);
export type InventoryProposal = Static<typeof InventoryProposal>;

/** What an inventory came to: report before, act after. */
export const InventoryReport = Type.Object(
  {
    id: Type.String(),
    source: Type.String(),
    at: Type.String(),
    account_id: Type.Union([Type.String(), Type.Null()]),
    complete_for: Type.Array(Type.Integer()),
    listed: Type.Integer(),
    made_at: Type.String(),
    made_by: Type.String(),
    counts: Type.Record(Type.String(), Type.String(), {
      description:
        "differences; proposals, and of these by action; left_alone: no event could correct it without ending what is listed; " +
        "source_archived: not listed, but whose it is stands in archived events (restore them and list again)",
    }),
    states: Type.Record(Type.String(), Type.Integer()),
    data: Type.Array(InventoryProposal, { description: "A page of the proposals" }),
    next_cursor: Type.Union([Type.String(), Type.Null()]),
  },
  { $id: "InventoryReport", additionalProperties: false },
);
export type InventoryReport = Static<typeof InventoryReport>;

const columns =
  "inventory_id n version action resource part usage_types why old new event state decided_at decided_by reason".split(
    " ",
  );
/** Events that go through ingest in one go. */
const batch = 5_000;

/** Writes the proposals of a new inventory; each event's id is made of the inventory's and its number. */
export async function writeProposals(
  { store }: { store: Store },
  inventory_id: string,
  { source, at, drafts }: { source: string; at: InstantMs; drafts: readonly Draft[] },
): Promise<void> {
  const lines = drafts.map((draft, index) => {
    const n = index + 1;
    const id = `inventory/${inventory_id}/${n}`;
    const event = { specversion: "1.0", id, source, type: draft.type, time: formatInstant(at), data: draft.data };
    const json = (value: unknown): string => field(JSON.stringify(value));
    const { action, resource, part, usage_types, why } = draft;
    const told = [action, field(resource), field(part), numbersField(usage_types), field(why)];
    const jsons = [json(draft.old), json(draft.new), json(event)];
    return `${[inventory_id, n, 1, ...told, ...jsons, "proposed", timeField(0), "", ""].join("\t")}\n`;
  });
  await insertLines(store.write, { table: "inventory_proposal", columns }, lines.join(""));
}

/** The head of an inventory's report. @throws AppError not-found */
export async function readInventory(
  { store }: { store: Store },
  id: string,
): Promise<Omit<InventoryReport, "data" | "next_cursor">> {
  const [row] = await selectInventory(store.read, { inventory_id: id });
  if (row === undefined) throw new AppError("not-found", `there is no inventory "${id}"`, { field: "id" });
  const states = await selectStates(store.read, { inventory_id: id });
  return {
    id,
    source: row.source,
    at: formatMs(row.at_ms),
    account_id: row.account_id === "" ? null : row.account_id,
    complete_for: row.complete_for,
    listed: Number(row.listed),
    made_at: formatMs(row.made_ms),
    made_by: row.made_by,
    counts: JSON.parse(row.counts) as Record<string, string>,
    states: Object.fromEntries(states.map(({ state, proposals }) => [state, Number(proposals)])),
  };
}

/** Proposals of an inventory after a number. */
export async function listProposals(
  { store }: { store: Store },
  id: string,
  { after_n, limit }: { after_n: number; limit: number },
): Promise<InventoryProposal[]> {
  return (await selectProposals(store.read, { inventory_id: id, chosen: [], after_n, limit })).map(toProposal);
}

/**
 * Accepts proposals (none named = all): their events go through ingest like any others, so what is accepted twice is a repeat and
 * changes nothing. What ingest does not take is refused, with its reason; the others are accepted.
 */
export async function acceptProposals(
  deps: { store: Store; clock: Clock; ingest: Pick<Ingest, "accept"> },
  id: string,
  { chosen, by }: { chosen: readonly number[]; by: string },
): Promise<void> {
  await eachBatch(deps, id, chosen, async (rows) => {
    const outcome = await deps.ingest.accept(
      rows.map(({ event }) => ({ value: JSON.parse(event) as unknown, raw: () => event })),
      `inventory ${id}`,
    );
    const refused = new Map(outcome.rejected.map(({ index, reason }) => [index, reason]));
    return rows.map((row, index) => ({
      row,
      state: refused.has(index) ? "refused" : "accepted",
      by,
      reason: refused.get(index) ?? "",
    }));
  });
}

/** Rejects proposals (none named = all): they stay as a report of what somebody looked at. */
export async function rejectProposals(
  deps: { store: Store; clock: Clock },
  id: string,
  { chosen, by, reason }: { chosen: readonly number[]; by: string; reason: string },
): Promise<void> {
  await eachBatch(deps, id, chosen, async (rows) => rows.map((row) => ({ row, state: "rejected", by, reason })));
}

interface Decided {
  readonly row: Static<typeof ProposalRow>;
  readonly state: string;
  readonly by: string;
  readonly reason: string;
}

/** Decides what is still to decide, a batch at a time; what is accepted stays so. */
async function eachBatch(
  { store, clock }: { store: Store; clock: Clock },
  inventory_id: string,
  chosen: readonly number[],
  decide: (rows: Static<typeof ProposalRow>[]) => Promise<Decided[]>,
): Promise<void> {
  for (let after_n = -1; ;) {
    const rows = await selectProposals(store.read, { inventory_id, chosen: [...chosen], after_n, limit: batch });
    const open = rows.filter(({ state }) => state !== "accepted");
    const lines = (open.length === 0 ? [] : await decide(open)).map(({ row, state, by, reason }) => {
      const told = [row.action, field(row.resource), field(row.part), numbersField(row.usage_types), field(row.why)];
      const jsons = [row.old, row.new, row.event].map(field);
      const head = [inventory_id, row.n, BigInt(row.version) + 1n];
      return `${[...head, ...told, ...jsons, state, timeField(clock.now()), field(by), field(reason)].join("\t")}\n`;
    });
    await insertLines(store.write, { table: "inventory_proposal", columns }, lines.join(""));
    if (rows.length < batch) return;
    after_n = rows.at(-1)?.n ?? after_n;
  }
}

function toProposal(row: Static<typeof ProposalRow>): InventoryProposal {
  const { version: _version, decided_ms: _decided, old, new: now, event, state, decided_by, reason, ...rest } = row;
  const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
  return {
    ...rest,
    old: json(old),
    new: json(now),
    event: json(event),
    state: state as InventoryProposal["state"],
    decided_by: decided_by === "" ? null : decided_by,
    reason: reason === "" ? null : reason,
  };
}
