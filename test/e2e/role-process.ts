import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Spawned, spawnTally, type Told } from "../api/run-tally.ts";
import type { Readiness } from "../../api/readiness.ts";

/** A process that plays some roles on a store, a Kafka and a Redis of all. */
export interface RoleProcess {
  readonly roles: string;
  readonly url: string;
  /** The admin's. */
  readonly token: string;
  readonly spawned: Spawned;
  /** What /readyz answers now; null = nothing does. */
  readiness(): Promise<(Readiness & { status: number }) | null>;
  /** Asks its API as the admin. @throws where the status is not below 400 */
  call<T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown, type?: string): Promise<T>;
  /** As an operator ends it: SIGTERM, and what came of it. */
  stop(): Promise<Told>;
}

/** The commands of the containers (docker-compose.yml): to play roles, and to bring the store's schema up before. */
export const commands = { serve: ["serve"], migrate: ["migrate"] } as const;

const adminToken = "the-admin-of-all-processes";

/** Starts `tally serve` with these roles and waits until it says where it answers. */
export async function startRoles(
  roles: string,
  { folder, environment }: { folder: string; environment: Readonly<Record<string, string>> },
): Promise<RoleProcess> {
  const own = {
    TALLY_DATA_DIR: mkdtempSync(join(folder, `${roles.replaceAll(",", "-")}-`)),
    TALLY_PORT: "0",
    TALLY_LOG_LEVEL: "error",
    TALLY_ADMIN_TOKEN: adminToken,
    TALLY_ROLES: roles,
  };
  const spawned = spawnTally({ ...own, ...environment }, commands.serve, folder);
  const said = await spawned.says(/http:\/\/[\d.:]+/);
  const url = /http:\/\/[\d.:]+/.exec(said)?.[0] ?? "";
  return {
    roles,
    url,
    token: adminToken,
    spawned,
    readiness: async () => {
      try {
        const response = await fetch(new URL("/readyz", url));
        return { ...((await response.json()) as Readiness), status: response.status };
      } catch {
        return null;
      }
    },
    call: async <T>(method: string, path: string, body?: unknown, type = "application/json") => {
      const headers = {
        authorization: `Bearer ${adminToken}`,
        ...(body === undefined ? {} : { "content-type": type }),
      };
      const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const response = await fetch(new URL(path, url), init);
      const text = await response.text();
      if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return JSON.parse(text) as T;
    },
    stop: () => {
      spawned.process.kill("SIGTERM");
      return spawned.ended();
    },
  };
}
