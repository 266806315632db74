import { connect, type Socket } from "node:net";

/** What comes back on a bare connection until it is closed. */
export function speak(port: number, write: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => write(socket));
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
}

/** Begins with `head`, and goes on by a blank every 50 ms for as long as somebody listens. */
export function dribble(port: number, head: string): Promise<string> {
  return speak(port, (socket) => {
    socket.write(head);
    const drip = setInterval(() => socket.write(" "), 50);
    for (const end of ["close", "end"]) socket.on(end, () => clearInterval(drip));
  });
}
