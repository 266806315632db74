import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect, type TLSSocket } from "node:tls";
import { AppError } from "../../core/errors.ts";
import type { Send } from "../client/client.ts";

/**
 * Talks to the server of this data directory over HTTPS. Its certificate may be of any name and anybody's: it is known by the fingerprint
 * that the lock file tells, before a byte is sent. @throws AppError internal for another one
 */
export function sendOverTls(url: string, fingerprint: string): Send {
  return async ({ method, path, headers, body }) => {
    try {
      const socket = await open(new URL(url), fingerprint);
      const asked = request({
        createConnection: () => socket,
        method,
        path,
        headers: { ...headers, host: new URL(url).host, connection: "close" },
      });
      const answered = once(asked, "response") as Promise<
        [AsyncIterable<Buffer> & Pick<IncomingMessage, "statusCode" | "headers">]
      >;
      asked.end(body);
      const [response] = await answered;
      const pieces: Buffer[] = [];
      for await (const piece of response) pieces.push(piece);
      return { status: response.statusCode ?? 0, bytes: Buffer.concat(pieces), location: response.headers.location };
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw new AppError("internal", `the server at ${url} holds the data directory but does not answer`, { cause });
    }
  };
}

async function open({ hostname, port }: URL, fingerprint: string): Promise<TLSSocket> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const socket = connect({ host, port: Number(port), rejectUnauthorized: false });
  await once(socket, "secureConnect");
  if (socket.getPeerX509Certificate()?.fingerprint256 === fingerprint) return socket;
  socket.destroy();
  throw new AppError("internal", "who answers where the server of this data directory should has another certificate");
}
