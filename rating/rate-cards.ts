import Type from "typebox";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { formatInstant, parseInstant } from "../core/instant.ts";
import type { Registry } from "../core/registry.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { createSoleControl, type InControl, type Turn } from "../core/versions.ts";
import { cardColumns, cardLine, readVersions, readVersionsAt } from "./cards/card-rows.ts";
import { createPricing, type Pricing } from "./cards/pricing.ts";
import { type CardState, RateCard, RateCardInput } from "./cards/rate-card.ts";
import { readCharges } from "./charges/read-charges.ts";
import { refuse } from "./refuse.ts";
import { readTariffs, validity } from "./tariff.ts";

export { RateCard, RateCardInput };

/** A change of a version's state: to active, or to archived, ending its validity at `valid_to`, now when left out. */
export interface StateChange {
  readonly state: Exclude<CardState, "draft">;
  readonly valid_to?: string;
  readonly if_revision?: number;
}

/** The rate cards of an installation; versions are appended, and what an active one says never changes. */
export interface RateCards {
  /** Of each card its present version: the highest active one, else the highest. */
  list(): Promise<RateCard[]>;
  /** That version of a card, or the present one. */
  get(rate_card_id: string, version?: number): Promise<RateCard | null>;
  /** All versions of a card, or of all cards by id, oldest first. */
  versions(rate_card_id?: string): Promise<RateCard[]>;
  /** @throws AppError invalid-request, tariff-overlap, precondition-failed when `if_revision` is not the present one */
  put(rate_card_id: string, input: RateCardInput, changed_by: string): Promise<RateCard>;
  /** What a card would be if it were put: checked and filled up, version and revision 0. @throws AppError invalid-request, tariff-overlap */
  read(rate_card_id: string, input: RateCardInput, changed_by: string): RateCard;
  /** Makes a draft active, or ends a version. @throws AppError not-found, conflict, invalid-request, precondition-failed */
  setState(of: { rate_card_id: string; version: number }, change: StateChange, changed_by: string): Promise<RateCard>;
  /** What rating reads: the prices of all versions that count. */
  pricing(): Promise<Pricing>;
  /** The prices as they stood at an instant, Unix ms UTC: what came later counts for nothing, whatever it says of its validity. */
  pricingAt(at_ms: number): Promise<Pricing>;
}

const selectAssigned = defineQuery(
  "rating/assigned_fingerprint",
  Type.Object({}),
  Type.Object({ fingerprint: Type.String() }),
);
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const target = { table: "rate_card", columns: cardColumns };

