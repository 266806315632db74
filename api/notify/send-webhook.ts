import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { Webhook as Signer } from "standardwebhooks";
import { type InstantMs, toDate } from "../../core/instant.ts";
import { createGuardedLookup, hostOf, isPrivateAddress, readWebhookUrl } from "./addresses.ts";
import type { Outcome } from "./outcome.ts";

/** A message as it goes out: `body` is what is signed, to the byte. */
export interface WebhookMessage {
  readonly id: string;
  readonly url: string;
  readonly body: string;
  /** The present secret, and the former one while it is exchanged. */
  readonly secrets: readonly string[];
  readonly now_ms: InstantMs;
}

const TIMEOUT_MS = 10_000;
const ANSWER_CHARACTERS = 200;
/** The receiver says that it wants none any more. */
const GONE = 410;

/** The headers of Standard Webhooks: the id stays the same when it is sent again, so that receivers can drop what they had. Pure. */
function signedHeaders({ id, body, secrets, now_ms }: Omit<WebhookMessage, "url">): Record<string, string> {
  const at = toDate(now_ms);
  return {
    "content-type": "application/json",
    "user-agent": "Tallyhouse",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now_ms / 1000)),
    "webhook-signature": secrets.map((secret) => new Signer(secret).sign(id, at, body)).join(" "),
  };
}

/** Sends a message once: no redirect is followed, no address of a private network called unless that is allowed. Never rejects. */
export async function sendWebhook(
  message: WebhookMessage,
  { private_allowed, timeout_ms = TIMEOUT_MS }: { private_allowed: boolean; timeout_ms?: number },
): Promise<Outcome> {
  try {
    const url = readWebhookUrl(message.url, { private_allowed });
    const { status, text } = await post(url, message, { private_allowed, timeout_ms });
    const answer = `${status}${text === "" ? "" : `: ${text}`}`;
    if (status >= 200 && status < 300) return { state: "delivered", answer };
    return { state: status === GONE ? "failed" : "retry", answer };
  } catch (error) {
    // Whether it arrived does not matter: it is sent again under the same id.
    return { state: "retry", answer: wordsOf(error) };
  }
}

function post(
  url: URL,
  message: WebhookMessage,
  { private_allowed, timeout_ms }: { private_allowed: boolean; timeout_ms: number },
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const host = hostOf(url);
    if (!private_allowed && isIP(host) !== 0 && isPrivateAddress(host))
      return reject(new Error(`${host} is not public`));
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const body = Buffer.from(message.body);
    const asked = send(url, {
      method: "POST",
      headers: { ...signedHeaders(message), "content-length": body.length },
      lookup: createGuardedLookup({ private_allowed }),
      signal: AbortSignal.timeout(timeout_ms),
      agent: false,
    });
    asked.once("error", reject);
    asked.once("response", (response) => {
      const status = response.statusCode ?? 0;
      let text = "";
      const done = (): void => {
        resolve({ status, text: text.replace(/\s+/g, " ").trim() });
        asked.destroy();
      };
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text = (text + chunk).slice(0, ANSWER_CHARACTERS);
        // The status has been said; a receiver that goes on talking is not listened to.
        if (text.length === ANSWER_CHARACTERS) done();
      });
      response.once("end", done);
      response.once("error", done);
    });
    asked.end(body);
  });
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, ANSWER_CHARACTERS);
  const cause = error instanceof AggregateError ? error.errors.map((one) => wordsOf(one)).join("; ") : error.message;
  return (cause === "" ? error.name : cause).slice(0, ANSWER_CHARACTERS);
}
