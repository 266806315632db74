import type { FastifyReply } from "fastify";
import Type, { type Static } from "typebox";
import { AppError } from "../../core/errors.ts";
import {
  Budget as CoreBudget,
  BudgetInput as CoreInput,
  BudgetNotice as CoreNotice,
  noBudget,
} from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { authorOf, type Caller } from "../access/caller.ts";
import { isWithinScope, nobody, type Scope, scopeOf } from "../access/scope.ts";
import { IfMatch, requireSeen } from "../http/etags.ts";
import { answer } from "../openapi.ts";
import { pageOf, pageQuery, readPage } from "../paging.ts";
import type { System } from "../system.ts";

const tags = ["budgets"];
const Budget = Type.Object(CoreBudget.properties, { $id: "Budget", additionalProperties: false });
const BudgetInput = Type.Object(CoreInput.properties, { $id: "BudgetInput", additionalProperties: false });
const { budget_id: Id, ...facts } = CoreInput.properties;
const BudgetChange = Type.Object(
  { ...facts, budget_id: Type.Optional(Id) },
  { $id: "BudgetChange", additionalProperties: false },
);
const BudgetList = Type.Object({ data: Type.Array(Budget) }, { $id: "BudgetList", additionalProperties: false });
const BudgetNotice = Type.Object(CoreNotice.properties, { $id: "BudgetNotice", additionalProperties: false });
const NoticePage = pageOf(BudgetNotice, "BudgetNoticePage");
const NoticeQuery = Type.Object(
  { period: Type.Optional(Type.String({ maxLength: 16, description: "of one month" })), ...pageQuery },
  { additionalProperties: false },
);
const BudgetName = Type.Object({ id: Type.String() });
const Place = Type.Object({ period: Type.String(), budget_id: Type.String(), notice_id: Type.String() });

const answerBudget = (status: 200 | 201, description: string) =>
  answer({
    status,
    description,
    schema: Budget,
    problems: [
      "not-found",
      "conflict",
      "precondition-failed",
      "precondition-required",
      "unreadable-body",
      "unsupported-media-type",
    ],
  });

