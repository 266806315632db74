import type { ClickHouseClient } from "@clickhouse/client";
import Type, { type Static } from "typebox";
import { isMonth } from "../core/calendar.ts";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { formatInstant, formatMs } from "../core/instant.ts";
import { field, timeField } from "../core/insert-lines.ts";
import { defineCommand, defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { createSoleControl, type InControl, type Turn } from "../core/versions.ts";
import type { RateCards } from "./rate-cards.ts";
import { refuse } from "./refuse.ts";

/** Who is on a card: an account, or a domain with all domains below it. */
export interface AssignmentTarget {
  readonly kind: "account" | "domain";
  /** An account's id, or a domain's path such as ROOT/acme. */
  readonly id: string;
}

/** From a month of the account's own on: which card it is on ("" = what it inherits) and which is laid over that ("" = none). */
export const Assignment = Type.Object({
  valid_from: Type.String({ description: "a month, such as 2026-10, in the account's own zone" }),
  rate_card_id: Type.String(),
  override_card_id: Type.String(),
  revision: Type.Integer(),
  changed_at: Type.String(),
  changed_by: Type.String(),
});
export type Assignment = Static<typeof Assignment>;

/** The cards an account is on in a period, and by what. `domain` is the one that says so, "" where another source does. */
export const AccountCard = Type.Object({
  rate_card_id: Type.String(),
  override_card_id: Type.String(),
  source: Type.Union([Type.Literal("account"), Type.Literal("domain"), Type.Literal("default")]),
  domain: Type.String(),
});
export type AccountCard = Static<typeof AccountCard>;

/** `if_revision`: the revision of the target's assignments the caller has read, 0 = there are none. */
export interface AssignmentChange {
  readonly valid_from: string;
  readonly rate_card_id?: string;
  readonly override_card_id?: string;
  readonly if_revision?: number;
}

/** Who is on which card from when on. Assignments are appended and count from a month's start, so no month has two of an account. */
export interface Assignments {
  /** Those of one target, by month. Its revision is the highest of theirs. */
  list(target: AssignmentTarget): Promise<Assignment[]>;
  /**
   * What is left out stays as it was in that month. @throws AppError invalid-request, for a month up to the last one that is closed for an
   * account it would reach too: a closed period stays at its prices (P8); precondition-failed
   */
  put(target: AssignmentTarget, change: AssignmentChange, changed_by: string): Promise<Assignment>;
  /** What a period's rating goes by. null where core does not know the account: it is on the default card. */
  cardOf(account_id: string, of: { period: string; default_card: string }): Promise<AccountCard | null>;
}

const Row = Type.Object({
  kind: Type.String(),
  id: Type.String(),
  valid_from: Type.String(),
  revision: Type.String(),
  rate_card_id: Type.String(),
  override_card_id: Type.String(),
  changed_ms: Type.String(),
  changed_by: Type.String(),
});
const selectAssignments = defineQuery(
  "rating/card_assignments",
  Type.Object({ kind: Type.String(), id: Type.String() }),
  Row,
);
const selectCard = defineQuery(
  "rating/account_card",
  Type.Object({ account_id: Type.String(), period: Type.String(), default_card: Type.String() }),
  AccountCard,
);
const selectClosed = defineQuery(
  "rating/last_closed_month",
  Type.Object({ kind: Type.String(), id: Type.String() }),
  Type.Object({ account_id: Type.String(), period: Type.String() }),
);
const clearCards = defineCommand("rating/clear_account_cards", Type.Object({}));
const writeCards = defineCommand(
  "rating/write_account_cards",
  Type.Object({ period: Type.String(), default_card: Type.String() }),
);
const columns = "kind id valid_from revision rate_card_id override_card_id changed_at changed_by".split(" ");
const DOMAIN = /^[^/]+(\/[^/]+)*$/;

/** Lays out, for a rating run, which cards each account is on in its period: default, domain, account, and what is laid over. */
export async function fillAccountCards(
  client: ClickHouseClient,
  of: { period: string; default_card: string },
): Promise<void> {
  await clearCards(client, {});
  await writeCards(client, of);
}

/** Assignments in the store. */
export function createAssignments({
  store,
  clock,
  rateCards,
  inControl = createSoleControl(store),
}: {
  store: Store;
  clock: Clock;
  rateCards: Pick<RateCards, "get">;
  inControl?: InControl;
}): Assignments {
  const list = async ({ kind, id }: AssignmentTarget): Promise<Assignment[]> =>
    (await selectAssignments(store.read, { kind, id })).map(toAssignment);

  async function requireCard(name: "rate_card_id" | "override_card_id", id: string): Promise<void> {
    if (id !== "" && (await rateCards.get(id)) === null) refuse(name, id, "a rate card that exists");
  }

  async function requireOpen({ kind, id }: AssignmentTarget, valid_from: string): Promise<void> {
    const [closed] = await selectClosed(store.read, { kind, id });
    if (closed === undefined || closed.period < valid_from) return;
    refuse(
      "valid_from",
      valid_from,
      `a month after ${closed.period}, which is closed for account ${closed.account_id}`,
    );
  }

  async function write(
    turn: Turn,
    { target, change, changed_by }: { target: AssignmentTarget; change: AssignmentChange; changed_by: string },
  ): Promise<Assignment> {
    const known = await list(target);
    const present = Math.max(0, ...known.map(({ revision }) => revision));
    if (change.if_revision !== undefined && change.if_revision !== present) {
      const words = `the rate card of ${target.kind} ${target.id} is at revision ${present}, not ${change.if_revision}`;
      throw new AppError("precondition-failed", words, { field: "if-match" });
    }
    const { valid_from } = change;
    await requireOpen(target, valid_from);
    const former = known.findLast((of) => of.valid_from <= valid_from);
    const rate_card_id = change.rate_card_id ?? former?.rate_card_id ?? "";
    const override_card_id = change.override_card_id ?? former?.override_card_id ?? "";
    await requireCard("rate_card_id", rate_card_id);
    await requireCard("override_card_id", override_card_id);
    const changed_ms = clock.now();
    const revision = present + 1;
    const head = [target.kind, field(target.id), valid_from, revision, rate_card_id, override_card_id];
    await turn.write(
      { table: "rate_card_assignment", columns },
      `${[...head, timeField(changed_ms), field(changed_by)].join("\t")}\n`,
    );
    return { valid_from, rate_card_id, override_card_id, revision, changed_at: formatInstant(changed_ms), changed_by };
  }

  return {
    list,
    put: async (target, change, changed_by) => {
      if (!isMonth(change.valid_from)) refuse("valid_from", change.valid_from, "a month, such as 2026-10");
      if (target.kind === "domain" && !DOMAIN.test(target.id)) refuse("domain", target.id, "a path such as ROOT/acme");
      if (target.kind === "domain" && (change.override_card_id ?? "") !== "")
        refuse("override_card_id", change.override_card_id, "none: a card is laid over for an account");
      return inControl((turn) => write(turn, { target, change, changed_by }));
    },
    cardOf: async (account_id, of) => (await selectCard(store.read, { account_id, ...of }))[0] ?? null,
  };
}

function toAssignment({ kind: _kind, id: _id, changed_ms, ...row }: Static<typeof Row>): Assignment {
  return { ...row, revision: Number(row.revision), changed_at: formatMs(changed_ms) };
}
