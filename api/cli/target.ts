import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config.ts";
import { createLog, silentLog } from "../../core/log.ts";
import { buildApp } from "../app.ts";
import { findHolder, inUse, takeDataLock } from "../data-lock.ts";
import { checkRoles } from "../check-roles.ts";
import { newToken, withLocalToken } from "../access/keys.ts";
import { type System } from "../system.ts";
import { openSystem, sharing, storeConfig } from "../open-system.ts";
import { type Client, createClient, sendOver } from "../client/client.ts";
import { sendOverTls } from "./send-tls.ts";

/** What a command works on. `system` is there where no server holds the data directory and this process has opened it. */
export interface Target {
  readonly client: Client;
  readonly system: System | null;
}

/**
 * Gives a command the API on the data directory: of the server that holds it, else of a system opened here for as long
 * as it takes. Both ways end in the same routes, so a command does the same in both.
 * @throws AppError data-dir-in-use where a process that is no server holds the directory
 */
export async function withTarget<T>(config: Config, clock: Clock, act: (target: Target) => Promise<T>): Promise<T> {
  const holder = findHolder(config.data_dir);
  if (holder === null) return withSystem(config, clock, (system) => withApp(system, act));
  if (holder.url === null || holder.token === null) throw inUse(config.data_dir, holder);
  const { url, token, certificate } = holder;
  const send = certificate === null ? sendOver(url) : sendOverTls(url, certificate);
  return act({ client: createClient(send, token), system: null });
}

/** Opens the data directory here, for as long as it takes. @throws AppError data-dir-in-use */
async function withSystem<T>(config: Config, clock: Clock, act: (system: System) => Promise<T>): Promise<T> {
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
async function withApp<T>(system: System, act: (target: Target) => Promise<T>): Promise<T> {
  const token = newToken();
  const keys = withLocalToken(system.keys, { token, clock: system.clock });
  const app = await buildApp({ ...system, keys }, { log: silentLog });
  try {
    const client = createClient(async ({ method, path, headers, body }) => {
      const response = await app.inject({
        method,
        url: path,
        headers,
        ...(body === undefined ? {} : { payload: body }),
      });
      const { location } = response.headers;
      return { status: response.statusCode, bytes: response.rawPayload, location };
    }, token);
    return await act({ client, system });
  } finally {
    await app.close();
  }
}
