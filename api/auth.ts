import type { FastifyRequest } from "fastify";
import { AppError } from "../core/errors.ts";
import type { Api } from "./api.ts";
import type { ApiKey, Keys, Role } from "./keys.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Whose token came with the request; null where none is asked for. */
    bearer: ApiKey | null;
  }
}

/** Asks for a token on every route of `scope`, before any of the body is read. */
export function requireToken(scope: Api, keys: Keys): void {
  scope.decorateRequest("bearer", null);
  scope.addHook("onRequest", async (request) => {
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined)
      throw new AppError("unauthorized", "authorization is missing or not of the form: Bearer <token>", {
        field: "authorization",
      });
    const key = await keys.find(token);
    if (key === null)
      throw new AppError("unauthorized", "the token is not one of this installation, or it is revoked", {
        field: "authorization",
      });
    const address = request.routeOptions.url ?? "";
    if (!mayDo(key.role, request.method, address)) {
      throw new AppError("forbidden", `the role ${key.role} may not ${request.method} ${address}`, {
        field: "authorization",
      });
    }
    request.bearer = key;
  });
}

/** Who is written down as the author of a change. */
export function authorOf({ bearer }: Pick<FastifyRequest, "bearer">): string {
  return bearer === null ? "nobody" : `${bearer.name} (${bearer.key_id})`;
}

/** Whether a role may use a route; `address` is the route's pattern. */
export function mayDo(role: Role, method: string, address: string): boolean {
  const reads = method === "GET" || method === "HEAD";
  switch (role) {
    case "admin":
      return true;
    case "finance":
      return reads || !/^\/v1\/(settings|keys|webhooks|usage-types|archives|accounts\/:id\/erase)(\/|$)/.test(address);
    case "auditor":
      return reads;
    case "producer":
      return method === "POST" && (address === "/v1/events" || address === "/v1/inventory");
  }
}
