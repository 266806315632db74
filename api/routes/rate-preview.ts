import Type from "typebox";
import { isTimeZone } from "../../core/calendar.ts";
import { AppError } from "../../core/errors.ts";
import {
  AccountDifference,
  type Pricing,
  type RateCardInput as CoreInput,
  pricingWithCard,
  pricingWithDraft,
  previewTotal,
  previewUsage,
  PreviewLine,
  StatedUse,
  TotalDifference,
} from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";
import { RateCardInput, tags } from "./card-schemas.ts";

const { rate_card_id: _id, state: _state, ...cardFields } = RateCardInput.properties;
const PreviewRequest = Type.Object(
  {
    card: Type.Optional(
      Type.Object(cardFields, {
        additionalProperties: false,
        description: "prices as they would be put; else a card that is there is named",
      }),
    ),
    rate_card_id: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "the card that is priced by; with `card`, the one it would take the place of: without, all accounts are on it",
      }),
    ),
    version: Type.Optional(
      Type.Integer({ minimum: 1, description: "a draft of rate_card_id that is taken as active" }),
    ),
    usage: Type.Optional(Type.Array(StatedUse, { minItems: 1, maxItems: 10_000, description: "this use" })),
    currency: Type.Optional(
      Type.String({
        minLength: 3,
        maxLength: 3,
        description: "with usage; the setting billing.currency when left out",
      }),
    ),
    time_zone: Type.Optional(
      Type.String({ maxLength: 64, description: "with usage; the setting usage.aggregation.timezone when left out" }),
    ),
    period: Type.Optional(Type.String({ maxLength: 16, description: "or what was used in this month" })),
    accounts: Type.Optional(
      Type.Array(Type.String({ maxLength: 256 }), { maxItems: 10_000, description: "with period; all when left out" }),
    ),
  },
  { $id: "RatePreviewRequest", additionalProperties: false },
);
const RatePreview = Type.Object(
  {
    period: Type.Union([Type.String(), Type.Null()]),
    totals: Type.Array(Type.Object(TotalDifference.properties, { additionalProperties: false }), {
      description: "of a month: what is rated, what would be, and the difference",
    }),
    accounts: Type.Array(Type.Object(AccountDifference.properties, { additionalProperties: false })),
    currency: Type.Union([Type.String(), Type.Null()]),
    total: Type.Union([Type.String(), Type.Null()], {
      description:
        "of stated use by its tariffs, 9 decimals; charges such as discounts and minimums are of a whole month, and not in it",
    }),
    lines: Type.Array(Type.Object(PreviewLine.properties, { additionalProperties: false })),
  },
  { $id: "RatePreview", additionalProperties: false },
);

interface Asked {
  readonly name: string;
  readonly version: number | undefined;
  readonly card?: CoreInput;
  readonly in_place: string | undefined;
  readonly by: string;
}

/** What would it cost: nothing of a preview is kept or published. */
export function ratePreviewRoutes(app: Api, { rateCards, settings, previewRates }: System): void {
  const pricingOf = async ({ name, version, card, in_place, by }: Asked): Promise<Pricing> => {
    if (card !== undefined)
      return pricingWithCard(await rateCards.versions(), rateCards.read(name, card, by), in_place ?? null);
    const found = await rateCards.get(name, version);
    const which = version === undefined ? "" : ` of version ${version}`;
    if (found === null)
      throw new AppError("not-found", `there is no rate card "${name}"${which}`, { field: "rate_card_id" });
    return version === undefined ? rateCards.pricing() : pricingWithDraft(await rateCards.versions(), found);
  };

  app.post(
    "/v1/rate-preview",
    {
      schema: {
        operationId: "previewRates",
        summary: "What stated use, or a month's real use, would cost at these prices",
        tags,
        body: PreviewRequest,
        response: answer({
          status: 200,
          description:
            "Of a month totals, and per account the difference to what is rated, charges included, corrections of closed months on neither side. Of stated use what tariffs make of it",
          schema: RatePreview,
          problems: [
            "not-found",
            "tariff-overlap",
            "run-in-progress",
            "lease-lost",
            "unreadable-body",
            "unsupported-media-type",
            "body-too-large",
          ],
        }),
      },
    },
    async ({ body, caller }) => {
      const { card, rate_card_id, version, usage, period, accounts = [] } = body;
      if ((usage === undefined) === (period === undefined)) throw invalid("usage", "expected either usage or period");
      if (card !== undefined && version !== undefined) throw invalid("version", "expected either card or version");
      const name = rate_card_id ?? (card === undefined ? await settings.get("rating.default.rate.card") : "preview");
      const pricing = await pricingOf({
        name,
        version,
        by: authorOf({ caller }),
        ...(card === undefined ? {} : { card }),
        in_place: rate_card_id,
      });
      if (period !== undefined) {
        const found = await previewRates({ period, pricing, accounts });
        return { period, ...found, currency: null, total: null, lines: [] };
      }
      const currency = body.currency ?? (await settings.get("billing.currency"));
      const time_zone = body.time_zone ?? (await settings.get("usage.aggregation.timezone"));
      if (!isTimeZone(time_zone))
        throw invalid("time_zone", `time_zone is "${time_zone}", expected a zone such as Europe/Amsterdam`);
      const lines = previewUsage(usage ?? [], { card: pricing.of(name), currency, time_zone });
      return { period: null, totals: [], accounts: [], currency, total: previewTotal(lines), lines };
    },
  );
}

function invalid(field: string, words: string): AppError {
  return new AppError("invalid-request", words, { field });
}
