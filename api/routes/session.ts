import type { FastifyReply, FastifyRequest } from "fastify";
import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { formatInstant } from "../../core/instant.ts";
import { authorOf, type Caller, callerOfSession, callerOfUser } from "../access/caller.ts";
import {
  clearSessionCookie,
  knownCookie,
  refuseForeignLogin,
  sessionCookie,
  setKnownCookie,
  setSessionCookie,
} from "../access/cookies.ts";
import { callerOfToken } from "../access/guard.ts";
import { passwordLength } from "../access/passwords.ts";
import { Role } from "../access/roles.ts";
import type { Session } from "../access/sessions.ts";
import type { User } from "../access/user.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";

const Login = Type.Object(
  {
    domain: Type.Optional(Type.String({ maxLength: 1024, description: "Path of the user's domain; left out: ROOT" })),
    username: Type.Optional(Type.String({ maxLength: 256 })),
    password: Type.Optional(Type.String({ maxLength: 1024 })),
    token: Type.Optional(Type.String({ maxLength: 4096, description: "A key's token, instead of all others" })),
  },
  { $id: "Login", additionalProperties: false },
);
const Nullable = Type.Union([Type.String(), Type.Null()]);
const SignedIn = Type.Object(
  {
    id: Type.String({ description: "Of the user or the key" }),
    name: Type.String(),
    role: Role,
    domain: { ...Nullable, description: "Of a domain-admin" },
    account_id: { ...Nullable, description: "Of the role account" },
    user_id: Nullable,
    time_zone: Type.String({
      description: "Of days and times where an account names none: the setting usage.aggregation.timezone",
    }),
    ends_at: { ...Nullable, description: "When the session ends at the latest; null = asked with a token" },
  },
  { $id: "SignedIn", additionalProperties: false },
);

const OwnPassword = Type.Object(
  {
    old_password: Type.String({ maxLength: 1024 }),
    new_password: Type.String(passwordLength),
  },
  { $id: "OwnPassword", additionalProperties: false },
);

const tags = ["operation"];
const show = async ({ settings }: System, { sources: _sources, ...caller }: Caller, ends_at: string | null) => {
  const time_zone = await settings.get("usage.aggregation.timezone");
  return { ...caller, time_zone, ends_at };
};

/** Signing in, for people; behind no guard. */
export function loginRoutes(app: Api, system: System): void {
  app.post(
    "/v1/session",
    {
      schema: {
        operationId: "openSession",
        summary: "Sign in with a user's name and password, or with a token; the answer sets a cookie",
        tags,
        security: [],
        body: Login,
        response: answer({
          status: 201,
          description: "Who is signed in",
          schema: SignedIn,
          problems: [
            "unauthorized",
            "forbidden",
            "unreadable-body",
            "body-too-large",
            "unsupported-media-type",
            "store-unavailable",
          ],
        }),
      },
    },
    async (request, reply) => {
      refuseForeignLogin(request);
      const { domain = "", username, password, token } = request.body;
      if ((token === undefined) === (username === undefined || password === undefined))
        throw new AppError("invalid-request", "expected either token, or username and password", { field: "token" });
      const address = request.ip;
      const caller =
        token === undefined
          ? await callerOfPassword(system, { domain, username: username ?? "", password: password ?? "" }, reply)
          : await callerOfToken(system, token, address);
      request.caller = caller;
      const holder = token === undefined ? { user_id: caller.id } : { key_id: caller.id };
      const { token: cookie, session } = await system.sessions.open({ kind: "dashboard", ...holder, address });
      setSessionCookie(reply, cookie, session);
      if (token === undefined) setKnownCookie(reply, await system.passwordTries.knownBrowser(caller.id));
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send(await show(system, caller, formatInstant(session.ends_at)));
    },
  );
}

