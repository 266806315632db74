import type { FastifyRequest } from "fastify";
import { AppError } from "../../core/errors.ts";
import type { Api } from "../api.ts";
import type { Access } from "./access.ts";
import { type Caller, callerOfKey, callerOfSession } from "./caller.ts";
import { refuseForeignSite, sessionCookie } from "./cookies.ts";
import { isWithin } from "./networks.ts";
import { mayUse } from "./rules.ts";

type Deps = Pick<Access, "keys" | "users" | "sessions">;

/** Of a demo that only this machine can reach: it reads all, and changes nothing. */
const visitor: Caller = {
  id: "visitor",
  name: "demo",
  role: "auditor",
  domain: null,
  account_id: null,
  sources: [],
  user_id: null,
};

/**
 * Asks who it is on every route of `scope`, before any of the body is read: a bearer token, else the dashboard's session; then whether
 * that role may use the route (rules.ts). `open`: who brings neither is a visitor, on this machine's own names.
 */
export function requireCaller(scope: Api, access: Deps, { open = false }: { open?: boolean } = {}): void {
  scope.addHook("onRequest", async (request) => {
    const caller = (await callerOf(access, request)) ?? (open && isLocalName(request.hostname) ? visitor : null);
    if (caller === null)
      throw new AppError("unauthorized", "authorization is missing or not of the form: Bearer <token>", {
        field: "authorization",
      });
    request.caller = caller;
    if (mayUse(caller.role, operationOf(request))) return;
    throw new AppError(
      "forbidden",
      `the role ${caller.role} may not ${request.method} ${request.routeOptions.url ?? ""}`,
      { field: "authorization" },
    );
  });
}

/** Who a request is from; null where it does not say. @throws AppError unauthorized for what does not count, forbidden */
async function callerOf(access: Deps, request: FastifyRequest): Promise<Caller | null> {
  const { authorization } = request.headers;
  if (authorization !== undefined) return callerOfBearer(access, authorization, request.ip);
  const cookie = sessionCookie(request);
  if (cookie === "") return null;
  const found = await callerOfSession(access, cookie, { kind: "dashboard", address: request.ip });
  if (found === null) throw new AppError("unauthorized", "the session has ended; sign in again", { field: "cookie" });
  refuseForeignSite(request);
  return found.caller;
}

async function callerOfBearer(access: Deps, authorization: string, address: string): Promise<Caller> {
  const token = /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(authorization)?.[1];
  if (token === undefined)
    throw new AppError("unauthorized", "authorization is missing or not of the form: Bearer <token>", {
      field: "authorization",
    });
  return callerOfToken(access, token, address);
}

/** Who holds a token, from an address. @throws AppError unauthorized, forbidden for one that is not taken from there */
export async function callerOfToken(
  access: Pick<Deps, "keys" | "users">,
  token: string,
  address: string,
): Promise<Caller> {
  const key = await access.keys.find(token);
  const caller = key === null ? null : await callerOfKey(access, key);
  if (key === null || caller === null)
    throw new AppError("unauthorized", "the token is not one of this installation, or it is revoked or has expired", {
      field: "authorization",
    });
  if (!isWithin(address, key.cidrs))
    throw new AppError("forbidden", `the token is not taken from ${address}`, { field: "authorization" });
  return caller;
}

/** The name of the operation a request asks for. */
function operationOf({ routeOptions }: FastifyRequest): string | undefined {
  return routeOptions.schema?.operationId;
}

/** Names a browser uses for its own machine; any other reaching an open page is a foreign site that points here. */
function isLocalName(name: string): boolean {
  return ["localhost", "127.0.0.1", "::1", "[::1]"].includes(name);
}
