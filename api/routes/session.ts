import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { formatInstant } from "../../core/instant.ts";
import { type Caller, callerOfSession, callerOfUser } from "../access/caller.ts";
import { clearSessionCookie, refuseForeignLogin, sessionCookie, setSessionCookie } from "../access/cookies.ts";
import { callerOfToken } from "../access/guard.ts";
import { Role } from "../access/roles.ts";
import type { Api } from "../api.ts";
import { examples } from "../examples.ts";
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
    ends_at: { ...Nullable, description: "When the session ends at the latest; null = asked with a token" },
  },
  { $id: "SignedIn", additionalProperties: false },
);

const tags = ["operation"];
const show = ({ sources: _sources, ...caller }: Caller, ends_at: string | null) => ({ ...caller, ends_at });

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
          example: examples.signedIn,
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
          ? await callerOfPassword(system, { domain, username: username ?? "", password: password ?? "" })
          : await callerOfToken(system, token, address);
      request.caller = caller;
      const holder = token === undefined ? { user_id: caller.id } : { key_id: caller.id };
      const { token: cookie, session } = await system.sessions.open({ kind: "dashboard", ...holder, address });
      setSessionCookie(reply, cookie, session);
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send(show(caller, formatInstant(session.ends_at)));
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
          example: examples.signedIn,
        }),
      },
    },
    async (request, reply) => {
      const found = await callerOfSession(system, sessionCookie(request), {
        kind: "dashboard",
        address: request.ip,
      });
      const ends_at = found === null ? null : formatInstant(found.session.ends_at);
      return reply.header("cache-control", "no-store").send(show(request.caller, ends_at));
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
          example: { ...examples.signedIn, ends_at: null },
        }),
      },
    },
    async (request, reply) => {
      await system.sessions.end(sessionCookie(request), "dashboard");
      clearSessionCookie(reply);
      return reply.send(show(request.caller, null));
    },
  );
}

/** @throws AppError unauthorized, the same whatever was wrong */
async function callerOfPassword(
  { users }: Pick<System, "users">,
  given: { domain: string; username: string; password: string },
): Promise<Caller> {
  const user = await users.verify(given);
  if (user === null)
    throw new AppError("unauthorized", "there is no user of this domain, name and password", { field: "password" });
  return callerOfUser(user);
}