/** Who is asking, and signing out. */
export function sessionRoutes(app: Api, system: System): void {
  app.get(
    "/v1/session",
    {
      schema: {
        operationId: "getSession",
        summary: "Who is asking, and what for",
        tags,
        response: answer({
          status: 200,
          description: "Who is signed in, or whose token it is",
          schema: SignedIn,
        }),
      },
    },
    async (request, reply) => {
      const found = await callerOfSession(system, sessionCookie(request), {
        kind: "dashboard",
        address: request.ip,
      });
      const ends_at = found === null ? null : formatInstant(found.session.ends_at);
      return reply.header("cache-control", "no-store").send(await show(system, request.caller, ends_at));
    },
  );

  app.delete(
    "/v1/session",
    {
      schema: {
        operationId: "endSession",
        summary: "Sign out; the session is refused from then on",
        tags,
        response: answer({
          status: 200,
          description: "Who was signed in",
          schema: SignedIn,
        }),
      },
    },
    async (request, reply) => {
      await system.sessions.end(sessionCookie(request), "dashboard");
      clearSessionCookie(reply);
      return reply.send(await show(system, request.caller, null));
    },
  );

  app.put(
    "/v1/session/password",
    {
      schema: {
        operationId: "putOwnPassword",
        summary: "Change one's own password; sessions opened with the former one end, but this one goes on",
        tags,
        body: OwnPassword,
        response: answer({
          status: 200,
          description: "Who is signed in, with a new cookie",
          schema: SignedIn,
          problems: ["unreadable-body", "unsupported-media-type"],
        }),
      },
    },
    async (request, reply) => {
      const user = await requireUser(request);
      const { old_password, new_password } = request.body;
      const tried = { domain: user.domain, username: user.username, password: old_password };
      if ((await tryPassword(system, tried, reply)) === null)
        throw new AppError("invalid-request", "old_password is not the present one", { field: "old_password" });
      await system.users.setPassword(user.user_id, new_password, { by: authorOf(request) });
      const session = await renewSession(user.user_id, reply);
      setKnownCookie(reply, await system.passwordTries.knownBrowser(user.user_id));
      void reply.header("cache-control", "no-store");
      return reply.send(await show(system, request.caller, session === null ? null : formatInstant(session.ends_at)));
    },
  );

  /** @throws AppError forbidden for the key of nobody in particular */
  async function requireUser({ caller }: FastifyRequest): Promise<User> {
    const user = caller.user_id === null ? null : await system.users.get(caller.user_id);
    if (user !== null) return user;
    throw new AppError("forbidden", "a key has no password; sign in with a user name and password to change that", {
      field: "authorization",
    });
  }

  /** A session that the former password opened has ended with it: the one that asks goes on under another cookie. Null where none did. */
  async function renewSession(user_id: string, reply: FastifyReply): Promise<Session | null> {
    const { request } = reply;
    const former = await system.sessions.find(sessionCookie(request), "dashboard");
    if (former === null || former.user_id !== user_id || request.headers.authorization !== undefined) return former;
    await system.sessions.end(sessionCookie(request), "dashboard");
    const opened = await system.sessions.open({ kind: "dashboard", user_id, address: request.ip });
    setSessionCookie(reply, opened.token, opened.session);
    return opened.session;
  }
}

interface Tried {
  readonly domain: string;
  readonly username: string;
  readonly password: string;
}

/** @throws AppError unauthorized, the same whatever was wrong; too-many-requests */
async function callerOfPassword(system: Pick<System, "passwordTries">, tried: Tried, reply: FastifyReply) {
  const user = await tryPassword(system, tried, reply);
  if (user === null)
    throw new AppError("unauthorized", "there is no user of this domain, name and password", { field: "password" });
  return callerOfUser(user);
}

/** @throws AppError too-many-requests, and the answer says when to try again */
async function tryPassword({ passwordTries }: Pick<System, "passwordTries">, tried: Tried, reply: FastifyReply) {
  const from = { address: reply.request.ip, known: knownCookie(reply.request) };
  return passwordTries.signIn(tried, from).catch((error: unknown) => {
    if (error instanceof AppError && error.key === "too-many-requests")
      void reply.header("retry-after", passwordTries.waitSeconds());
    throw error;
  });
}
