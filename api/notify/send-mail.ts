import { PassThrough } from "node:stream";
import { createTransport } from "nodemailer";
import { type InstantMs, toDate } from "../../core/instant.ts";
import type { Outcome } from "./outcome.ts";

/** A mail as it goes out. */
export interface Mail {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly language: string;
  readonly now_ms: InstantMs;
}

/** Sends mail through one server. */
export interface MailSender {
  /** Sends once, and tells what came of it. Never rejects. */
  send(mail: Mail): Promise<Outcome>;
  close(): void;
}

const TIMEOUT_MS = 30_000;
/** Of a server that answers every command just in time. */
const SENDING_MS = 90_000;
const ANSWER_CHARACTERS = 200;
/** Whether a mail's text has begun to flow: until then nobody can have got it. */
interface Flow {
  began: boolean;
}

/** Mail over SMTP. Of a failure it tells whether the server can have taken the mail: only then is it not sent again by itself. */
export function createMailSender(smtp_url: string): MailSender {
  const given = new URL(smtp_url);
  const secure = given.protocol === "smtps:";
  const transport = createTransport({
    host: given.hostname.replace(/^\[|\]$/g, ""),
    port: Number(given.port === "" ? (secure ? "465" : "587") : given.port),
    secure,
    ...(given.username === ""
      ? {}
      : { auth: { user: decodeURIComponent(given.username), pass: decodeURIComponent(given.password) } }),
    // A password never goes over an open line.
    requireTLS: !secure && given.username !== "",
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // A connection that breaks has the same error at whatever point it does, so what has flowed is watched.
  transport.use("stream", (mail, done) => {
    const { flow } = mail.data as { flow?: Flow };
    mail.message.transform(() => {
      const through = new PassThrough();
      through.once("data", () => {
        if (flow !== undefined) flow.began = true;
      });
      return through;
    });
    done();
  });
  const trySending = async (mail: Mail): Promise<Outcome> => {
    const flow: Flow = { began: false };
    const { id, from, to, subject, text, html, language, now_ms } = mail;
    const domain = from.split("@")[1] ?? "localhost";
    try {
      const given = {
        flow,
        from: { name: "", address: from },
        to: { name: "", address: to },
        subject,
        text,
        html,
        date: toDate(now_ms),
        // The same however often it is sent, so that mailboxes can tell.
        messageId: `<${id}@${domain}>`,
        headers: { "content-language": language, "auto-submitted": "auto-generated" },
      };
      const sent = await transport.sendMail(given);
      return { state: "delivered", answer: short(sent.response) };
    } catch (error) {
      return outcomeOf(error, flow);
    }
  };
  return {
    send: async (mail) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<Outcome>((resolve) => {
        timer = setTimeout(
          () => resolve({ state: "unknown", answer: "the server did not come to an end" }),
          SENDING_MS,
        );
      });
      return Promise.race([trySending(mail), late]).finally(() => clearTimeout(timer));
    },
    close: () => transport.close(),
  };
}

/** What a failure means (RFC 5321, 4.2.1): 4yz later, 5yz never; no answer once the text has begun to flow: nobody knows. Pure. */
function outcomeOf(error: unknown, { began }: Flow): Outcome {
  const { responseCode, message } = error as { responseCode?: number; message?: string };
  const answer = short(message ?? String(error));
  if (responseCode !== undefined && responseCode >= 500) return { state: "failed", answer };
  if (responseCode !== undefined && responseCode >= 400) return { state: "retry", answer };
  return { state: began ? "unknown" : "retry", answer };
}

function short(text: string): string {
  return text.replace(/\s+/g, " ").slice(0, ANSWER_CHARACTERS);
}
