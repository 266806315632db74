import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { programAt } from "../programs.ts";

/** A test server in a process of its own, which can be killed and started again on the same folder and port. */
export interface ServerProcess {
  readonly url: string;
  /** Of the process that runs now. */
  pid(): number;
  /** Ends it at once, as a crash does: from then on connections are refused. */
  kill(): Promise<void>;
  /** Starts it again after a kill. */
  start(): Promise<void>;
}

/** Starts a server in a process of its own on a folder. */
export async function spawnClickHouseServer(folder: string): Promise<ServerProcess> {
  let child: ChildProcess | null = null;
  let url = "";

  async function start(): Promise<void> {
    const main = new URL("main.ts", import.meta.url);
    const port = url === "" ? "0" : new URL(url).port;
    const born = spawn(process.execPath, [...programAt(main), folder, port], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    child = born;
    url = await new Promise<string>((resolve, reject) => {
      let text = "";
      born.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes("\n")) resolve(text.trim());
      });
      born.once("exit", (code) => reject(new Error(`the server ended with ${code} before it listened`)));
    });
  }

  await start();
  return {
    get url() {
      return url;
    },
    pid: () => child?.pid ?? 0,
    start,
    kill: async () => {
      if (child === null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
      child = null;
    },
  };
}
