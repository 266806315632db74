import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { programAt } from "../../programs.ts";
import type { Orders } from "./child.ts";

/** One line a child said, and how long after its start in ms. */
export interface Said {
  readonly line: string;
  readonly at_ms: number;
}

/** How a child's life went. */
export interface Life {
  readonly said: readonly Said[];
  /** The last step it acknowledged, or -1. */
  readonly acknowledged: number;
  readonly killed: boolean;
}

const child = new URL("child.ts", import.meta.url);
const root = new URL("../../..", import.meta.url).pathname;

/**
 * Runs a child to its end. A point in its start is hit from here, all others it hits itself.
 * @throws Error with what it wrote on standard error, when it ends otherwise than by SIGKILL or as it ought to
 */
export async function live(orders: Orders): Promise<Life> {
  const start = performance.now();
  const options = { cwd: root, stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"] };
  const process_ = spawn(process.execPath, [...programAt(child), JSON.stringify(orders)], options);
  const kill = (): boolean => process_.kill("SIGKILL");
  if (orders.die?.phase === "start") setTimeout(kill, orders.die.after_ms).unref();
  const said: Said[] = [];
  createInterface({ input: process_.stdout }).on("line", (line) => {
    said.push({ line, at_ms: performance.now() - start });
    if (line === "done" && orders.die !== null) kill();
  });
  const complaint = textOf(process_);
  const { code, signal } = await ended(process_);
  if (signal !== "SIGKILL" && code !== 0) throw new Error(`a child ended with ${code ?? signal}: ${await complaint}`);
  const acknowledged = Number(said.findLast(({ line }) => line.startsWith("ack "))?.line.slice(4) ?? -1);
  return { said, acknowledged, killed: signal === "SIGKILL" };
}

async function textOf({ stderr }: ChildProcess): Promise<string> {
  let text = "";
  if (stderr !== null) for await (const chunk of stderr) text += String(chunk);
  return text;
}

/** "close" and not "exit": only then has all been read that it said. */
function ended(process_: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    process_.once("error", reject);
    process_.once("close", (code, signal) => resolve({ code, signal }));
  });
}