/** Budgets of months, and the thresholds that were reached. */
export function budgetRoutes(app: Api, system: Pick<System, "budgets" | "store" | "clock">): void {
  const { budgets } = system;
  const send = (reply: FastifyReply, budget: CoreBudget): FastifyReply =>
    reply.header("etag", `"${budget.version}"`).send(budget);
  /** A budget is its payer's, or its account's. */
  const isSeen = ({ payer_account_id, account_id = payer_account_id }: CoreBudget, scope: Scope): boolean =>
    isWithinScope(scope, account_id ?? "");
  const find = async (id: string, caller: Caller): Promise<CoreBudget> => {
    const budget = await budgets.get(id);
    if (budget === null || !isSeen(budget, await scopeOf(system, caller))) throw noBudget(id);
    return budget;
  };
  /** The budgets whose notices may be seen, of former versions and deleted ones too; none = all. */
  const seenBudgets = async (caller: Caller): Promise<string[]> => {
    const scope = await scopeOf(system, caller);
    if (scope.account_ids === null) return [];
    const versions = await budgets.versions();
    const hidden = new Set(
      versions.filter(({ budget }) => !isSeen(budget, scope)).map(({ budget }) => budget.budget_id),
    );
    const seen = versions.map(({ budget }) => budget.budget_id).filter((id) => !hidden.has(id));
    return seen.length === 0 ? [nobody] : [...new Set(seen)];
  };
  const noticesOf = async (
    { budget_id, caller }: { budget_id: string; caller: Caller },
    { period = "", cursor, limit }: Static<typeof NoticeQuery>,
  ) => {
    const seen = await seenBudgets(caller);
    return readPage({
      question: { list: "budget-notices", budget_id, period },
      cursor,
      limit,
      place: Place,
      read: (after, most) => budgets.notices({ budget_id, period, seen, after, limit: most }),
      placeOf: (last) => ({ period: last.period, budget_id: last.budget_id, notice_id: last.notice_id }),
    });
  };
  const answerNotices = answer({
    status: 200,
    description: "By month; each threshold once for a version of its budget and a month",
    schema: NoticePage,
    problems: ["not-found"],
  });

  app.get(
    "/v1/budgets",
    {
      schema: {
        operationId: "listBudgets",
        summary: "All budgets, each in its present version",
        tags,
        response: answer({ status: 200, description: "By id", schema: BudgetList }),
      },
    },
    async ({ caller }) => {
      const scope = await scopeOf(system, caller);
      return { data: (await budgets.list()).filter((budget) => isSeen(budget, scope)) };
    },
  );

  app.post(
    "/v1/budgets",
    {
      schema: {
        operationId: "createBudget",
        summary: "Make a budget",
        tags,
        body: BudgetInput,
        response: answerBudget(201, "The budget; its version is the ETag"),
      },
    },
    async (request, reply) => {
      const budget = await budgets.put(request.body, { by: authorOf(request), is_new: true });
      return send(reply.code(201).header("location", `/v1/budgets/${encodeURIComponent(budget.budget_id)}`), budget);
    },
  );

  app.get(
    "/v1/budget-notices",
    {
      schema: {
        operationId: "listAllBudgetNotices",
        summary: "The thresholds of all budgets that were reached",
        tags,
        querystring: NoticeQuery,
        response: answerNotices,
      },
    },
    async ({ query, caller }) => noticesOf({ budget_id: "", caller }, query),
  );

  app.get(
    "/v1/budgets/:id",
    {
      schema: {
        operationId: "getBudget",
        summary: "A budget",
        tags,
        params: BudgetName,
        response: answerBudget(200, "The budget; its version is the ETag"),
      },
    },
    async ({ params, caller }, reply) => send(reply, await find(params.id, caller)),
  );

  app.put(
    "/v1/budgets/:id",
    {
      schema: {
        operationId: "putBudget",
        summary: "Write a budget whole, as its next version; its thresholds are noticed anew",
        tags,
        params: BudgetName,
        headers: IfMatch,
        body: BudgetChange,
        response: answerBudget(200, "The budget as it stands; its version is the ETag"),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { budget_id = id, ...input } = request.body;
      if (budget_id !== id)
        throw new AppError("invalid-request", `budget_id is "${budget_id}", expected "${id}" as in the address`, {
          field: "budget_id",
        });
      const seen = await requireSeen(request.headers, (await budgets.get(id))?.version ?? null);
      return send(reply, await budgets.put({ budget_id, ...input }, { by: authorOf(request), ...seen }));
    },
  );

  app.delete(
    "/v1/budgets/:id",
    {
      schema: {
        operationId: "deleteBudget",
        summary: "Hold no month against a budget any more; its notices stay",
        tags,
        params: BudgetName,
        headers: IfMatch,
        response: answerBudget(200, "The budget as it was"),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { version } = await find(id, request.caller);
      const seen = await requireSeen(request.headers, version);
      return send(reply, await budgets.remove(id, { by: authorOf(request), ...seen }));
    },
  );

  app.get(
    "/v1/budgets/:id/notices",
    {
      schema: {
        operationId: "listBudgetNotices",
        summary: "The thresholds of a budget that were reached, of former versions, too",
        tags,
        params: BudgetName,
        querystring: NoticeQuery,
        response: answerNotices,
      },
    },
    async ({ params: { id }, query, caller }) => {
      const scope = await scopeOf(system, caller);
      const versions = (await budgets.versions()).filter(({ budget }) => budget.budget_id === id);
      if (versions.length === 0 || versions.some(({ budget }) => !isSeen(budget, scope))) throw noBudget(id);
      return noticesOf({ budget_id: id, caller }, query);
    },
  );
}
