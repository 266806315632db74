import Type, { type Static } from "typebox";
import {
  Credit as CoreCredit,
  CreditDraw as CoreDraw,
  type CreditGrant,
  CreditInput as CoreInput,
  noCredit,
} from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { maySee, seenBy } from "../access/scope.ts";
import { answer } from "../openapi.ts";
import { pageOf, pageQuery, readInstant, readPage } from "../paging.ts";
import type { System } from "../system.ts";

const tags = ["ledger"];
const Credit = Type.Object(CoreCredit.properties, { $id: "Credit", additionalProperties: false });
const CreditInput = Type.Object(CoreInput.properties, { $id: "CreditInput", additionalProperties: false });
const CreditDraw = Type.Object(CoreDraw.properties, { $id: "CreditDraw", additionalProperties: false });
const DrawnCredit = Type.Object(
  { ...CoreCredit.properties, draws: Type.Array(CreditDraw) },
  { $id: "DrawnCredit", additionalProperties: false },
);
const CreditEnd = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 1000 }) },
  { $id: "CreditEnd", additionalProperties: false },
);
const Query = Type.Object(
  { payer_account_id: Type.Optional(Type.String({ maxLength: 256 })), ...pageQuery },
  { additionalProperties: false },
);
const Name = Type.Object({ id: Type.String() });
const Place = Type.Object({ granted_ms: Type.Number(), credit_id: Type.String() });
const bodyProblems = ["unreadable-body", "unsupported-media-type", "control-unavailable"] as const;

/** Credits that payers were given or have bought, and where they went. */
export function creditRoutes(app: Api, system: Pick<System, "credits" | "settleMoney" | "store" | "clock">): void {
  const { credits, settleMoney } = system;

  app.get(
    "/v1/credits",
    {
      schema: {
        operationId: "listCredits",
        summary: "Credits with what is left of each",
        tags,
        querystring: Query,
        response: answer({
          status: 200,
          description: "In the order they were granted",
          schema: pageOf(Credit, "CreditPage"),
          problems: ["not-found"],
        }),
      },
    },
    async ({ query: { payer_account_id = "", cursor, limit }, caller }) => {
      const within = await seenBy(system, caller, payer_account_id);
      return readPage({
        question: { list: "credits", payer_account_id },
        cursor,
        limit,
        place: Place,
        read: (after, most) => credits.list({ payer_account_id, within, after, limit: most }),
        placeOf: (last) => ({ granted_ms: readInstant("granted_at", last.granted_at), credit_id: last.credit_id }),
      });
    },
  );

  app.post(
    "/v1/credits",
    {
      schema: {
        operationId: "grantCredit",
        summary: "Grant a credit; granted again with the same id, nothing changes and the answer is 200",
        tags,
        body: CreditInput,
        response: {
          ...answer({ status: 200, description: "Granted before", schema: Credit }),
          ...answer({
            status: 201,
            description: "Granted",
            schema: Credit,
            problems: ["conflict", ...bodyProblems],
          }),
        },
      },
    },
    async (request, reply) => {
      const { created, credit } = await credits.grant(readGrant(request.body), authorOf(request));
      await settleMoney(credit.payer_account_id);
      void reply.code(created ? 201 : 200).header("location", `/v1/credits/${encodeURIComponent(credit.credit_id)}`);
      return credit;
    },
  );

  app.get(
    "/v1/credits/:id",
    {
      schema: {
        operationId: "getCredit",
        summary: "A credit, and which statements it went to",
        tags,
        params: Name,
        response: answer({
          status: 200,
          description: "Below 0: a credit note gave it back",
          schema: DrawnCredit,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params: { id }, caller }) => {
      const found = await credits.get(id);
      if (found === null || !(await maySee(system, caller, found.payer_account_id))) throw noCredit(id);
      return { ...found, draws: await credits.draws(id) };
    },
  );

  app.post(
    "/v1/credits/:id/end",
    {
      schema: {
        operationId: "endCredit",
        summary: "Draw on a credit no more; what is left is booked out, or goes on account where it was bought",
        tags,
        params: Name,
        body: CreditEnd,
        response: answer({
          status: 200,
          description: "The credit as it stands",
          schema: Credit,
          problems: ["not-found", ...bodyProblems],
        }),
      },
    },
    async ({ params, body, caller }) => credits.end(params.id, { reason: body.reason, by: authorOf({ caller }) }),
  );
}

function readGrant({ valid_from, expires_at, ...input }: Static<typeof CreditInput>): CreditGrant {
  const read = (field: string, text: string | undefined) => (text === undefined ? null : readInstant(field, text));
  return { ...input, from: read("valid_from", valid_from), expires: read("expires_at", expires_at) };
}
