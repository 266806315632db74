import Type from "typebox";
import { Finding, Override } from "../../aggregate/index.ts";
import { MONTH_PATTERN } from "../../core/calendar.ts";
import { AppError } from "../../core/errors.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { answer } from "../openapi.ts";
import { answersOfWork, awaitWork, Prefer } from "../operations/await-work.ts";
import { pageOf, pageQuery, readPage } from "../paging.ts";
import type { System } from "../system.ts";
import { Statement } from "./billing.ts";

const tags = ["billing"];
const PeriodName = Type.Object({
  period: Type.String({ pattern: MONTH_PATTERN, description: "The month, such as 2026-10" }),
});
const Name = Type.Object({ id: Type.String() });
const Payer = Type.String({ minLength: 1, maxLength: 256, description: "The payer" });
const Query = Type.Object({ account_id: Type.Optional(Payer), ...pageQuery }, { additionalProperties: false });
const Place = Type.Object({ payer_account_id: Type.String() });
const Readiness = Type.Object(
  {
    payer_account_id: Type.String(),
    period: Type.String(),
    state: Type.Union([Type.Literal("draft"), Type.Literal("final")], { description: "final: all there are" }),
    ready: Type.Boolean({ description: "Whether they can be made final now without an override" }),
    statements: Type.Array(Type.String()),
    drafts: Type.Array(Type.String(), { description: "Those of them that are not final yet" }),
    findings: Type.Array(Finding),
    void_unbilled: Type.Array(Type.String(), {
      description: "Void ones neither issued again nor written off: what they billed is unbilled until then",
    }),
  },
  { $id: "StatementReadiness", additionalProperties: false },
);
const Reason = Type.Optional(Type.String({ maxLength: 1024, description: "Kept with the documents" }));
const Overrides = Type.Optional(
  Type.Array(Override, { maxItems: 16, description: "Findings that shall not hold it up; kept with the documents" }),
);
const PeriodRequest = Type.Object(
  {
    account_id: Type.Optional({ ...Payer, description: "The payer; left out = all who closed the period" }),
    reason: Reason,
    overrides: Overrides,
  },
  { $id: "FinalizePeriodRequest", additionalProperties: false },
);
const OneRequest = Type.Object(
  { reason: Reason, overrides: Overrides },
  { $id: "FinalizeStatementRequest", additionalProperties: false },
);
const VoidRequest = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 1024 }) },
  { $id: "VoidStatementRequest", additionalProperties: false },
);
const Document = Type.Object(
  {
    id: Type.String(),
    number: Type.String(),
    kind: Type.String(),
    payer_account_id: Type.String(),
    currency: Type.String(),
    total: Type.String(),
  },
  { additionalProperties: false },
);
const Finalized = Type.Object(
  {
    period: Type.String(),
    run_id: Type.Union([Type.String(), Type.Null()], { description: "null = there was nothing left to make final" }),
    documents: Type.Integer({ description: "How many were made final now" }),
    made: Type.Array(Document, { description: "The first 500 of them" }),
    refused: Type.Array(
      Type.Object({ payer_account_id: Type.String(), findings: Type.Array(Finding) }, { additionalProperties: false }),
    ),
  },
  { $id: "FinalizeOutcome", additionalProperties: false },
);