/** Rate cards in the store: versions and changes of their states are appended, of a version the latest row counts. */
export function createRateCards({
  store,
  clock,
  usageTypes,
  inControl = createSoleControl(store),
}: {
  store: Store;
  clock: Clock;
  usageTypes: Registry;
  inControl?: InControl;
}): RateCards {
  function read(rate_card_id: string, input: RateCardInput, changed_by: string): RateCard {
    if (!ID.test(rate_card_id))
      refuse("rate_card_id", rate_card_id, "letters, digits, . _ - and a letter or digit first");
    const { name, currency, state = "active" } = input;
    const tariffs = readTariffs(input.tariffs, input, usageTypes);
    const charges = readCharges(input.charges ?? [], input, usageTypes);
    const head = { rate_card_id, version: 0, revision: 0, state, name, currency, ...readValidity(input) };
    const changed_at = formatInstant(clock.now());
    return { ...head, tariffs: sorted(tariffs), charges, changed_at, changed_by };
  }

  async function write(turn: Turn, card: RateCard): Promise<RateCard> {
    const changed_ms = clock.now();
    await turn.write(target, cardLine(card, changed_ms));
    return { ...card, changed_at: formatInstant(changed_ms) };
  }

  async function setState(
    turn: Turn,
    {
      rate_card_id,
      version,
      change,
      changed_by,
    }: { rate_card_id: string; version: number; change: StateChange; changed_by: string },
  ): Promise<RateCard> {
    const versions = await readVersions(store, rate_card_id);
    const card = versions.find((of) => of.version === version);
    if (card === undefined)
      throw new AppError("not-found", `there is no version ${version} of rate card "${rate_card_id}"`, {
        field: "version",
      });
    const revision = requireRevision(versions, { rate_card_id, if_revision: change.if_revision });
    if (card.state === change.state) return card;
    if (card.state === "archived" || (change.state === "active" && card.state !== "draft"))
      throw new AppError(
        "conflict",
        `version ${version} of rate card ${rate_card_id} is ${card.state}, it cannot become ${change.state}`,
        { field: "state" },
      );
    const end =
      change.state === "archived" ? { valid_to: endOf(card, change.valid_to ?? formatInstant(clock.now())) } : {};
    return write(turn, { ...card, ...end, state: change.state, revision: revision + 1, changed_by });
  }

  return {
    list: async () => presentOf(await readVersions(store, "")),
    get: async (rate_card_id, version) => {
      const versions = rate_card_id === "" ? [] : await readVersions(store, rate_card_id);
      if (version !== undefined) return versions.find((card) => card.version === version) ?? null;
      return presentOf(versions)[0] ?? null;
    },
    versions: async (rate_card_id) => (rate_card_id === "" ? [] : readVersions(store, rate_card_id ?? "")),
    put: (rate_card_id, input, changed_by) =>
      inControl(async (turn) => {
        const card = read(rate_card_id, input, changed_by);
        const versions = await readVersions(store, rate_card_id);
        const revision = requireRevision(versions, { rate_card_id, if_revision: input.if_revision });
        const version = Math.max(0, ...versions.map((of) => of.version)) + 1;
        return write(turn, { ...card, version, revision: revision + 1 });
      }),
    read,
    setState: (of, change, changed_by) => inControl((turn) => setState(turn, { ...of, change, changed_by })),
    pricing: async () => {
      const [assigned] = await selectAssigned(store.run, {});
      return createPricing(await readVersions(store, ""), assigned?.fingerprint ?? "");
    },
    pricingAt: async (at_ms) => createPricing(await readVersionsAt(store, at_ms), ""),
  };
}

/** The card's present revision. */
function requireRevision(
  versions: readonly RateCard[],
  { rate_card_id, if_revision }: { rate_card_id: string; if_revision: number | undefined },
): number {
  const present = Math.max(0, ...versions.map(({ revision }) => revision));
  if (if_revision === undefined || if_revision === present) return present;
  throw new AppError("precondition-failed", `rate card ${rate_card_id} is at revision ${present}, not ${if_revision}`, {
    field: "if-match",
  });
}

/** Versions come by card, oldest first; so do the answers. The revision is the card's, so that any change shows. */
function presentOf(versions: readonly RateCard[]): RateCard[] {
  const cards = new Map<string, RateCard>();
  for (const card of versions) {
    const known = cards.get(card.rate_card_id);
    const revision = Math.max(card.revision, known?.revision ?? 0);
    const better = known === undefined || card.state === "active" || known.state !== "active";
    cards.set(card.rate_card_id, { ...(better ? card : known), revision });
  }
  return [...cards.values()];
}

function readValidity({ valid_from, valid_to }: Pick<RateCardInput, "valid_from" | "valid_to">) {
  const from = readInstant("valid_from", valid_from ?? "1970-01-01T00:00:00Z");
  const to = valid_to === undefined || valid_to === null ? null : readInstant("valid_to", valid_to);
  if (to !== null && to <= from) refuse("valid_to", valid_to, "an instant after valid_from");
  return { valid_from: from, valid_to: to };
}

/** Where a version ends that is archived: never later than it was to end, a draft where it would have begun. */
function endOf(card: RateCard, asked: string): string {
  const end = readInstant("valid_to", asked);
  const { from_ms, to_ms } = validity(card);
  const at = Math.min(to_ms, validity({ valid_from: card.valid_from, valid_to: end }).to_ms);
  return card.state === "draft" || at <= from_ms ? card.valid_from : end;
}

function readInstant(field: string, text: string): string {
  const at = parseInstant(text);
  if (at === null || at < 0 || at >= Date.UTC(2299, 11, 31))
    refuse(field, text, "an RFC 3339 instant with offset between 1970 and 2299");
  return formatInstant(at);
}

function sorted<T extends { tariff_id: string }>(tariffs: readonly T[]): T[] {
  return tariffs.toSorted((a, b) => (a.tariff_id < b.tariff_id ? -1 : 1));
}
