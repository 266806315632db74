import { spawn } from "node:child_process";
import { once } from "node:events";
import { programAt } from "../../programs.ts";

/** A process of test/core/processes/child.ts. */
export interface Child {
  /** What it has told so far. */
  readonly lines: readonly string[];
  wake(): void;
  end(): Promise<void>;
}

/** What it works on; `sleeps`: it stops itself in the middle of its first piece of work, and wherever it comes to one after. */
export interface ChildOrders {
  readonly task: "set" | "schedule";
  readonly store_url: string;
  readonly redis_url: string;
  readonly value?: string;
  readonly ahead_ms?: number;
  readonly sleeps?: boolean;
}

/** Starts one. */
export function startChild({
  task,
  store_url,
  redis_url,
  value = "",
  ahead_ms = 0,
  sleeps = false,
}: ChildOrders): Child {
  const main = new URL("child.ts", import.meta.url);
  const given = [task, store_url, redis_url, value, `${ahead_ms}`, sleeps ? "sleeps" : ""];
  const child = spawn(process.execPath, [...programAt(main), ...given], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  child.once("exit", (code) => {
    if (code !== null && code !== 0) lines.push(`exited ${code}`);
  });
  return {
    lines,
    wake: () => void child.kill("SIGCONT"),
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
