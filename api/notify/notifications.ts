import Type, { type Static } from "typebox";
import type { Clock } from "../../core/clock.ts";
import { contentId } from "../../core/content-id.ts";
import { AppError } from "../../core/errors.ts";
import { type Fact, FactType, type Tell } from "../../core/fact.ts";
import { field, timeField } from "../../core/insert-lines.ts";
import { formatInstant, formatMs, instant, parseInstant } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { InControl, Turn } from "../../core/versions.ts";

/** How a notification stands: `retry` = it is tried again, `failed` = not any more, `unknown` = nobody knows whether it arrived. */
export const NotificationState = Type.Union([
  Type.Literal("waiting"),
  Type.Literal("sending"),
  Type.Literal("delivered"),
  Type.Literal("retry"),
  Type.Literal("failed"),
  Type.Literal("unknown"),
  Type.Literal("asked"),
]);

const Attempt = Type.Object({
  attempt: Type.Integer(),
  state: Type.String(),
  answer: Type.String(),
  at: Type.String(),
  by: Type.String({ description: "who asked for it; empty = it was due" }),
});

/** A fact told to somebody, with what was tried. `data` is what was sent. */
export const Notification = Type.Object({
  notification_id: Type.String({ description: "webhook-id of what is sent, and Message-ID of mail" }),
  fact: FactType,
  subject: Type.String(),
  channel: Type.Union([Type.Literal("webhook"), Type.Literal("mail")]),
  recipient: Type.String({ description: "a webhook's id, or a mail address" }),
  state: NotificationState,
  next_at: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.String(),
  body: Type.String(),
  attempts: Type.Array(Attempt),
});
export type Notification = Static<typeof Notification>;

/** Who is to hear of a fact. */
export interface Recipient {
  readonly channel: Notification["channel"];
  readonly recipient: string;
  readonly language: string;
}

/** Where the next page begins. */
export interface NotificationPlace {
  readonly before_ms: string;
  readonly before_id: string;
}

/** What was told to whom. */
export interface Notifications {
  /** Writes a notification for each recipient who has not heard of a fact; the same fact is told once. @throws AppError control-unavailable */
  tell: Tell;
  /** The latest first; "" = any. */
  list(options: {
    state: string;
    fact: string;
    after: NotificationPlace | null;
    limit: number;
  }): Promise<Notification[]>;
  placeOf(last: Notification): NotificationPlace;
  get(id: string): Promise<Notification>;
  /** Sends it again, whatever became of it. @throws AppError not-found, conflict where it is being sent or is due anyway */
  resend(id: string, by: string): Promise<Notification>;
}

const Text = Type.String();
const selectKnown = defineQuery(
  "api/notify/known_notifications",
  Type.Object({ ids: Type.Array(Text) }),
  Type.Object({ notification_id: Text }),
);
const selectNotifications = defineQuery(
  "api/notify/notifications",
  Type.Object({ state: Text, fact: Text, before_ms: Text, before_id: Text, id: Text, limit: Type.Integer() }),
  Type.Object({
    notification_id: Text,
    fact: FactType,
    subject: Text,
    channel: Notification.properties.channel,
    recipient: Text,
    language: Text,
    body: Text,
    state: NotificationState,
    attempt: Type.Integer(),
    step: Type.Integer(),
    created_ms: Text,
    next_ms: Text,
  }),
);
const selectAttempts = defineQuery(
  "api/notify/attempts",
  Type.Object({ ids: Type.Array(Text) }),
  Type.Object({
    notification_id: Text,
    attempt: Type.Integer(),
    step: Type.Integer(),
    state: Text,
    answer: Text,
    at_ms: Text,
    by: Text,
  }),
);
const notificationColumns = "notification_id fact subject channel recipient language body created_at".split(" ");
const attemptColumns = "notification_id attempt step state answer at next_at by".split(" ");
/** Before everything: past the last instant a column can hold. */
const LAST_MS = String(Date.UTC(2299, 0, 1));
/** So many are asked for at once: a server takes a parameter of 128 KiB at most. */
const KNOWN_MAX = 1000;
/** What can be sent again by hand. */
const settled: ReadonlySet<string> = new Set(["delivered", "failed", "unknown", "retry"]);

/** A step of an attempt, as it is written. */
export interface AttemptStep {
  readonly notification_id: string;
  readonly attempt: number;
  readonly step: number;
  readonly state: string;
  readonly answer: string;
  readonly at_ms: number;
  readonly next_ms: number;
  readonly by?: string;
}

