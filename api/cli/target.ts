import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config.ts";
import { createLog, silentLog } from "../../core/log.ts";
import { buildApp } from "../app.ts";
import { findHolder, inUse, takeDataLock } from "../data-lock.ts";
import { checkRoles } from "../check-roles.ts";
import { newToken, withLocalToken } from "../access/keys.ts";
import type { System } from "../system.ts";
import { openSystem, sharing, storeConfig } from "../open-system.ts";
import { type Client, createClient, type Send, sendOver, type Watcher } from "../client/client.ts";
import { readServerToken, requireNoServerToken, sendIntoFile } from "./remote.ts";
import { sendOverTls } from "./send-tls.ts";

/** What a command works on. */
export interface Target {
  readonly client: Client;
  /** Where no server holds the data directory and this process has opened it. */
  readonly system: System | null;
  /** Fetches an address of the API into a file; null where the files of the data directory are at hand. */
  readonly fetchFile: ((path: string, file: string) => Promise<void>) | null;
}

/** What a command is reached with; `keep`: holds what is sent to the command's line; `watcher`: of work that is waited for. */
interface Reach {
  readonly config: Config;
  readonly clock: Clock;
  readonly keep: (send: Send) => Send;
  readonly watcher: Watcher | undefined;
}

/**
 * Gives a command the API: of the server at TALLY_URL, by the rights of its token, or else, as an admin, on the data directory: of the
 * server that holds it, or of a system opened here for as long as it takes. All ways end in the same routes, so a command does the same.
 * @throws AppError data-dir-in-use where a process that is no server holds the directory, bad-configuration
 */
export async function withTarget<T>(reach: Reach, act: (target: Target) => Promise<T>): Promise<T> {
  const { config, keep, watcher } = reach;
  if (config.server_url !== null) return act(remoteTarget(config.server_url, reach));
  requireNoServerToken(config);
  const holder = findHolder(config.data_dir);
  if (holder === null) return withSystem(reach, (system) => withApp(system, reach, act));
  if (holder.url === null || holder.token === null) throw inUse(config.data_dir, holder);
  const { url, token, certificate } = holder;
  const send = certificate === null ? sendOver(url) : sendOverTls(url, certificate);
  return act({ client: createClient(keep(send), token, watcher), system: null, fetchFile: null });
}

function remoteTarget(url: string, { config, keep, watcher }: Reach): Target {
  const token = readServerToken(config);
  return {
    client: createClient(keep(sendOver(url)), token, watcher),
    system: null,
    fetchFile: async (path, file) => {
      await createClient(keep(sendIntoFile(url, file)), token).download({ method: "GET", path });
    },
  };
}

/** Opens the data directory here, for as long as it takes. @throws AppError data-dir-in-use */
async function withSystem<T>({ config, clock }: Reach, act: (system: System) => Promise<T>): Promise<T> {
  checkRoles(config);
  const lock = takeDataLock(config.data_dir);
  try {
    // A command's result is its output; of the log only what a person should look at.
    const log = createLog(config.log_level === "info" ? "warn" : config.log_level);
    const system = await openSystem(storeConfig(config), { clock, log, ...sharing(config) });
    try {
      return await act(system);
    } finally {
      await system.close();
    }
  } finally {
    lock.release();
  }
}

/** The API without a port, with a token that nobody else knows. */
async function withApp<T>(system: System, { keep, watcher }: Reach, act: (target: Target) => Promise<T>): Promise<T> {
  const token = newToken();
  const keys = withLocalToken(system.keys, { token, clock: system.clock });
  const app = await buildApp({ ...system, keys }, { log: silentLog });
  try {
    const send: Send = async ({ method, path, headers, body }) => {
      const response = await app.inject({
        method,
        url: path,
        headers,
        ...(body === undefined ? {} : { payload: body }),
      });
      const { location } = response.headers;
      return { status: response.statusCode, bytes: response.rawPayload, location };
    };
    return await act({ client: createClient(keep(send), token, watcher), system, fetchFile: null });
  } finally {
    await app.close();
  }
}
