import { wallClock } from "../../core/calendar.ts";
import type { InstantMs } from "../../core/instant.ts";
import type { System } from "../system.ts";
import { accountTypeOf } from "./commands/list-users.ts";
import { ApiError } from "./api-error.ts";
import { type Caller, callerOfUser } from "../access/caller.ts";
import { bySession, sessionKeyOf } from "./authenticate.ts";
import type { Body } from "./command.ts";
import type { ApiRequest } from "./request.ts";

/** What a command came to. Cookies of a session are out of reach of scripts. */
export interface Performed {
  readonly body: Body;
  readonly cookies?: readonly string[];
}

/**
 * Opens a session for a user's name and password. By POST alone: an address stands in logs.
 * @throws ApiError 405 for another method, 531 where name and password do not fit, whichever is wrong; AppError too-many-requests
 */
export async function logIn(system: System, request: ApiRequest): Promise<Performed & { caller: Caller }> {
  const { given, address, method } = request;
  if (method !== "POST") throw new ApiError(405, "login takes username and password by POST alone");
  const domain = await domainOf(system, given);
  const username = given.get("username") ?? "";
  const password = given.get("password") ?? "";
  const from = { address, known: "" };
  const user = domain === null ? null : await system.passwordTries.signIn({ domain, username, password }, from);
  if (user === null) throw new ApiError(531, "Failed to authenticate user, please provide valid credentials", 4365);
  const { token, session } = await system.sessions.open({ kind: "client-api", user_id: user.user_id, address });
  const account = await system.accounts.get(user.account_id);
  const sessionkey = sessionKeyOf(token);
  const item = {
    timeout: Number(await system.settings.get("access.session.idle")) * 60,
    userid: user.user_id,
    username: user.username,
    domainid: (await system.domains.byPath(user.domain))?.domain_id,
    account: account?.name ?? user.account_id,
    firstname: user.first_name,
    lastname: user.last_name,
    type: `${accountTypeOf(user.role)}`,
    timezone: user.time_zone === "" ? undefined : user.time_zone,
    timezoneoffset: user.time_zone === "" ? undefined : offsetOf(user.time_zone, system.clock.now()),
    registered: "false",
    sessionkey,
    is2faenabled: "false",
    is2faverified: "true",
  };
  const rest = `Path=/client; HttpOnly; SameSite=Lax; Max-Age=${Math.floor((session.ends_at - session.opened_at) / 1000)}${request.secure ? "; Secure" : ""}`;
  return {
    caller: callerOfUser(user),
    body: { kind: "plain", item },
    cookies: [`JSESSIONID=${token}; ${rest}`, `sessionkey=${sessionkey}; ${rest}`],
  };
}

/** Ends the session, if there is one; `caller` is whose it was. */
export async function logOut(system: System, request: ApiRequest): Promise<Performed & { caller: Caller | null }> {
  const caller = await bySession(system, request);
  if (request.session !== "") await system.sessions.end(request.session, "client-api");
  const rest = "Path=/client; HttpOnly; SameSite=Lax; Max-Age=0";
  return {
    caller,
    body: { kind: "plain", item: { description: "success" } },
    cookies: [`JSESSIONID=; ${rest}`, `sessionkey=; ${rest}`],
  };
}

/** Hours east of UTC as CloudStack writes them: `2.0`, `-3.5`. */
function offsetOf(zone: string, now: InstantMs): string {
  const [, sign = "", hours = 0, minutes = 0] = /([+-])(\d\d):(\d\d)$/.exec(wallClock(zone, now)) ?? [];
  const ahead = Number(hours) + Number(minutes) / 60;
  return `${sign === "-" ? "-" : ""}${Number.isInteger(ahead) ? ahead.toFixed(1) : ahead}`;
}

/** `domain` is a path, `/` or nothing the root, `/acme` a domain in it; null where `domainid` names none. */
async function domainOf({ domains }: System, given: ApiRequest["given"]): Promise<string | null> {
  const id = given.get("domainid");
  if (id !== undefined && id !== "") return (await domains.get(id))?.path ?? null;
  const path = (given.get("domain") ?? "").replace(/^\/+|\/+$/g, "");
  return path === "" || path === "ROOT" ? "ROOT" : path.startsWith("ROOT/") ? path : `ROOT/${path}`;
}
