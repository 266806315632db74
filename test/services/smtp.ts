import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

// A real SMTP server in this process.

/** A mail as the server took it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
}

/** What a server does with the next mail, by its place in the conversation. */
export interface Manners {
  /** An answer to RCPT TO instead of 250, such as 550. */
  refuse_recipient?: number;
  /** An answer to the text itself instead of 250. */
  refuse_text?: number;
  /** Takes the text and hangs up without a word. */
  hang_up_after_text?: boolean;
}

export interface TestSmtp {
  readonly url: string;
  readonly mails: TakenMail[];
  readonly manners: Manners;
  close(): Promise<void>;
}

/** Starts a server on a port of its own. */
export async function openTestSmtp(): Promise<TestSmtp> {
  const mails: TakenMail[] = [];
  const manners: Manners = {};
  const refusal = (code: number): Error => Object.assign(new Error(`told to answer ${code}`), { responseCode: code });
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onRcptTo: (_address, _session, done) =>
      done(manners.refuse_recipient === undefined ? null : refusal(manners.refuse_recipient)),
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (manners.refuse_text !== undefined) return done(refusal(manners.refuse_text));
        const to = envelope.rcptTo.map(({ address }) => address);
        const { mailFrom } = envelope;
        mails.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to,
          source: Buffer.concat(chunks).toString("utf8"),
        });
        if (manners.hang_up_after_text !== true) return done();
        for (const { _socket } of server.connections) _socket.destroy();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    manners,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
