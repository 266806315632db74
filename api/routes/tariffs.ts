import type { FastifyReply } from "fastify";
import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import type { RateCard, RateCardInput } from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { IfMatch } from "../http/etags.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";
import { CardTariff, requireRevision, tags, TariffBody, TariffList } from "./card-schemas.ts";

const TariffName = Type.Object({ id: Type.String(), tariff_id: Type.String() });
const TariffQuery = Type.Object(
  { rate_card_id: Type.Optional(Type.String({ minLength: 1 })) },
  { additionalProperties: false },
);
const changing = ["not-found", "precondition-failed", "precondition-required"] as const;

/** Single tariffs. Each is part of a card: to change one is to write its card's next version. */
export function tariffRoutes(app: Api, { rateCards }: Pick<System, "rateCards">): void {
  const find = async (id: string): Promise<RateCard> => {
    const card = await rateCards.get(id);
    if (card === null) throw new AppError("not-found", `there is no rate card "${id}"`, { field: "rate_card_id" });
    return card;
  };
  const send = (reply: FastifyReply, card: RateCard, tariff_id: string): FastifyReply => {
    const { rate_card_id, version, revision, tariffs } = card;
    const tariff = tariffs.find((of) => of.tariff_id === tariff_id);
    if (tariff === undefined)
      throw new AppError("not-found", `rate card "${rate_card_id}" has no tariff "${tariff_id}"`, {
        field: "tariff_id",
      });
    return reply.header("etag", `"${revision}"`).send({ rate_card_id, version, ...tariff });
  };
  const answerTariff = (description: string, problems: NonNullable<Parameters<typeof answer>[0]["problems"]>) =>
    answer({ status: 200, description, schema: CardTariff, problems });

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

  app.get(
    "/v1/rate-cards/:id/tariffs/:tariff_id",
    {
      schema: {
        operationId: "getTariff",
        summary: "A tariff of a rate card's present version",
        tags,
        params: TariffName,
        response: answerTariff("The tariff; the ETag is its card's", ["not-found"]),
      },
    },
    async ({ params: { id, tariff_id } }, reply) => send(reply, await find(id), tariff_id),
  );

  app.put(
    "/v1/rate-cards/:id/tariffs/:tariff_id",
    {
      schema: {
        operationId: "putTariff",
        summary: "Add or replace one tariff: the card's next version, active at once and valid as the present one",
        tags,
        params: TariffName,
        headers: IfMatch,
        body: TariffBody,
        response: answerTariff("The tariff as it stands", [
          ...changing,
          "tariff-overlap",
          "unreadable-body",
          "unsupported-media-type",
        ]),
      },
    },
    async (request, reply) => {
      const { id, tariff_id } = request.params;
      const body = { ...request.body, tariff_id: request.body.tariff_id ?? tariff_id };
      if (body.tariff_id !== tariff_id)
        throw new AppError(
          "invalid-request",
          `tariff_id is "${body.tariff_id}", expected "${tariff_id}" as in the address`,
          {
            field: "tariff_id",
          },
        );
      const card = await find(id);
      const others = card.tariffs.filter((tariff) => tariff.tariff_id !== tariff_id);
      const input = {
        ...asInput(card),
        tariffs: [...others, body],
        ...(await requireRevision(request.headers, card.revision)),
      };
      return send(reply, await rateCards.put(id, input, authorOf(request)), tariff_id);
    },
  );

  app.delete(
    "/v1/rate-cards/:id/tariffs/:tariff_id",
    {
      schema: {
        operationId: "deleteTariff",
        summary: "Leave one tariff out of the card's next version",
        tags,
        params: TariffName,
        headers: IfMatch,
        response: answerTariff("The tariff as it was; the ETag is that of the version without it", changing),
      },
    },
    async (request, reply) => {
      const { id, tariff_id } = request.params;
      const card = await find(id);
      const tariff = card.tariffs.find((of) => of.tariff_id === tariff_id);
      if (tariff === undefined) return send(reply, card, tariff_id);
      const tariffs = card.tariffs.filter((of) => of !== tariff);
      const input = { ...asInput(card), tariffs, ...(await requireRevision(request.headers, card.revision)) };
      const { version, revision } = await rateCards.put(id, input, authorOf(request));
      return reply.header("etag", `"${revision}"`).send({ rate_card_id: id, version, ...tariff });
    },
  );
}

function asInput({ name, currency, valid_from, valid_to, tariffs, charges }: RateCard): RateCardInput {
  return { name, currency, valid_from, valid_to, tariffs, charges };
}
