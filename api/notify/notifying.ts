import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Settings } from "../../core/settings.ts";
import type { Store } from "../../core/store.ts";
import type { InControl } from "../../core/versions.ts";
import type { Profiles } from "../../rating/index.ts";
import { deliverDue, type DueNotification, watchDue } from "./deliver.ts";
import { createNotifications, type Notifications } from "./notifications.ts";
import type { Outcome } from "./outcome.ts";
import { createRecipients } from "./recipients.ts";
import { createMailSender, type MailSender } from "./send-mail.ts";
import { sendWebhook } from "./send-webhook.ts";
import { readStoredFacts } from "./stored-facts.ts";
import { createWebhooks, type Webhooks } from "./webhooks.ts";
import { writeMail } from "./write-mail.ts";

/** Telling people and programs what has become so. */
export interface Notifying {
  readonly webhooks: Webhooks;
  readonly notifications: Notifications;
  /** Tells what the store has news of, then sends what is due, until nothing is. @throws AppError control-unavailable */
  notifyAll(): Promise<void>;
  closeNotifying(): void;
}

/** What is older is not news: a process that was away for longer does not wake everybody with it. */
const NEWS_MS = 7 * 86_400_000;
/** So many batches at once, so that one slow receiver of many does not hold up the next look at what is due. */
const BATCHES_MAX = 50;

/** Notifications by webhook, and by mail where there is a server for it. */
export function createNotifying({
  store,
  clock,
  log,
  settings,
  profiles,
  inControl,
  smtp_url,
}: {
  store: Store;
  clock: Clock;
  log: Log;
  settings: Settings;
  profiles: Profiles;
  inControl: InControl;
  smtp_url: string | null;
}): Notifying {
  const privateAllowed = async (): Promise<boolean> =>
    (await settings.get("notifications.private.addresses")) === "true";
  const webhooks = createWebhooks({ store, clock, inControl, privateAllowed });
  const mailer: MailSender | null = smtp_url === null ? null : createMailSender(smtp_url);
  const { recipientsOf, anybody } = createRecipients({ profiles, settings, webhooks, mails: mailer !== null });
  const notifications = createNotifications({ store, clock, inControl, recipientsOf });

  async function send({
    notification_id: id,
    channel,
    recipient,
    language,
    body,
  }: DueNotification): Promise<Outcome | null> {
    const now_ms = clock.now();
    if (channel === "webhook") {
      const target = (await webhooks.targets()).find(({ webhook_id }) => webhook_id === recipient);
      if (target === undefined) return null;
      const { url, secrets } = target;
      return sendWebhook({ id, url, body, secrets, now_ms }, { private_allowed: await privateAllowed() });
    }
    if (mailer === null || smtp_url === null) return { state: "retry", answer: "TALLY_SMTP_URL is not set" };
    const named = await settings.get("notifications.mail.from");
    const from = named === "" ? senderOf(smtp_url) : named;
    return mailer.send({ id, from, to: recipient, now_ms, ...writeMail(body, language) });
  }

  const due = watchDue({ store, clock });
  return {
    webhooks,
    notifications,
    notifyAll: async () => {
      if (await anybody()) await notifications.tell(await readStoredFacts({ store }, clock.now() - NEWS_MS));
      const deps = { store, clock, log, inControl, send: sendSafely };
      if (await due.isQuiet()) return;
      for (let batch = 0; batch < BATCHES_MAX; batch += 1) if ((await deliverDue(deps)) === 0) return due.note();
    },
    closeNotifying: () => mailer?.close(),
  };

  /** Nothing has gone out where asking for the receiver failed. */
  async function sendSafely(one: DueNotification): Promise<Outcome | null> {
    try {
      return await send(one);
    } catch (error) {
      return { state: "retry", answer: error instanceof Error ? error.message.slice(0, 200) : String(error) };
    }
  }
}

/** The user of a mail server is mostly an address; where it is none, one is made of it and the server's name. */
function senderOf(smtp_url: string): string {
  const { username, hostname } = new URL(smtp_url);
  const user = decodeURIComponent(username);
  if (user.includes("@")) return user;
  return `${user === "" ? "tallyhouse" : user}@${hostname.replace(/[^\w.-]/g, "")}`;
}
