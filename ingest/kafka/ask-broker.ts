import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { AppError } from "../../core/errors.ts";
import { type KafkaBroker, readBroker, showBrokers } from "../../core/kafka-address.ts";
import { logIn } from "./sasl.ts";

const patienceMs = 10_000;
const handshake = { key: 17, version: 1 };
const authenticate = { key: 36, version: 0 };

/**
 * Sends one request to a broker over a connection of its own, logged in where the address says as whom, and gives the answer without its
 * size. @throws Error when it does not answer, AppError log-unavailable when it refuses the login
 */
export async function askBroker(address: string, request: Buffer): Promise<Buffer> {
  const broker = readBroker(address);
  const socket = open(broker);
  try {
    const turn = inTurn(socket, showBrokers([address]));
    if (broker.login !== null) {
      const { mechanism } = broker.login;
      const agreed = await turn(requestOf(handshake, text16(mechanism.toUpperCase())));
      refuse(agreed.readInt16BE(4), `does not know ${mechanism}`, address);
      await logIn(broker.login, async (message) => {
        const answer = await turn(requestOf(authenticate, sized(message)));
        refuse(answer.readInt16BE(4), "refuses user or password", address);
        const told = Math.max(0, answer.readInt16BE(6));
        return answer.subarray(12 + told);
      });
    }
    return await turn(sized(request));
  } finally {
    socket.destroy();
  }
}

/** A request of an older kind, with its size: which, a number, by whom, then what it says. */
function requestOf({ key, version }: { key: number; version: number }, body: Buffer): Buffer {
  return sized(Buffer.concat([headOf({ key, version }), body]));
}

/** Which request it is, its number, and by whom. */
export function headOf({ key, version }: { key: number; version: number }): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt16BE(key, 0);
  head.writeInt16BE(version, 2);
  head.writeInt32BE(1, 4);
  return Buffer.concat([head, text16("tallyhouse")]);
}

function text16(text: string): Buffer {
  const size = Buffer.alloc(2);
  size.writeInt16BE(text.length, 0);
  return Buffer.concat([size, Buffer.from(text)]);
}

function sized(message: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(message.length, 0);
  return Buffer.concat([size, message]);
}

function open({ host, port, tls }: KafkaBroker): Socket {
  return tls ? connectTls({ host, port, servername: host }) : connect({ host, port });
}

function refuse(error: number, what: string, address: string): void {
  if (error === 0) return;
  throw new AppError("log-unavailable", `Kafka broker ${showBrokers([address])} ${what} (error ${error})`);
}

/** One request after the other, each with its answer; what is written before the connection stands waits for it. */
function inTurn(socket: Socket, broker: string): (message: Buffer) => Promise<Buffer> {
  let received = Buffer.alloc(0);
  let waiting: { resolve: (answer: Buffer) => void; reject: (error: Error) => void } | null = null;
  let failed: Error | null = null;
  const fail = (error: Error): void => {
    failed ??= error;
    waiting?.reject(failed);
  };
  socket.setTimeout(patienceMs, () => socket.destroy(new Error(`${broker} does not answer`)));
  socket.on("error", fail);
  socket.on("close", () => fail(new Error(`${broker} closed the connection`)));
  socket.on("data", (data) => {
    received = Buffer.concat([received, data]);
    const size = received.length < 4 ? Infinity : 4 + received.readInt32BE(0);
    if (received.length < size) return;
    const answer = received.subarray(4, size);
    received = received.subarray(size);
    waiting?.resolve(answer);
  });
  return (message) =>
    new Promise((resolve, reject) => {
      if (failed !== null) return reject(failed);
      waiting = { resolve, reject };
      socket.write(message);
    });
}
