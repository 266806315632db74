import type { FastifyReply } from "fastify";
import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { authorOf, type Caller } from "../access/caller.ts";
import { isWithinScope, scopeOf } from "../access/scope.ts";
import { User, UserChange } from "../access/user.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import { IfMatch, seenVersion, tellPrecondition } from "../http/etags.ts";
import type { System } from "../system.ts";

const { user_id: _id, ...changeable } = UserChange.properties;
const NewUser = Type.Object(UserChange.properties, { $id: "NewUser", additionalProperties: false });
const UserUpdate = Type.Object(changeable, { $id: "UserUpdate", additionalProperties: false });
const UserList = Type.Object({ data: Type.Array(User) }, { $id: "UserList", additionalProperties: false });
const UserName = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });
const UserQuery = Type.Object(
  { account_id: Type.Optional(Type.String({ minLength: 1 })), domain: Type.Optional(Type.String({ minLength: 1 })) },
  { additionalProperties: false },
);
const Password = Type.Object(
  {
    password: Type.Union([Type.String({ maxLength: 1024 }), Type.Null()], {
      description: "null: can no longer sign in with one",
    }),
  },
  { $id: "NewPassword", additionalProperties: false },
);

const tags = ["operation"];
const answerUser = (status: 200 | 201) =>
  answer({
    status,
    description: "The user as it stands; its version is the ETag",
    schema: User,
    problems: ["not-found", "conflict", "precondition-failed", "unreadable-body", "unsupported-media-type"],
  });
const send = (reply: FastifyReply, user: User): FastifyReply => reply.header("etag", `"${user.version}"`).send(user);

/** Who can sign in. */
export function userRoutes(app: Api, system: Pick<System, "users" | "store" | "clock">): void {
  const { users } = system;

  app.get(
    "/v1/users",
    {
      schema: {
        operationId: "listUsers",
        summary: "Users in the order of their ids, deleted ones too: of an account, or of a domain and those below it",
        tags,
        querystring: UserQuery,
        response: answer({
          status: 200,
          description: "The users",
          schema: UserList,
        }),
      },
    },
    async ({ query, caller }) => {
      const scope = await scopeOf(system, caller);
      return { data: (await users.list(query)).filter(({ account_id }) => isWithinScope(scope, account_id)) };
    },
  );

  app.post(
    "/v1/users",
    {
      schema: {
        operationId: "createUser",
        summary: "Make a user; without a password nobody can sign in as it",
        tags,
        body: NewUser,
        response: answerUser(201),
      },
    },
    async (request, reply) => {
      const user = await users.put(request.body, { by: authorOf(request), if_version: "0" });
      return send(reply.code(201).header("location", `/v1/users/${encodeURIComponent(user.user_id)}`), user);
    },
  );

  app.get(
    "/v1/users/:id",
    { schema: { operationId: "getUser", summary: "A user", tags, params: UserName, response: answerUser(200) } },
    async ({ params, caller }, reply) => send(reply, await find(params.id, caller)),
  );

  app.put(
    "/v1/users/:id",
    {
      schema: {
        operationId: "putUser",
        summary: "Change a user; what is left out stays as it was",
        tags,
        params: UserName,
        headers: IfMatch,
        body: UserUpdate,
        response: answerUser(200),
      },
    },
    async (request, reply) => {
      const { user_id, version } = await find(request.params.id, request.caller);
      const options = { by: authorOf(request), ...(await seenVersion(request.headers, async () => version)) };
      return send(reply, await users.put({ ...request.body, user_id }, options).catch(tellPrecondition));
    },
  );

  app.put(
    "/v1/users/:id/password",
    {
      schema: {
        operationId: "putUserPassword",
        summary: "Set a user's password; sessions opened with the former one end",
        tags,
        params: UserName,
        body: Password,
        response: answerUser(200),
      },
    },
    async (request, reply) =>
      send(reply, await users.setPassword(request.params.id, request.body.password, { by: authorOf(request) })),
  );

  async function find(id: string, caller: Caller): Promise<User> {
    const user = await users.get(id);
    if (user === null || !isWithinScope(await scopeOf(system, caller), user.account_id))
      throw new AppError("not-found", `there is no user "${id}"`, { field: "user_id" });
    return user;
  }
}
