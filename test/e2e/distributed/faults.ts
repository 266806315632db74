import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as pass } from "node:timers/promises";
import { type Installation, type RoleName, roleNames } from "./installation.ts";

/** How long what is taken away stays away, in ms. */
export interface Durations {
  readonly store_ms: number;
  readonly asleep_ms: (name: RoleName) => number;
  readonly disk_ms: number;
}

/** A fault of the whole installation: done, and mended, when it resolves. */
export interface InstallationFault {
  readonly name: string;
  /** Worth most while a run goes on. */
  readonly in_run: boolean;
  act(): Promise<void>;
}

const prlimit = "/usr/bin/prlimit";
/** Whether a disk can be made to look full here: not on a Mac. */
const limitsFiles = existsSync(prlimit);

/** All there are, one of each kind and role. */
export function faultsOf(
  { role, restart, kafka, redis, server }: Installation,
  { store_ms, asleep_ms, disk_ms }: Durations,
  sendUnheard: () => Promise<void>,
): InstallationFault[] {
  const signal = (name: RoleName, what: NodeJS.Signals): boolean => role(name).spawned.process.kill(what);
  const killed = (name: RoleName): InstallationFault => ({
    name: `kill -9 of ${name}`,
    in_run: name === "aggregate",
    act: async () => {
      signal(name, "SIGKILL");
      await role(name).spawned.ended();
      await restart(name);
    },
  });
  const asleep = (name: RoleName): InstallationFault => ({
    name: `SIGSTOP, SIGCONT of ${name}`,
    in_run: false,
    act: async () => {
      signal(name, "SIGSTOP");
      await pass(asleep_ms(name));
      signal(name, "SIGCONT");
    },
  });
  const limitFiles = (bytes: "0" | "unlimited"): void =>
    void execFileSync(prlimit, ["--pid", `${server.pid()}`, `--fsize=${bytes}:`]);
  const others: InstallationFault[] = [
    {
      name: "broker restarted",
      in_run: false,
      act: async () => {
        await kafka.kill();
        await kafka.start();
      },
    },
    { name: "Redis flushed", in_run: false, act: () => redis.flush() },
    {
      name: "Redis restarted, empty",
      in_run: false,
      act: async () => {
        await redis.stop();
        await pass(1_000);
        await redis.start();
      },
    },
    {
      name: "store killed, refuses connections",
      in_run: false,
      act: async () => {
        await server.kill();
        await pass(store_ms);
        await server.start();
      },
    },
    { name: "producer retries unheard", in_run: false, act: sendUnheard },
    {
      // No write of the store's process reaches a file, as on a full disk. It is restarted then: the engine may have put a merged
      // part in place whose marks could not be written, and finds out when it loads its parts.
      name: "disk of the store full, store restarted",
      in_run: false,
      act: async () => {
        limitFiles("0");
        await pass(disk_ms);
        limitFiles("unlimited");
        await server.kill();
        await server.start();
      },
    },
  ];
  const clocks = roleNames.map((name): InstallationFault => ({
    name: `clock of ${name} set back by 5 minutes`,
    in_run: false,
    act: async () => {
      signal(name, "SIGUSR2");
    },
  }));
  return [...roleNames.map(killed), ...roleNames.map(asleep), ...others, ...clocks].filter(
    ({ name }) => limitsFiles || !name.startsWith("disk"),
  );
}
