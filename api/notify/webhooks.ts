import { randomBytes } from "node:crypto";
import Type, { type Static } from "typebox";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { FactType } from "../../core/fact.ts";
import { field, timeField } from "../../core/insert-lines.ts";
import { formatInstant, instant } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { type InControl, nextVersion, type Turn } from "../../core/versions.ts";
import { readWebhookUrl } from "./addresses.ts";

/** A webhook as it is made. */
export const WebhookInput = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 2000, description: "https, of a public address" }),
    facts: Type.Optional(Type.Array(FactType, { maxItems: 50, description: "left out or empty: all there are" })),
  },
  { additionalProperties: false },
);
export type WebhookInput = Static<typeof WebhookInput>;

/** A webhook as it stands. Its secret is shown when it is made or rotated, and never again. */
export const Webhook = Type.Object({
  webhook_id: Type.String(),
  url: Type.String(),
  facts: Type.Array(FactType),
  state: Type.Union([Type.Literal("active"), Type.Literal("revoked")]),
  rotating_until: Type.Union([Type.String(), Type.Null()], {
    description: "until then messages are signed with the former secret, too",
  }),
  created_at: Type.String(),
  changed_at: Type.String(),
  changed_by: Type.String(),
});
export type Webhook = Static<typeof Webhook>;

/** A webhook with what is needed to send to it. */
export interface WebhookTarget extends Webhook {
  readonly created_ms: number;
  readonly secrets: readonly string[];
}

/** Whom facts are told to over HTTP. */
export interface Webhooks {
  /** All there ever were, by id; no secrets. */
  list(): Promise<Webhook[]>;
  /** @throws AppError invalid-request */
  create(input: WebhookInput, by: string): Promise<Webhook & { secret: string }>;
  /** A new secret; for a day messages are signed with the former one, too. @throws AppError not-found, conflict */
  rotate(webhook_id: string, by: string): Promise<Webhook & { secret: string }>;
  /** Nothing is sent there any more. @throws AppError not-found */
  revoke(webhook_id: string, by: string): Promise<Webhook>;
  /** With secrets, for sending. */
  targets(): Promise<WebhookTarget[]>;
}

const Text = Type.String();
const Row = Type.Object({
  webhook_id: Text,
  version: Text,
  url: Text,
  facts: Webhook.properties.facts,
  secret: Text,
  former_secret: Text,
  former_until_ms: Text,
  created_ms: Text,
  changed_ms: Text,
  state: Webhook.properties.state,
  changed_by: Text,
});
type Row = Static<typeof Row>;
const selectWebhooks = defineQuery("api/notify/webhooks", Type.Object({}), Row);
const columns =
  "webhook_id version url facts secret former_secret former_until state created_at changed_at changed_by".split(" ");
/** How long both secrets sign after a rotation. */
const ROTATION_MS = 86_400_000;

/** Webhooks in the store: versions, as all control data. */
export function createWebhooks({
  store,
  clock,
  inControl,
  privateAllowed,
}: {
  store: Store;
  clock: Clock;
  inControl: InControl;
  privateAllowed: () => Promise<boolean>;
}): Webhooks {
  async function find(webhook_id: string): Promise<Row> {
    const found = (await selectWebhooks(store.read, {})).find((row) => row.webhook_id === webhook_id);
    if (found !== undefined) return found;
    throw new AppError("not-found", `there is no webhook "${webhook_id}"`, { field: "id" });
  }

  async function write(turn: Turn, row: Row): Promise<Row> {
    const facts = `[${row.facts.map((fact) => `'${fact}'`).join(",")}]`;
    const times = [timeField(Number(row.former_until_ms)), row.state];
    const changed = [timeField(Number(row.created_ms)), timeField(Number(row.changed_ms)), field(row.changed_by)];
    const head = [row.webhook_id, row.version, field(row.url), facts, row.secret, row.former_secret];
    await turn.write({ table: "webhook", columns }, `${[...head, ...times, ...changed].join("\t")}\n`);
    return row;
  }

  const change = (webhook_id: string, by: string, next: (former: Row, now_ms: number) => Partial<Row>): Promise<Row> =>
    inControl(async (turn) => {
      const former = await find(webhook_id);
      const now = clock.now();
      const version = nextVersion(former.version);
      return write(turn, { ...former, version, changed_ms: String(now), changed_by: by, ...next(former, now) });
    });

  return {
    list: async () => (await selectWebhooks(store.read, {})).map((row) => toWebhook(row, clock.now())),
    create: async ({ url: text, facts = [] }, by) => {
      const url = readWebhookUrl(text, { private_allowed: await privateAllowed() }).href;
      const secret = newSecret();
      const row = await inControl((turn) => {
        const now = String(clock.now());
        const webhook_id = `wh_${randomBytes(10).toString("hex")}`;
        const former = { former_secret: "", former_until_ms: "0" };
        const times = { created_ms: now, changed_ms: now, changed_by: by };
        const wanted = [...new Set(facts)];
        return write(turn, {
          webhook_id,
          version: "1",
          url,
          facts: wanted,
          secret,
          ...former,
          state: "active",
          ...times,
        });
      });
      return { ...toWebhook(row, clock.now()), secret };
    },
    rotate: async (webhook_id, by) => {
      const secret = newSecret();
      const row = await change(webhook_id, by, (former, now_ms) => {
        if (former.state === "revoked")
          throw new AppError("conflict", `webhook ${webhook_id} is revoked; make a new one`, { field: "id" });
        return { secret, former_secret: former.secret, former_until_ms: String(now_ms + ROTATION_MS) };
      });
      return { ...toWebhook(row, clock.now()), secret };
    },
    revoke: async (webhook_id, by) =>
      toWebhook(
        await change(webhook_id, by, () => ({ state: "revoked", secret: "", former_secret: "", former_until_ms: "0" })),
        clock.now(),
      ),
    targets: async () =>
      (await selectWebhooks(store.read, {}))
        .filter(({ state }) => state === "active")
        .map((row) => {
          const former = Number(row.former_until_ms) > clock.now() ? [row.former_secret] : [];
          return {
            ...toWebhook(row, clock.now()),
            created_ms: Number(row.created_ms),
            secrets: [row.secret, ...former],
          };
        }),
  };
}

function newSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

function toWebhook(row: Row, now_ms: number): Webhook {
  const { webhook_id, url, facts, state, former_until_ms, created_ms, changed_ms, changed_by } = row;
  const at = (ms: string): string => formatInstant(instant(Number(ms)));
  const rotating_until = Number(former_until_ms) > now_ms ? at(former_until_ms) : null;
  return {
    webhook_id,
    url,
    facts,
    state,
    rotating_until,
    created_at: at(created_ms),
    changed_at: at(changed_ms),
    changed_by,
  };
}
