import type { FastifyReply } from "fastify";
import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { RateCard as CoreRateCard, RateCardInput as CoreInput, Tariff } from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../auth.ts";
import { examples } from "../examples.ts";
import { answer } from "../openapi.ts";
import { readIfMatch } from "../paging.ts";
import type { System } from "../system.ts";

const { if_version: _version, ...inputFields } = CoreInput.properties;
const RateCardInput = Type.Object(inputFields, { $id: "RateCardInput", additionalProperties: false });
const NamedTariff = Type.Object(Tariff.properties, { $id: "Tariff", additionalProperties: false });
const RateCard = Type.Object(
  { ...CoreRateCard.properties, tariffs: Type.Array(NamedTariff) },
  { $id: "RateCard", additionalProperties: false },
);
const CardTariff = Type.Object(
  { ...Tariff.properties, rate_card_id: Type.String(), version: Type.Integer() },
  { $id: "CardTariff", additionalProperties: false },
);
const CardList = Type.Object({ data: Type.Array(RateCard) }, { $id: "RateCardList", additionalProperties: false });
const TariffList = Type.Object({ data: Type.Array(CardTariff) }, { $id: "TariffList", additionalProperties: false });
const CardName = Type.Object({ id: Type.String() });
const TariffQuery = Type.Object(
  { rate_card_id: Type.Optional(Type.String({ minLength: 1 })) },
  { additionalProperties: false },
);
const IfMatch = Type.Object({
  "if-match": Type.Optional(Type.String({ description: 'The ETag seen, "0" for a card that must be new' })),
});

const tags = ["pricing"];

/** What things cost. */
export function rateCardRoutes(app: Api, { rateCards }: Pick<System, "rateCards">): void {
  const send = (reply: FastifyReply, card: CoreRateCard): FastifyReply =>
    reply.header("etag", `"${card.version}"`).send(card);

  app.get(
    "/v1/rate-cards",
    {
      schema: {
        operationId: "listRateCards",
        summary: "All rate cards with their tariffs",
        tags,
        response: answer({
          status: 200,
          description: "The rate cards",
          schema: CardList,
          example: { data: [examples.rateCard] },
        }),
      },
    },
    async () => ({ data: await rateCards.list() }),
  );

  app.get(
    "/v1/rate-cards/:id",
    {
      schema: {
        operationId: "getRateCard",
        summary: "A rate card with its tariffs",
        tags,
        params: CardName,
        response: answer({
          status: 200,
          description: "The card; its version is the ETag",
          schema: RateCard,
          example: examples.rateCard,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params: { id } }, reply) => {
      const card = await rateCards.get(id);
      if (card === null) throw new AppError("not-found", `there is no rate card "${id}"`, { field: "rate_card_id" });
      return send(reply, card);
    },
  );

  app.put(
    "/v1/rate-cards/:id",
    {
      schema: {
        operationId: "putRateCard",
        summary: "Write a rate card whole, as its next version",
        tags,
        params: CardName,
        headers: IfMatch,
        body: RateCardInput,
        response: answer({
          status: 200,
          description: "The card as it stands; its version is the ETag",
          schema: RateCard,
          example: examples.rateCard,
          problems: ["conflict", "tariff-overlap", "unreadable-body", "unsupported-media-type", "body-too-large"],
        }),
      },
    },
    async (request, reply) => {
      const seen = readIfMatch(request.headers["if-match"]);
      const input = seen === undefined ? request.body : { ...request.body, if_version: Number(seen) };
      return send(reply, await rateCards.put(request.params.id, input, authorOf(request)));
    },
  );

  app.get(
    "/v1/tariffs",
    {
      schema: {
        operationId: "listTariffs",
        summary: "The tariffs of all rate cards, or of one",
        tags,
        querystring: TariffQuery,
        response: answer({
          status: 200,
          description: "The tariffs as they stand",
          schema: TariffList,
          example: { data: [{ rate_card_id: "default", version: 1, ...examples.tariff }] },
        }),
      },
    },
    async ({ query: { rate_card_id } }) => {
      const cards = (await rateCards.list()).filter(
        (card) => rate_card_id === undefined || card.rate_card_id === rate_card_id,
      );
      return {
        data: cards.flatMap(({ rate_card_id: card, version, tariffs }) =>
          tariffs.map((tariff) => ({ rate_card_id: card, version, ...tariff })),
        ),
      };
    },
  );
}
