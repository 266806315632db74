import { createHash } from "node:crypto";
import Type, { type Static } from "typebox";
import type { Clock } from "../../core/clock.ts";
import { FactType } from "../../core/fact.ts";
import type { Log } from "../../core/log.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { InControl } from "../../core/versions.ts";
import { type AttemptStep, Notification, NotificationState, writeSteps } from "./notifications.ts";
import type { Outcome } from "./outcome.ts";

const Text = Type.String();
const Due = Type.Object({
  notification_id: Text,
  fact: FactType,
  channel: Notification.properties.channel,
  recipient: Text,
  language: Text,
  body: Text,
  state: NotificationState,
  created_ms: Text,
  attempt: Type.Integer(),
  tries: Type.Integer(),
  step: Type.Integer(),
});
export type DueNotification = Static<typeof Due>;
const selectDue = defineQuery(
  "api/notify/due_notifications",
  Type.Object({ now_ms: Text, limit: Type.Integer() }),
  Due,
);

const selectMark = defineQuery(
  "api/notify/mark",
  Type.Object({}),
  Type.Object({ notifications: Text, attempts: Text, fence: Text }),
);
const selectNext = defineQuery(
  "api/notify/next_due",
  Type.Object({}),
  Type.Object({ next_ms: Type.Union([Text, Type.Null()]) }),
);

/** What delivering stands on. */
export interface DeliverDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly inControl: InControl;
  /** Sends once and says what came of it; null = there is nobody to send to any more. Never rejects. */
  send(notification: DueNotification): Promise<Outcome | null>;
}

const ATTEMPTS_MAX = 8;
/** After the first failed try, the second, …; each 20 % more or less, so that those that failed together do not come back together. */
const DELAYS_MS = [1, 5, 15, 60, 180, 480, 1440].map((minutes) => minutes * 60_000);
const JITTER = 0.2;
/** Longer than any try takes: who has said nothing by then has died. */
const SENDING_MS = 120_000;
const BATCH = 20;

/** When a try that failed is made again; null = never. The same for the same notification and try. Pure. */
function retryDelayMs(notification_id: string, tries: number): number | null {
  const delay = tries >= ATTEMPTS_MAX ? undefined : DELAYS_MS[tries - 1];
  if (delay === undefined) return null;
  const seed = createHash("sha256").update(`${notification_id} ${tries}`).digest().readUInt32BE(0) / 2 ** 32;
  return Math.round(delay * (1 - JITTER + 2 * JITTER * seed));
}

/**
 * Sends what is due, and says how many were sent; each try is written before anything is sent and after. Of a try whose sender has died a
 * webhook is sent again under the same id, which receivers drop; of a mail nobody knows, so it stays `unknown` until somebody asks for it.
 * @throws AppError control-unavailable
 */
export async function deliverDue(deps: DeliverDeps): Promise<number> {
  const claimed = await claim(deps);
  await Promise.all(claimed.map((one) => sendOne(deps, one)));
  return claimed.length;
}

/** Says when nothing is due, without a look at all tries there ever were: as long as none is written and the next one's time has not come. */
export function watchDue({ store, clock }: Pick<DeliverDeps, "store" | "clock">): {
  isQuiet(): Promise<boolean>;
  /** To be called once nothing is due. */
  note(): Promise<void>;
} {
  let known = { mark: "", until_ms: 0 };
  const read = async (): Promise<string> => JSON.stringify(await selectMark(store.read, {}));
  return {
    isQuiet: async () => clock.now() < known.until_ms && (await read()) === known.mark,
    note: async () => {
      const mark = await read();
      const next_ms = (await selectNext(store.read, {}))[0]?.next_ms;
      known = { mark, until_ms: Number(next_ms ?? Number.MAX_SAFE_INTEGER) };
    },
  };
}

/** A try that has begun: its next step says what came of it. */
interface Begun extends DueNotification {
  readonly attempt: number;
  readonly step: number;
}

/** Begins tries in one turn, so that two processes never begin the same. */
async function claim({ store, clock, inControl }: DeliverDeps): Promise<Begun[]> {
  // Most of the time nothing is due, and a turn at control data costs others theirs.
  if ((await selectDue(store.read, { now_ms: String(clock.now()), limit: 1 })).length === 0) return [];
  return inControl(async (turn) => {
    const now = clock.now();
    const due = await selectDue(store.read, { now_ms: String(now), limit: BATCH });
    const begun: Begun[] = [];
    const steps: AttemptStep[] = [];
    for (const one of due) {
      const { notification_id, attempt, step, state, channel, tries } = one;
      const at = { notification_id, at_ms: now };
      if (state === "sending" && (channel === "mail" || tries >= ATTEMPTS_MAX)) {
        const ended = channel === "mail" ? "unknown" : "failed";
        const answer = "its sender ended before it said what came of it";
        steps.push({ ...at, attempt, step: step + 1, state: ended, answer, next_ms: now });
        continue;
      }
      const next = state === "asked" ? { attempt, step: step + 1 } : { attempt: attempt + 1, step: 1 };
      steps.push({ ...at, ...next, state: "sending", answer: "", next_ms: now + SENDING_MS });
      begun.push({ ...one, ...next, tries: tries + 1 });
    }
    await writeSteps(turn, steps);
    return begun;
  });
}

async function sendOne(deps: DeliverDeps, begun: Begun): Promise<void> {
  const { clock, log, inControl, send } = deps;
  const { notification_id, attempt, step, fact, channel, tries } = begun;
  const { state, answer } = (await send(begun)) ?? {
    state: "failed" as const,
    answer: "there is nobody to send it to",
  };
  const now = clock.now();
  const delay_ms = state === "retry" ? retryDelayMs(notification_id, tries) : null;
  const ended = state === "retry" && delay_ms === null ? "failed" : state;
  const next_ms = now + (delay_ms ?? 0);
  // Where its time was up meanwhile, somebody has guessed what came of it in the step between; who tried it knows.
  const outcome = { notification_id, attempt, step: step + 2, state: ended, answer, at_ms: now, next_ms };
  try {
    await inControl((turn) => writeSteps(turn, [outcome]));
    const level = ended === "delivered" ? "info" : "warn";
    log[level]({ notification_id, fact, channel, attempt, state: ended, answer }, "notification tried");
  } catch (err) {
    log.warn({ err, notification_id, state: ended }, "what came of a notification was not written");
  }
}
