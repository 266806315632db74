import Type, { type Static } from "typebox";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { createInTurn } from "../core/in-turn.ts";
import { formatInstant, formatMs, instant, type InstantMs } from "../core/instant.ts";
import { field, insertLines, timeField } from "../core/insert-lines.ts";
import type { Registry } from "../core/registry.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { textsField } from "../core/array-field.ts";
import { FOREVER_MS, readTariffs, Tariff, TariffInput, validity } from "./tariff.ts";

/** A rate card as it is put, whole; `if_version` is the version the caller has read, 0 for a card that must be new. */
export const RateCardInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    currency: Type.String({ minLength: 3, maxLength: 3 }),
    tariffs: Type.Array(TariffInput, { maxItems: 1000 }),
    if_version: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
);
export type RateCardInput = Static<typeof RateCardInput>;

/** A named, versioned set of tariffs; a tariff's version is its card's. */
export const RateCard = Type.Object({
  rate_card_id: Type.String(),
  version: Type.Integer(),
  name: Type.String(),
  currency: Type.String(),
  tariffs: Type.Array(Tariff),
  changed_at: Type.String(),
  changed_by: Type.String(),
});
export type RateCard = Static<typeof RateCard>;

/** The rate cards of an installation; versions are appended, never changed. */
export interface RateCards {
  list(): Promise<RateCard[]>;
  get(rate_card_id: string): Promise<RateCard | null>;
  /** @throws AppError invalid-request, tariff-overlap, conflict when `if_version` is not the present one */
  put(rate_card_id: string, input: RateCardInput, changed_by: string): Promise<RateCard>;
}

const CardRow = Type.Object({
  rate_card_id: Type.String(),
  version: Type.String(),
  name: Type.String(),
  currency: Type.String(),
  changed_ms: Type.String(),
  changed_by: Type.String(),
});
const TariffRow = Type.Object({
  rate_card_id: Type.String(),
  tariff_id: Type.String(),
  name: Type.String(),
  usage_type: Type.Integer(),
  component: Type.String(),
  currency: Type.String(),
  unit: Tariff.properties.unit,
  model: Tariff.properties.model,
  tiers_up_to: Type.Array(Type.String()),
  tiers_rate: Type.Array(Type.String()),
  offerings: Type.Array(Type.String()),
  zones: Type.Array(Type.String()),
  valid_from_ms: Type.String(),
  valid_to_ms: Type.String(),
});
const OfCard = Type.Object({ rate_card_id: Type.String() });
const selectCards = defineQuery("rating/rate_cards", OfCard, CardRow);
const selectTariffs = defineQuery("rating/card_tariffs", OfCard, TariffRow);
const selectVersion = defineQuery(
  "rating/card_version",
  OfCard,
  Type.Object({ present: Type.String(), highest: Type.String() }),
);

const tariffColumns =
  "rate_card_id tariff_id version name usage_type component currency unit model tiers_up_to tiers_rate offerings zones valid_from valid_to".split(
    " ",
  );
