import Type, { type Static } from "typebox";
import type { Bound } from "../../core/event-log.ts";
import { type InstantMs, instant } from "../../core/instant.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { accountPeriod, type Payer, periodZone, type ZonedAccount } from "./payers.ts";

/** Why a finding did not hold up a closing: by its name, with a reason. */
export const Override = Type.Object(
  {
    finding: Type.String({ minLength: 1, maxLength: 64, description: "The name of the check" }),
    reason: Type.String({ minLength: 1, maxLength: 1024 }),
  },
  { $id: "Override", additionalProperties: false },
);
export type Override = Static<typeof Override>;

/** That a payer's period is closed: by which run, who said so, and what it overrode. */
export interface Closing {
  readonly payer_account_id: string;
  readonly period: string;
  readonly run_seq: bigint;
  readonly run_id: string;
  readonly closed_ms: InstantMs;
  readonly closed_by: string;
  readonly reason: string;
  readonly overrides: readonly Override[];
  readonly bound: Bound;
}

const Text = Type.String();
const ClosingRow = Type.Object({
  payer_account_id: Text,
  period: Text,
  run_id: Text,
  run_seq: Text,
  closed_ms: Text,
  closed_by: Text,
  reason: Text,
  overrides: Text,
  bound: Text,
});
const selectClosings = defineQuery(
  "aggregate/periods/closings",
  Type.Object({ payer_account_ids: Type.Array(Text) }),
  ClosingRow,
);
const selectPending = defineQuery(
  "aggregate/periods/pending_payers",
  Type.Object({ payer_account_ids: Type.Array(Text), former_payer_ids: Type.Array(Text) }),
  Type.Object({ payer_account_id: Text }),
);
const selectAnyClosing = defineQuery("aggregate/periods/any_closing", Type.Object({}), Type.Object({ closings: Text }));
const selectUncovered = defineQuery(
  "aggregate/periods/uncovered_accounts",
  Type.Object({ default_zone: Text }),
  Type.Object({ account_id: Text, timeline: Text, ...ClosingRow.properties }),
);

/** Closings that count, of some payers (none named = all), oldest first by payer. */
export async function readClosings(
  { store }: { store: Store },
  { payer_account_ids }: { payer_account_ids: readonly string[] },
): Promise<Closing[]> {
  return (await selectClosings(store.read, { payer_account_ids: [...payer_account_ids] })).map(toClosing);
}

/**
 * Whose next month is one to close, of some payers, whatever is booked in it: an account came from another payer after the last closing, or
 * late facts to months that a former payer closed.
 */
export async function readPendingPayers({ store }: { store: Store }, payers: readonly Payer[]): Promise<Set<string>> {
  const idsOf = (some: readonly Payer[]): string[] => some.map(({ payer_account_id }) => payer_account_id);
  const former_payer_ids = idsOf(payers.filter(({ former = false }) => former));
  const found = await selectPending(store.read, { payer_account_ids: idsOf(payers), former_payer_ids });
  return new Set(found.map(({ payer_account_id }) => payer_account_id));
}

const columns = [
  "run_seq",
  "run_id",
  "payer_account_id",
  "account_id",
  "period",
  "time_zone",
  "from_at",
  "to_at",
  "bound",
  "closed_by",
  "reason",
  "overrides",
  "closed_at",
  "covered",
];

/** Writes that closings hold some accounts each; they count when their run is published. `covered`: the accounts came to the payer later. */
export async function writeClosings(
  { store }: { store: Store },
  closings: readonly { readonly closing: Closing; readonly accounts: readonly ZonedAccount[] }[],
  { covered = false }: { covered?: boolean } = {},
): Promise<void> {
  const lines = closings.flatMap(({ closing, accounts }) =>
    accounts.map((account) => lineOf(closing, account, covered)),
  );
  if (lines.length > 0) await insertLines(store.run, { table: "period_close", columns }, lines.join(""));
}

function lineOf(closing: Closing, account: ZonedAccount, covered: boolean): string {
  const { start, end } = accountPeriod(account, closing.period);
  const values = [
    closing.run_seq,
    closing.run_id,
    field(closing.payer_account_id),
    field(account.account_id),
    closing.period,
    periodZone(account, closing.period),
    timeField(start),
    timeField(end),
    field(JSON.stringify(closing.bound)),
    field(closing.closed_by),
    field(closing.reason),
    field(JSON.stringify(closing.overrides)),
    timeField(closing.closed_ms),
    covered ? 1 : 0,
  ];
  return `${values.join("\t")}\n`;
}

/**
 * Puts accounts that came to a payer after its closings under them: what such an account used in a closed period is billed in
 * the payer's next one. Done before each run, so that no row of theirs is published into a closed period.
 */
export async function coverNewAccounts(
  { store }: { store: Store },
  { default_zone }: { default_zone: () => Promise<string> },
): Promise<void> {
  const [any] = await selectAnyClosing(store.run, {});
  if (any?.closings === "0") return;
  const uncovered = await selectUncovered(store.run, { default_zone: await default_zone() });
  await writeClosings(
    { store },
    uncovered.map(({ account_id, timeline, ...row }) => ({
      closing: toClosing(row),
      accounts: [{ account_id, timeline }],
    })),
    { covered: true },
  );
}

function toClosing(row: Static<typeof ClosingRow>): Closing {
  const { run_seq, closed_ms, overrides, bound, ...rest } = row;
  return {
    ...rest,
    run_seq: BigInt(run_seq),
    closed_ms: instant(Number(closed_ms)),
    overrides: JSON.parse(overrides) as Override[],
    bound: JSON.parse(bound) as Bound,
  };
}
