import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

/** A message as it came in. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly id: string;
}

/** A receiver over HTTP on a port of its own; `answer` says what it does with each message. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  answer: { status: number; headers?: Record<string, string>; hang_up?: boolean };
  /** What a message says, if a secret verifies it. @throws where it does not */
  verify(message: Received, secret: string): { type: string; timestamp: string; data: Record<string, string> };
  close(): Promise<void>;
}

export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body, id: String(request.headers["webhook-id"]) });
      const { status, headers = {}, hang_up = false } = receiver.answer;
      if (hang_up) request.socket.destroy();
      else response.writeHead(status, headers).end("said");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    answer: { status: 204 },
    verify: ({ body, headers }, secret) =>
      new Webhook(secret).verify(body, headers as Record<string, string>) as ReturnType<Receiver["verify"]>,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
