import Type from "typebox";
import { instant } from "../instant.ts";
import { defineCommand, defineQuery } from "../sql.ts";
import type { Store } from "../store.ts";
import type { FoldedEvent } from "./resources.ts";
import { vmStateAfter } from "./vm-machine.ts";
import { volumeStateAfter } from "./volume-machine.ts";

const Text = Type.String();
const keepHorizon = defineCommand(
  "core/keep_engine_horizon",
  Type.Object({ source: Text, yyyymm: Type.Integer(), turning: Type.Array(Text) }),
);
const selectHorizon = defineQuery(
  "core/engine_horizon",
  Type.Object({ source: Text, after_sequence: Text, limit: Type.Integer() }),
  Type.Object({
    id: Text,
    sequence: Text,
    type: Text,
    occurred_ms: Text,
    account_id: Text,
    zone: Text,
    resource: Text,
    name: Text,
    offering: Text,
    template: Text,
    resource_type: Text,
    vm: Text,
    size: Text,
    details: Text,
    tags: Text,
  }),
);

const pageMax = 10_000;

/** Keeps, before the events of a UTC month (`2026-09`) leave, those that tell how the resources of a source stand. Done again it changes nothing. */
export async function keepEngineHorizon(
  { store }: { store: Store },
  { source, month }: { source: string; month: string },
): Promise<void> {
  const turning = Object.entries({ ...vmStateAfter, ...volumeStateAfter }).flatMap(([type, state]) =>
    state === null ? [] : [type],
  );
  await keepHorizon(store.run, { source, yyyymm: Number(month.replace("-", "")), turning });
}

/**
 * The events of a source that were kept of archived months, in order: folded, with what the log still holds after them, they lead
 * to the same state as all events do. Those that are in the log as well change nothing.
 */
export async function* readEngineHorizon({ store }: { store: Store }, source: string): AsyncGenerator<FoldedEvent> {
  for (let after_sequence = "-2"; ;) {
    const rows = await selectHorizon(store.read, { source, after_sequence, limit: pageMax });
    for (const { occurred_ms, sequence, size, ...row } of rows)
      yield { ...row, sequence: BigInt(sequence), size: BigInt(size), occurred_at: instant(Number(occurred_ms)) };
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageMax) return;
    after_sequence = last.sequence;
  }
}