/** Writes steps of attempts in a turn at control data. */
export async function writeSteps(turn: Turn, steps: readonly AttemptStep[]): Promise<void> {
  const lines = steps.map(({ notification_id, attempt, step, state, answer, at_ms, next_ms, by = "" }) =>
    [notification_id, attempt, step, state, field(answer), timeField(at_ms), timeField(next_ms), field(by)].join("\t"),
  );
  if (lines.length > 0)
    await turn.write({ table: "delivery_attempt", columns: attemptColumns }, `${lines.join("\n")}\n`);
}

/** The id of a fact told to somebody: whoever tells it again gets the same. Pure. */
function notificationId({ type, subject }: Pick<Fact, "type" | "subject">, to: Recipient): string {
  return contentId("nt", type, subject, to.channel, to.recipient);
}

/** Notifications in the store. `recipientsOf`: who wants to hear of a fact now. */
export function createNotifications({
  store,
  clock,
  inControl,
  recipientsOf,
}: {
  store: Store;
  clock: Clock;
  inControl: InControl;
  recipientsOf: (facts: readonly Fact[]) => Promise<ReadonlyMap<Fact, readonly Recipient[]>>;
}): Notifications {
  async function read(
    options: Parameters<typeof selectNotifications>[1],
  ): Promise<(Notification & { step: number })[]> {
    const rows = await selectNotifications(store.read, options);
    if (rows.length === 0) return [];
    const steps = await selectAttempts(store.read, { ids: rows.map(({ notification_id }) => notification_id) });
    return rows.map(({ created_ms, next_ms, attempt: _attempt, language: _language, ...row }) => ({
      ...row,
      next_at: ["waiting", "retry", "asked"].includes(row.state) ? formatMs(next_ms) : null,
      created_at: formatMs(created_ms),
      attempts: steps
        .filter(({ notification_id }) => notification_id === row.notification_id)
        .map(({ attempt, state, answer, at_ms, by }) => ({ attempt, state, answer, at: formatMs(at_ms), by })),
    }));
  }
  const first = { state: "", fact: "", before_ms: LAST_MS, before_id: "", limit: 1 };
  async function find(id: string): Promise<Notification & { step: number }> {
    const [found] = await read({ ...first, id });
    if (found !== undefined) return found;
    throw new AppError("not-found", `there is no notification "${id}"`, { field: "id" });
  }

  return {
    tell: async (facts) => {
      const recipients = await recipientsOf(facts);
      const wanted = facts.flatMap((fact) =>
        (recipients.get(fact) ?? []).map((to) => ({ fact, to, id: notificationId(fact, to) })),
      );
      const unknown = await unheard(store, wanted);
      if (unknown.length === 0) return;
      await inControl(async (turn) => {
        // Somebody may have told them since.
        const lines = (await unheard(store, unknown)).map(({ fact, to, id }) => {
          const body = JSON.stringify({
            type: fact.type,
            timestamp: formatInstant(instant(fact.at_ms)),
            data: fact.data,
          });
          const where = [to.channel, field(to.recipient), to.language];
          return `${[id, fact.type, field(fact.subject), ...where, field(body), timeField(clock.now())].join("\t")}\n`;
        });
        if (lines.length > 0) await turn.write({ table: "notification", columns: notificationColumns }, lines.join(""));
      });
    },
    list: async ({ state, fact, after, limit }) => {
      const from = after ?? { before_ms: LAST_MS, before_id: "" };
      return (await read({ state, fact, ...from, id: "", limit })).map(withoutStep);
    },
    placeOf: ({ created_at, notification_id }) => ({
      before_ms: String(parseInstant(created_at) ?? 0),
      before_id: notification_id,
    }),
    get: async (id) => withoutStep(await find(id)),
    resend: async (id, by) => {
      await inControl(async (turn) => {
        const { state, attempts } = await find(id);
        if (!settled.has(state))
          throw new AppError("conflict", `notification ${id} is ${state}; it is sent without being asked for`, {
            field: "id",
          });
        const attempt = (attempts.at(-1)?.attempt ?? 0) + 1;
        const now = clock.now();
        const step = {
          notification_id: id,
          attempt,
          step: 0,
          state: "asked",
          answer: "",
          at_ms: now,
          next_ms: now,
          by,
        };
        await writeSteps(turn, [step]);
      });
      return withoutStep(await find(id));
    },
  };
}

function withoutStep({ step: _step, ...notification }: Notification & { step: number }): Notification {
  return notification;
}

/** Those that are not written yet, each once. */
async function unheard<T extends { id: string }>(store: Store, wanted: readonly T[]): Promise<T[]> {
  const byId = new Map(wanted.map((one) => [one.id, one]));
  const ids = [...byId.keys()];
  for (let from = 0; from < ids.length; from += KNOWN_MAX) {
    const known = await selectKnown(store.read, { ids: ids.slice(from, from + KNOWN_MAX) });
    for (const { notification_id } of known) byId.delete(notification_id);
  }
  return [...byId.values()];
}
