import type { FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../../core/errors.ts";
import type { Session } from "./sessions.ts";

/** `__Host-` needs HTTPS, so on plain http the name is another one; a cookie of either opens nothing on the other. */
function cookieName({ protocol }: FastifyRequest): string {
  return protocol === "https" ? "__Host-tally" : "tally";
}

/** The dashboard's session that a request carries, '' = none. */
export function sessionCookie(request: FastifyRequest): string {
  return request.cookies[cookieName(request)] ?? "";
}

/** Has the browser carry a session from here on: to this host alone, out of reach of scripts, and on no request another site makes but a link. */
export function setSessionCookie(reply: FastifyReply, token: string, { opened_at, ends_at }: Session): void {
  const secure = reply.request.protocol === "https";
  const maxAge = Math.floor((ends_at - opened_at) / 1000);
  void reply.setCookie(cookieName(reply.request), token, {
    path: "/",
    httpOnly: true,
    sameSite: "lax",
    secure,
    maxAge,
  });
}

/** Takes it away. */
export function clearSessionCookie(reply: FastifyReply): void {
  const secure = reply.request.protocol === "https";
  void reply.clearCookie(cookieName(reply.request), { path: "/", httpOnly: true, sameSite: "lax", secure });
}

const KNOWN_SECONDS = 180 * 86_400;

/** What a browser brings of a user's former sign-in with it (password-tries.ts), '' = nothing. It opens nothing. */
export function knownCookie(request: FastifyRequest): string {
  return request.cookies[`${cookieName(request)}-known`] ?? "";
}

/** Has it carry that from here on. */
export function setKnownCookie(reply: FastifyReply, known: string): void {
  const secure = reply.request.protocol === "https";
  const options = { path: "/", httpOnly: true, sameSite: "lax", secure, maxAge: KNOWN_SECONDS } as const;
  void reply.setCookie(`${cookieName(reply.request)}-known`, known, options);
}

/** Signing in needs no cookie, yet another site must not sign somebody in as somebody else; no browser leaves both headers out. @throws AppError forbidden */
export function refuseForeignLogin(request: FastifyRequest): void {
  const { "sec-fetch-site": site, origin } = request.headers;
  if (site !== undefined || origin !== undefined) refuseForeignSite(request);
}

/**
 * A browser sends the cookie along whoever wrote the page, so what changes something has to come from our own: `Sec-Fetch-Site`
 * says so, else `Origin` is ours. @throws AppError forbidden
 */
export function refuseForeignSite(request: FastifyRequest): void {
  if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return;
  const { "sec-fetch-site": site, origin } = request.headers;
  const ours = `${request.protocol}://${request.host}`;
  if (site === undefined ? origin === ours : site === "same-origin") return;
  throw new AppError("forbidden", "a request with a session's cookie has to come from a page of this server", {
    field: site === undefined ? "origin" : "sec-fetch-site",
  });
}
