import type { FastifyReply, FastifyRequest } from "fastify";
import Type, { type Static } from "typebox";
import { Payment as CorePayment, PaymentInput, Refund as CoreRefund, RefundInput } from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { authorOf, type Caller } from "../access/caller.ts";
import { seenBy } from "../access/scope.ts";
import { answer } from "../openapi.ts";
import { pageOf, pageQuery, readInstant, readPage } from "../paging.ts";
import type { System } from "../system.ts";

const tags = ["ledger"];
const Payment = Type.Object(CorePayment.properties, { $id: "Payment", additionalProperties: false });
const Refund = Type.Object(CoreRefund.properties, { $id: "Refund", additionalProperties: false });
const NewPayment = Type.Object(PaymentInput.properties, { $id: "PaymentInput", additionalProperties: false });
const NewRefund = Type.Object(RefundInput.properties, { $id: "RefundInput", additionalProperties: false });
const Query = Type.Object(
  { payer_account_id: Type.Optional(Type.String({ maxLength: 256 })), ...pageQuery },
  { additionalProperties: false },
);
const Place = Type.Object({ booked_ms: Type.Number(), id: Type.String() });
const problems = ["conflict", "unreadable-body", "unsupported-media-type", "control-unavailable"] as const;

/** Money that came in and money given back. */
export function paymentRoutes(app: Api, system: Pick<System, "payments" | "settleMoney" | "store" | "clock">): void {
  const { payments, settleMoney } = system;

  /** Books one, looks at the payer's balance, and answers 201, or 200 where it was told before. */
  async function book(
    request: FastifyRequest,
    reply: FastifyReply,
    { at, ...moved }: Omit<Parameters<System["payments"]["book"]>[0], "at"> & { at: string | undefined },
  ): Promise<CorePayment> {
    const field = moved.sign > 0 ? "paid_at" : "refunded_at";
    const read = at === undefined ? undefined : readInstant(field, at);
    const { created, payment: booked } = await payments.book({ ...moved, at: read }, authorOf(request));
    await settleMoney(moved.payer_account_id);
    void reply.code(created ? 201 : 200);
    return booked;
  }
  async function page({ query, caller }: { query: Static<typeof Query>; caller: Caller }, sign: 1 | -1) {
    const { payer_account_id = "", cursor, limit } = query;
    const within = await seenBy(system, caller, payer_account_id);
    return readPage({
      question: { list: sign > 0 ? "payments" : "refunds", payer_account_id },
      cursor,
      limit,
      place: Place,
      read: (after, most) => payments.list({ sign, payer_account_id, within, after, limit: most }),
      placeOf: (last) => ({ booked_ms: readInstant("booked_at", last.booked_at), id: last.payment_id }),
    });
  }

  app.get(
    "/v1/payments",
    {
      schema: {
        operationId: "listPayments",
        summary: "Money that came in",
        tags,
        querystring: Query,
        response: answer({
          status: 200,
          description: "In the order they were told",
          schema: pageOf(Payment, "PaymentPage"),
          problems: ["not-found"],
        }),
      },
    },
    (request) => page(request, 1),
  );

  app.post(
    "/v1/payments",
    {
      schema: {
        operationId: "bookPayment",
        summary: "Tell of money that came in; told again with the same id, nothing changes and the answer is 200",
        tags,
        body: NewPayment,
        response: {
          ...answer({ status: 200, description: "Told before", schema: Payment }),
          ...answer({ status: 201, description: "Booked", schema: Payment, problems }),
        },
      },
    },
    async (request, reply) => {
      const { payment_id: id, paid_at: at, ...moved } = request.body;
      return book(request, reply, { ...moved, id, at, sign: 1 });
    },
  );

  app.get(
    "/v1/refunds",
    {
      schema: {
        operationId: "listRefunds",
        summary: "Money given back",
        tags,
        querystring: Query,
        response: answer({
          status: 200,
          description: "In the order they were told",
          schema: pageOf(Refund, "RefundPage"),
          problems: ["not-found"],
        }),
      },
    },
    async ({ query, caller }) => {
      const { data, next_cursor } = await page({ query, caller }, -1);
      return { data: data.map(toRefund), next_cursor };
    },
  );

  app.post(
    "/v1/refunds",
    {
      schema: {
        operationId: "bookRefund",
        summary:
          "Tell of money given back: of what is on account, or of what was paid for a statement, which is open again then",
        tags,
        body: NewRefund,
        response: {
          ...answer({ status: 200, description: "Told before", schema: Refund }),
          ...answer({ status: 201, description: "Booked", schema: Refund, problems }),
        },
      },
    },
    async (request, reply) => {
      const { refund_id: id, refunded_at: at, ...moved } = request.body;
      return toRefund(await book(request, reply, { ...moved, id, at, sign: -1 }));
    },
  );
}

function toRefund({ payment_id: refund_id, paid_at: refunded_at, ...rest }: CorePayment): CoreRefund {
  return { refund_id, ...rest, refunded_at };
}
