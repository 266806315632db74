import Type from "typebox";
import {
  BillingPeriod,
  everyPayer,
  Finding,
  listPeriods,
  Override,
  type PayerPeriods,
  readReadinessOfAll,
} from "../../aggregate/index.ts";
import { MONTH_PATTERN } from "../../core/calendar.ts";
import { AppError } from "../../core/errors.ts";
import { authorOf } from "../access/caller.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import { answersOfWork, awaitWork, Prefer } from "../operations/await-work.ts";
import { pageOf, pageQuery, readPage } from "../paging.ts";
import type { System } from "../system.ts";

const PeriodPage = pageOf(BillingPeriod, "BillingPeriodPage");
const PeriodName = Type.Object({
  period: Type.String({
    pattern: MONTH_PATTERN,
    description: "The month, such as 2026-10, in each account's own zone",
  }),
});
const Payer = Type.String({ minLength: 1, maxLength: 256, description: "The payer" });
const PeriodQuery = Type.Object({ account_id: Type.Optional(Payer), ...pageQuery }, { additionalProperties: false });
const PeriodPlace = Type.Object({ payer_account_id: Type.String(), period: Type.String() });

const Readiness = Type.Object(
  {
    payer_account_id: Type.String(),
    period: Type.String(),
    state: BillingPeriod.properties.state,
    ready: Type.Boolean({ description: "Whether it can be closed now without an override" }),
    findings: Type.Array(Finding),
  },
  { $id: "PeriodReadiness", additionalProperties: false },
);
const ReadinessPage = pageOf(Readiness, "PeriodReadinessPage");
const ReadinessPlace = Type.Object({ payer_account_id: Type.String() });
/** Each payer is asked about by a dozen queries. */
const readinessLimit = 50;

const Closing = Type.Object(
  {
    account_id: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: "The payer; left out = all whose period is due" }),
    ),
    reason: Type.Optional(Type.String({ maxLength: 1024 })),
    overrides: Type.Optional(Type.Array(Override, { maxItems: 64, description: "Findings that shall not hold it up" })),
  },
  { $id: "CloseRequest", additionalProperties: false },
);
const Closed = Type.Object(
  {
    period: Type.String(),
    run_id: Type.Union([Type.String(), Type.Null()], { description: "null = there was nothing left to close" }),
    closed: Type.Array(BillingPeriod, { description: "Closed now or before" }),
    refused: Type.Array(
      Type.Object({ payer_account_id: Type.String(), findings: Type.Array(Finding) }, { additionalProperties: false }),
    ),
  },
  { $id: "CloseOutcome", additionalProperties: false },
);

const tags = ["periods"];

/** Billing periods, what speaks against closing them, and closing. */
export function periodRoutes(app: Api, system: System): void {
  app.get(
    "/v1/periods",
    {
      schema: {
        operationId: "listPeriods",
        summary: "Billing periods by payer and month: those in which something is booked",
        tags,
        querystring: PeriodQuery,
        response: answer({
          status: 200,
          description: "A page of periods",
          schema: PeriodPage,
        }),
      },
    },
    async ({ query: { cursor, limit, account_id } }) =>
      readPage({
        question: { list: "periods", account_id: account_id ?? null },
        cursor,
        limit,
        place: PeriodPlace,
        read: (after, most) =>
          listPeriods(system, {
            ...(account_id === undefined ? {} : { payer_account_id: account_id }),
            after,
            limit: most,
          }),
        placeOf: ({ payer_account_id, period: month }) => ({ payer_account_id, period: month }),
      }),
  );

  app.get(
    "/v1/periods/:period/readiness",
    {
      schema: {
        operationId: "getPeriodReadiness",
        summary: "What speaks against closing a period, by payer",
        tags,
        params: PeriodName,
        querystring: PeriodQuery,
        response: answer({
          status: 200,
          description: "A page of payers with something booked in the period, each with its findings",
          schema: ReadinessPage,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params, query: { cursor, limit = readinessLimit, account_id } }) => {
      const page = await readPage({
        question: { list: "readiness", period: params.period, account_id: account_id ?? null },
        cursor,
        limit,
        place: ReadinessPlace,
        read: (after, most) =>
          readinessOf(system, { period: params.period, account_id, after: after?.payer_account_id, limit: most }),
        placeOf: ({ payer_account_id }) => ({ payer_account_id }),
      });
      if (account_id !== undefined && page.data.length === 0)
        throw new AppError("not-found", `nothing is booked in ${params.period} for payer "${account_id}"`, {
          field: "account_id",
        });
      return page;
    },
  );

  app.post(
    "/v1/periods/:period/close",
    {
      schema: {
        operationId: "closePeriod",
        summary: "Aggregate once more and close a period: what arrives later is an adjustment in the next one",
        tags,
        params: PeriodName,
        body: Closing,
        headers: Prefer,
        response: answersOfWork({
          status: 200,
          description: "What is closed, and what is not because of its findings; closing again changes nothing",
          schema: Closed,
          problems: ["not-found", "period-not-ended", "period-out-of-order", "period-not-ready", "run-in-progress"],
        }),
      },
    },
    async (request, reply) => {
      const { period: month } = request.params;
      const { account_id, ...body } = request.body;
      const payer = account_id === undefined ? {} : { payer_account_id: account_id };
      return awaitWork(system, { request, reply, kind: "close-period", subject: month }, async () => {
        const asked = { period: month, ...payer, ...body, by: authorOf(request) };
        const { run, closed, refused } = await system.closePeriod(asked);
        return { period: month, run_id: run?.id ?? null, closed, refused };
      });
    },
  );
}

async function readinessOf(
  system: System,
  asked: { period: string; account_id: string | undefined; after: string | undefined; limit: number },
) {
  const { period: month, account_id, after = "", limit } = asked;
  const page: { one: PayerPeriods; own: BillingPeriod }[] = [];
  for await (const one of everyPayer(system, { payer_account_id: account_id, after_payer: after })) {
    const own = one.periods.find((candidate) => candidate.period === month);
    if (own === undefined || one.payer.payer_account_id <= after) continue;
    page.push({ one, own });
    if (page.length === limit) break;
  }
  const open = page.filter(({ own }) => own.state !== "closed").map(({ one }) => one);
  const answers = await readReadinessOfAll(system, open, month);
  return page.map(({ one, own: { payer_account_id, state } }) => {
    const findings = answers[open.indexOf(one)] ?? [];
    const ready = state !== "closed" && !findings.some(({ blocking }) => blocking);
    return { payer_account_id, period: month, state, ready, findings };
  });
}
