import Type, { type Static } from "typebox";
import { FactType } from "../../core/fact.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { Notification as CoreNotification } from "../notify/notifications.ts";
import { Webhook as CoreWebhook, WebhookInput as CoreInput } from "../notify/webhooks.ts";
import { answer } from "../openapi.ts";
import { pageOf, pageQuery, readPage } from "../paging.ts";
import type { System } from "../system.ts";

const Webhook = Type.Object(CoreWebhook.properties, { $id: "Webhook", additionalProperties: false });
const WebhookInput = Type.Object(CoreInput.properties, { $id: "WebhookInput", additionalProperties: false });
const WebhookList = Type.Object({ data: Type.Array(Webhook) }, { $id: "WebhookList", additionalProperties: false });
const WebhookSecret = Type.Object(
  { ...CoreWebhook.properties, secret: Type.String({ description: "shown this once" }) },
  { $id: "WebhookSecret", additionalProperties: false },
);
const Notification = Type.Object(CoreNotification.properties, { $id: "Notification", additionalProperties: false });
const NotificationPage = pageOf(Notification, "NotificationPage");
const NotificationQuery = Type.Object(
  { state: Type.Optional(CoreNotification.properties.state), fact: Type.Optional(FactType), ...pageQuery },
  { additionalProperties: false },
);
const Name = Type.Object({ id: Type.String() });
const Place = Type.Object({ before_ms: Type.String(), before_id: Type.String() });
const tags = ["notifications"];

/** By hand, as notifications are made in the background. */
const notification: Static<typeof Notification> = {
  notification_id: "nt_5f0c2a7be1d94c60a3f15f0c2a7be1d9",
  fact: "statement.finalized",
  subject: "st_202610_f2c9d1b04a6e8357910d2c3b4a5f6e70",
  channel: "webhook",
  recipient: "wh_5f0c2a7be1d94c60a3f1",
  state: "delivered",
  next_at: null,
  created_at: "2026-11-02T09:00:00.000Z",
  body: '{"type":"statement.finalized","timestamp":"2026-11-02T09:00:00.000Z","data":{"number":"2026-000042"}}',
  attempts: [
    { attempt: 1, state: "sending", answer: "", at: "2026-11-02T09:00:01.000Z", by: "" },
    { attempt: 1, state: "delivered", answer: "204", at: "2026-11-02T09:00:01.120Z", by: "" },
  ],
};

/** Webhooks, and what was told to whom. */
export function notificationRoutes(
  app: Api,
  { webhooks, notifications }: Pick<System, "webhooks" | "notifications">,
): void {
  app.get(
    "/v1/webhooks",
    {
      schema: {
        operationId: "listWebhooks",
        summary: "All webhooks, revoked ones too; no secrets",
        tags,
        response: answer({ status: 200, description: "By id", schema: WebhookList }),
      },
    },
    async () => ({ data: await webhooks.list() }),
  );

  app.post(
    "/v1/webhooks",
    {
      schema: {
        operationId: "createWebhook",
        summary: "Tell facts to an address, signed as Standard Webhooks",
        tags,
        body: WebhookInput,
        response: answer({
          status: 201,
          description: "The webhook with its secret, which is shown this once",
          schema: WebhookSecret,
          problems: ["unreadable-body", "unsupported-media-type", "control-unavailable"],
        }),
      },
    },
    async (request, reply) => reply.code(201).send(await webhooks.create(request.body, authorOf(request))),
  );

  app.post(
    "/v1/webhooks/:id/rotate",
    {
      schema: {
        operationId: "rotateWebhookSecret",
        summary: "Give a webhook a new secret; the former one signs beside it for a day",
        tags,
        params: Name,
        response: answer({
          status: 200,
          description: "The webhook with its new secret, which is shown this once",
          schema: WebhookSecret,
          problems: ["not-found", "conflict", "control-unavailable"],
        }),
      },
    },
    async ({ params: { id }, caller }) => webhooks.rotate(id, authorOf({ caller })),
  );

  app.delete(
    "/v1/webhooks/:id",
    {
      schema: {
        operationId: "revokeWebhook",
        summary: "Send nothing there any more; its secrets are forgotten",
        tags,
        params: Name,
        response: answer({
          status: 200,
          description: "The webhook as it stands",
          schema: Webhook,
          problems: ["not-found", "control-unavailable"],
        }),
      },
    },
    async ({ params: { id }, caller }) => webhooks.revoke(id, authorOf({ caller })),
  );

  app.get(
    "/v1/notifications",
    {
      schema: {
        operationId: "listNotifications",
        summary: "What was told to whom, the latest first, with every try",
        tags,
        querystring: NotificationQuery,
        response: answer({
          status: 200,
          description: "A page of notifications",
          schema: NotificationPage,
          example: { data: [notification], next_cursor: null },
        }),
      },
    },
    async ({ query: { state = "", fact = "", cursor, limit } }) =>
      readPage({
        question: { list: "notifications", state, fact },
        cursor,
        limit,
        place: Place,
        read: (after, most) => notifications.list({ state, fact, after, limit: most }),
        placeOf: notifications.placeOf,
      }),
  );

  app.post(
    "/v1/notifications/:id/resend",
    {
      schema: {
        operationId: "resendNotification",
        summary: "Send a notification again, whatever became of it",
        tags,
        params: Name,
        response: answer({
          status: 202,
          description: "It is sent within seconds, under the same id",
          schema: Notification,
          example: { ...notification, state: "asked", next_at: "2026-11-02T10:00:00.000Z" },
          problems: ["not-found", "conflict", "control-unavailable"],
        }),
      },
    },
    async (request, reply) => reply.code(202).send(await notifications.resend(request.params.id, authorOf(request))),
  );
}
