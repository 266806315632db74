import type { FastifyReply } from "fastify";
import Type, { type Static } from "typebox";
import { monthOf } from "../../core/calendar.ts";
import { AppError } from "../../core/errors.ts";
import { AccountCard, Assignment, type AssignmentTarget } from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { IfMatch, seenVersion } from "../http/etags.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";

const tags = ["pricing"];
const Month = Type.String({ maxLength: 16, description: "such as 2026-10, in the account's own zone" });
const CardId = Type.String({ maxLength: 128 });
const domainChoice = {
  rate_card_id: Type.Optional({ ...CardId, description: "empty = what is inherited" }),
  valid_from: Type.Optional({
    ...Month,
    description: "the month from which on it counts; the present one when left out",
  }),
};
const DomainChoice = Type.Object(domainChoice, { $id: "DomainRateCardChoice", additionalProperties: false });
const RateCardChoice = Type.Object(
  {
    ...domainChoice,
    override_card_id: Type.Optional({ ...CardId, description: "a card laid over the other; empty = none" }),
  },
  { $id: "RateCardChoice", additionalProperties: false },
);
const CardAssignment = Type.Object(Assignment.properties, { $id: "CardAssignment", additionalProperties: false });
const CardsOver = Type.Object(
  { assignments: Type.Array(CardAssignment) },
  { $id: "DomainRateCard", additionalProperties: false },
);
const CardsOfAccount = Type.Object(
  {
    period: Type.String(),
    in_force: Type.Object(AccountCard.properties, { additionalProperties: false }),
    assignments: Type.Array(CardAssignment),
  },
  { $id: "AccountRateCard", additionalProperties: false },
);
const Name = Type.Object({ id: Type.String({ minLength: 1, maxLength: 1024 }) });
const PeriodQuery = Type.Object({ period: Type.Optional(Month) }, { additionalProperties: false });

/** Who is on which rate card: accounts, and domains with all below them; nearest wins. */
export function cardAssignmentRoutes(app: Api, { accounts, assignments, settings, clock }: System): void {
  const requireAccount = async (id: string): Promise<void> => {
    if ((await accounts.get(id)) === null)
      throw new AppError("not-found", `there is no account "${id}"`, { field: "account_id" });
  };
  const presentMonth = async (account_id: string | null): Promise<string> => {
    const own = account_id === null ? null : await accounts.get(account_id);
    const zone =
      own === null || own.time_zone === "" ? await settings.get("usage.aggregation.timezone") : own.time_zone;
    return monthOf({ zone, at: clock.now() });
  };
  const revisionOf = (list: readonly Static<typeof Assignment>[]): number =>
    Math.max(0, ...list.map(({ revision }) => revision));
  const etagOf = (list: readonly Static<typeof Assignment>[]): string => `"${revisionOf(list)}"`;
  const put = async (
    target: AssignmentTarget,
    asked: {
      readonly choice: Static<typeof RateCardChoice>;
      readonly conditions: Parameters<typeof seenVersion>[0];
      readonly by: string;
    },
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const { valid_from, ...choice } = asked.choice;
    const month = valid_from ?? (await presentMonth(target.kind === "account" ? target.id : null));
    const { if_version } = await seenVersion(
      asked.conditions,
      async () => revisionOf(await assignments.list(target)) || null,
    );
    const seen = if_version === undefined ? {} : { if_revision: Number(if_version) };
    const change = { ...choice, valid_from: month, ...seen };
    const written = await assignments.put(target, change, asked.by);
    return reply.header("etag", `"${written.revision}"`).send(written);
  };
  const answerChoice = answer({
    status: 200,
    description: "What was assigned; the revision is the ETag",
    schema: CardAssignment,
    problems: ["not-found", "precondition-failed", "unreadable-body", "unsupported-media-type"],
  });

  app.get(
    "/v1/accounts/:id/rate-card",
    {
      schema: {
        operationId: "getAccountRateCard",
        summary: "The cards an account is on in a month, and all that was assigned to it",
        tags,
        params: Name,
        querystring: PeriodQuery,
        response: answer({
          status: 200,
          description: "The cards in force, and from where they come",
          schema: CardsOfAccount,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params: { id }, query }, reply) => {
      await requireAccount(id);
      const period = query.period ?? (await presentMonth(id));
      const default_card = await settings.get("rating.default.rate.card");
      const list = await assignments.list({ kind: "account", id });
      const in_force = await assignments.cardOf(id, { period, default_card });
      return reply.header("etag", etagOf(list)).send({ period, in_force, assignments: list });
    },
  );

  app.put(
    "/v1/accounts/:id/rate-card",
    {
      schema: {
        operationId: "putAccountRateCard",
        summary: "Put an account on a rate card, or lay one over it, from a month on",
        tags,
        params: Name,
        headers: IfMatch,
        body: RateCardChoice,
        response: answerChoice,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await requireAccount(id);
      const asked = { choice: request.body, conditions: request.headers, by: authorOf(request) };
      return put({ kind: "account", id }, asked, reply);
    },
  );

  app.get(
    "/v1/domains/:id/rate-card",
    {
      schema: {
        operationId: "getDomainRateCard",
        summary: "What was assigned to a domain; its path is one part of the address: ROOT%2Facme",
        tags,
        params: Name,
        response: answer({
          status: 200,
          description: "By month; none where it inherits from the domain above it",
          schema: CardsOver,
        }),
      },
    },
    async ({ params: { id } }, reply) => {
      const list = await assignments.list({ kind: "domain", id });
      return reply.header("etag", etagOf(list)).send({ assignments: list });
    },
  );

  app.put(
    "/v1/domains/:id/rate-card",
    {
      schema: {
        operationId: "putDomainRateCard",
        summary: "Put a domain, and all below it that say nothing else, on a rate card from a month on",
        tags,
        params: Name,
        headers: IfMatch,
        body: DomainChoice,
        response: answerChoice,
      },
    },
    async (request, reply) => {
      const asked = { choice: request.body, conditions: request.headers, by: authorOf(request) };
      return put({ kind: "domain", id: request.params.id }, asked, reply);
    },
  );
}