const cardColumns = ["rate_card_id", "version", "name", "currency", "changed_at", "changed_by"];
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Rate cards in the store: versions are appended, the highest is current. */
export function createRateCards({
  store,
  clock,
  usageTypes,
}: {
  store: Store;
  clock: Clock;
  usageTypes: Registry;
}): RateCards {
  const inTurn = createInTurn();

  async function select(rate_card_id: string): Promise<RateCard[]> {
    const cards = await selectCards(store.read, { rate_card_id });
    const tariffs = new Map<string, Tariff[]>(cards.map((card) => [card.rate_card_id, []]));
    for (const row of await selectTariffs(store.read, { rate_card_id }))
      tariffs.get(row.rate_card_id)?.push(toTariff(row));
    return cards.map(({ changed_ms, ...card }) => ({
      ...card,
      version: Number(card.version),
      tariffs: tariffs.get(card.rate_card_id) ?? [],
      changed_at: formatMs(changed_ms),
    }));
  }

  async function put(rate_card_id: string, input: RateCardInput, changed_by: string): Promise<RateCard> {
    if (!ID.test(rate_card_id)) {
      const expected = "letters, digits, . _ - and a letter or digit first";
      throw new AppError("invalid-request", `rate_card_id is ${JSON.stringify(rate_card_id)}; expected ${expected}`, {
        field: "rate_card_id",
      });
    }
    const tariffs = readTariffs(input.tariffs, input, usageTypes);
    const [{ present, highest } = { present: "0", highest: "0" }] = await selectVersion(store.read, { rate_card_id });
    if (input.if_version !== undefined && input.if_version !== Number(present)) {
      throw new AppError("conflict", `rate card ${rate_card_id} is at version ${present}, not ${input.if_version}`, {
        field: "if_version",
      });
    }
    // Tariffs of a put that died before its card's row stay behind under a version that is never used again.
    const version = Number(highest) + 1;
    const lines = tariffs.map((tariff) => tariffLine(tariff, { rate_card_id, version }));
    await insertLines(store.write, { table: "tariff", columns: tariffColumns }, lines.join(""));
    const changed_ms = clock.now();
    const row = [
      field(rate_card_id),
      version,
      field(input.name),
      input.currency,
      timeField(changed_ms),
      field(changed_by),
    ];
    await insertLines(store.write, { table: "rate_card", columns: cardColumns }, `${row.join("\t")}\n`);
    const { name, currency } = input;
    return {
      rate_card_id,
      version,
      name,
      currency,
      tariffs: sorted(tariffs),
      changed_at: formatInstant(changed_ms),
      changed_by,
    };
  }

  return {
    list: () => select(""),
    get: async (rate_card_id) => (rate_card_id === "" ? null : ((await select(rate_card_id))[0] ?? null)),
    put: (rate_card_id, input, changed_by) => inTurn(() => put(rate_card_id, input, changed_by)),
  };
}

function tariffLine(tariff: Tariff, card: { rate_card_id: string; version: number }): string {
  const steps = tariff.tiers ?? [{ up_to: null, rate: tariff.rate ?? "0" }];
  const { from_ms, to_ms } = validity(tariff);
  const start = [
    field(card.rate_card_id),
    tariff.tariff_id,
    card.version,
    field(tariff.name),
    tariff.usage_type,
    tariff.component,
  ];
  const price = [
    tariff.currency,
    tariff.unit,
    tariff.model,
    textsField(steps.map(({ up_to }) => up_to ?? "")),
    textsField(steps.map(({ rate }) => rate)),
  ];
  const { offering, zone } = tariff.conditions;
  return `${[...start, ...price, textsField(offering), textsField(zone), dateField(from_ms), dateField(to_ms)].join("\t")}\n`;
}

function toTariff(row: Static<typeof TariffRow>): Tariff {
  const { rate_card_id: _card, tiers_up_to, tiers_rate, offerings, zones, valid_from_ms, valid_to_ms, ...rest } = row;
  const tiers = tiers_rate.map((rate, index) => ({
    up_to: tiers_up_to[index] === "" ? null : (tiers_up_to[index] ?? null),
    rate,
  }));
  const to_ms = Number(valid_to_ms);
  return {
    ...rest,
    ...(row.model === "graduated" ? { tiers } : { rate: tiers[0]?.rate ?? "0" }),
    conditions: { offering: offerings, zone: zones },
    valid_from: formatMs(valid_from_ms),
    valid_to: to_ms === FOREVER_MS ? null : formatInstant(instant(to_ms)),
  };
}

function sorted(tariffs: readonly Tariff[]): Tariff[] {
  return tariffs.toSorted((a, b) => (a.tariff_id < b.tariff_id ? -1 : 1));
}

/** Unix seconds have eleven digits from 2286 on, which the engine does not read; a written date it does. */
function dateField(ms: InstantMs): string {
  return formatInstant(ms).slice(0, -1).replace("T", " ");
}
