import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { operationAt } from "../../../api/client/client.ts";

/** What went by: an operation, and the status it was answered with. */
export interface Seen {
  readonly operation: string;
  readonly method: string;
  readonly status: number;
}

/** A way to a server on which is seen what is asked there, and by whom. */
export interface Recorder {
  readonly url: string;
  /** What was asked with a token since it was last looked at; "" = without one. */
  take(token: string): Seen[];
  close(): void;
}

/** Hands every request on as it comes. */
export async function openRecorder(to: string): Promise<Recorder> {
  const seen = new Map<string, Seen[]>();
  const server = createServer((asked, reply) => {
    const { method = "", url: path = "", headers } = asked;
    const passed = request(new URL(path, to), { method, headers }, (answer) => {
      const { statusCode: status = 0 } = answer;
      const operation = operationAt({ method: method as "GET", path }) ?? `${method} ${path}`;
      const token = (headers.authorization ?? "").replace("Bearer ", "");
      seen.set(token, [...(seen.get(token) ?? []), { operation, method, status }]);
      reply.writeHead(status, answer.headers);
      answer.pipe(reply);
    });
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: (token) => {
      const found = seen.get(token) ?? [];
      seen.delete(token);
      return found;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
