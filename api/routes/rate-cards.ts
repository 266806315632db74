import type { FastifyReply } from "fastify";
import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { formatCard, parseCard, type RateCard as CoreRateCard } from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { preferred } from "../http/accept.ts";
import { IfMatch } from "../http/etags.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";
import { CardName, RateCard, RateCardInput, RateCardList, requireRevision, StateChange, tags } from "./card-schemas.ts";

const Version = Type.Object({ id: Type.String(), version: Type.String({ pattern: "^[1-9]\\d{0,8}$" }) });
const VersionQuery = Type.Object(
  { version: Type.Optional(Type.Integer({ minimum: 1 })) },
  { additionalProperties: false },
);
const yamlTypes = ["application/yaml", "application/x-yaml", "text/yaml"];
const forms = ["application/json", ...yamlTypes].map((type) => [type, type] as const);

const answerCard = (description: string, problems: NonNullable<Parameters<typeof answer>[0]["problems"]>) => {
  const answers: Readonly<Record<number, { readonly content: object }>> = answer({
    status: 200,
    description,
    schema: RateCard,
    problems,
  });
  const file = Type.String({ description: "The card as a file that can be put again" });
  const yaml = { schema: file, example: "rate_card_id: default\nname: List prices\n" };
  const files = Object.fromEntries(yamlTypes.map((type) => [type, yaml]));
  return { ...answers, 200: { ...answers[200], content: { ...answers[200]?.content, ...files } } };
};

/** What things cost: cards, their versions and states; as JSON, or as YAML where the headers say so. */
export function rateCardRoutes(app: Api, { rateCards }: Pick<System, "rateCards">): void {
  app.addContentTypeParser(yamlTypes, { parseAs: "string" }, async (_request: unknown, body: string | Buffer) =>
    parseCard(String(body)),
  );
  const send = (reply: FastifyReply, card: CoreRateCard): FastifyReply => {
    void reply.header("etag", `"${card.revision}"`);
    const form = preferred(reply.request.headers.accept, forms);
    return form === "application/json" ? reply.send(card) : reply.type(`${form}; charset=utf-8`).send(formatCard(card));
  };
  const missing = (id: string): AppError =>
    new AppError("not-found", `there is no rate card "${id}"`, { field: "rate_card_id" });

  app.get(
    "/v1/rate-cards",
    {
      schema: {
        operationId: "listRateCards",
        summary: "All rate cards with their tariffs, each in its present version",
        tags,
        response: answer({
          status: 200,
          description: "The rate cards",
          schema: RateCardList,
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
        summary: "A rate card with its tariffs: the highest active version, or the one asked for",
        tags,
        params: CardName,
        querystring: VersionQuery,
        response: answerCard("The card; the revision is the ETag", ["not-found"]),
      },
    },
    async ({ params: { id }, query: { version } }, reply) => {
      const card = await rateCards.get(id, version);
      if (card === null) throw missing(id);
      const present = version === undefined ? card : await rateCards.get(id);
      return send(reply, { ...card, revision: present?.revision ?? card.revision });
    },
  );

  app.get(
    "/v1/rate-cards/:id/versions",
    {
      schema: {
        operationId: "listRateCardVersions",
        summary: "All versions of a rate card, oldest first",
        tags,
        params: CardName,
        response: answer({
          status: 200,
          description: "The versions in their present states",
          schema: RateCardList,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params: { id } }) => {
      const versions = await rateCards.versions(id);
      if (versions.length === 0) throw missing(id);
      return { data: versions };
    },
  );

  app.put(
    "/v1/rate-cards/:id",
    {
      schema: {
        operationId: "putRateCard",
        summary: "Write a rate card whole, as its next version: a draft, or active at once",
        tags,
        params: CardName,
        headers: IfMatch,
        body: RateCardInput,
        response: answerCard("The version that was written; the revision is the ETag", [
          "precondition-failed",
          "precondition-required",
          "tariff-overlap",
          "unreadable-body",
          "unsupported-media-type",
          "body-too-large",
        ]),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { rate_card_id = id, ...input } = request.body;
      if (rate_card_id !== id)
        throw new AppError("invalid-request", `rate_card_id is "${rate_card_id}", expected "${id}" as in the address`, {
          field: "rate_card_id",
        });
      const seen = await requireRevision(request.headers, (await rateCards.get(id))?.revision ?? null);
      return send(reply, await rateCards.put(id, { ...input, ...seen }, authorOf(request)));
    },
  );

  app.put(
    "/v1/rate-cards/:id/versions/:version/state",
    {
      schema: {
        operationId: "putRateCardState",
        summary: "Make a draft active, or end a version: it prices what lies before its end, as before",
        tags,
        params: Version,
        headers: IfMatch,
        body: StateChange,
        response: answerCard("The version as it stands", [
          "not-found",
          "conflict",
          "precondition-failed",
          "precondition-required",
          "unreadable-body",
          "unsupported-media-type",
        ]),
      },
    },
    async (request, reply) => {
      const { id, version } = request.params;
      const seen = await requireRevision(request.headers, (await rateCards.get(id))?.revision ?? null);
      const change = { ...request.body, ...seen };
      return send(
        reply,
        await rateCards.setState({ rate_card_id: id, version: Number(version) }, change, authorOf(request)),
      );
    },
  );
}