/** Making statements final, taking them back, and issuing them again. */
export function finalizeRoutes(app: Api, system: System): void {
  const read = async (statement_id: string) => {
    const statement = await system.statements.get(statement_id);
    if (statement === null) throw absent(statement_id);
    return statement;
  };

  app.get(
    "/v1/periods/:period/statement-readiness",
    {
      schema: {
        operationId: "getStatementReadiness",
        summary: "What speaks against making the statements of a period final, by payer",
        tags,
        params: PeriodName,
        querystring: Query,
        response: answer({
          status: 200,
          description: "A page of payers with statements of the period, each with its findings",
          schema: pageOf(Readiness, "StatementReadinessPage"),
        }),
      },
    },
    async ({ params: { period }, query: { cursor, limit, account_id } }) =>
      readPage({
        question: { list: "statement-readiness", period, account_id: account_id ?? null },
        cursor,
        limit,
        place: Place,
        read: (after, most) =>
          system.statementReadiness({
            period,
            ...(account_id === undefined ? {} : { payer_account_id: account_id }),
            after: after?.payer_account_id ?? "",
            limit: most,
          }),
        placeOf: (last) => ({ payer_account_id: last.payer_account_id }),
      }),
  );

  app.post(
    "/v1/periods/:period/finalize",
    {
      schema: {
        operationId: "finalizePeriod",
        summary: "Make the statements of a period final, and number them; what is final already stays",
        tags,
        params: PeriodName,
        headers: Prefer,
        body: PeriodRequest,
        response: answersOfWork({
          status: 200,
          description: "What was made final now, and whose statements stay drafts because of their findings",
          schema: Finalized,
          problems: ["not-found", "conflict", "statement-not-ready", "run-in-progress", "lease-lost"],
        }),
      },
    },
    async (request, reply) => {
      const { account_id, ...asked } = request.body;
      const { period } = request.params;
      const payer = account_id === undefined ? {} : { payer_account_id: account_id };
      return awaitWork(system, { request, reply, kind: "finalize-period", subject: period }, async () => {
        const { run, ...outcome } = await system.finalize({ period, ...payer, ...asked, asked_by: authorOf(request) });
        return { period, run_id: run?.id ?? null, ...outcome };
      });
    },
  );

  app.post(
    "/v1/statements/:id/finalize",
    {
      schema: {
        operationId: "finalizeStatement",
        summary: "Make one statement final; one that is final already is given as it is",
        tags,
        params: Name,
        body: OneRequest,
        response: answerStatement("The final statement"),
      },
    },
    async ({ params, body, caller }) => {
      const found = await read(params.id);
      if (found.state !== "draft") return found;
      const { period, id: statement_id } = found;
      await system.finalize({ period, statement_id, ...body, asked_by: authorOf({ caller }) });
      return read(statement_id);
    },
  );

  app.post(
    "/v1/statements/:id/void",
    {
      schema: {
        operationId: "voidStatement",
        summary: "Take a final statement back by a credit note; of one that is void already that note is given",
        tags,
        params: Name,
        body: VoidRequest,
        response: answerStatement("The credit note"),
      },
    },
    async ({ params, body, caller }) => {
      const { reason } = body;
      const made = await system.voidStatement({ id: params.id, reason, asked_by: authorOf({ caller }) });
      return read(made.id);
    },
  );

  app.post(
    "/v1/statements/:id/reissue",
    {
      schema: {
        operationId: "reissueStatement",
        summary: "Issue the lines of a void statement again, by issuer, profile and tax rates as they stand now",
        tags,
        params: Name,
        body: OneRequest,
        response: answerStatement("The statement in its place"),
      },
    },
    async ({ params, body, caller }) => {
      const { reason = "", overrides = [] } = body;
      const asked = { id: params.id, reason, overrides, asked_by: authorOf({ caller }) };
      return read((await system.reissueStatement(asked)).id);
    },
  );

  app.post(
    "/v1/statements/:id/write-off",
    {
      schema: {
        operationId: "writeOffStatement",
        summary:
          "Give up what a void statement billed, and issue none in its place: it is no longer unbilled, nor revenue",
        tags,
        params: Name,
        body: VoidRequest,
        response: answerStatement("The void statement"),
      },
    },
    async ({ params, body, caller }) => {
      const { reason } = body;
      return read((await system.writeOffStatement({ id: params.id, reason, asked_by: authorOf({ caller }) })).id);
    },
  );
}

function answerStatement(description: string) {
  return answer({
    status: 200,
    description,
    schema: Statement,
    problems: ["not-found", "conflict", "statement-not-ready", "run-in-progress", "lease-lost"],
  });
}

function absent(id: string): AppError {
  return new AppError("not-found", `there is no statement "${id}"`, { field: "id" });
}
