import Type, { type Static } from "typebox";
import { authorOf } from "../access/caller.ts";
import { ApiKey } from "../access/key.ts";
import { Role } from "../access/roles.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";

const Id = Type.String({ minLength: 1, maxLength: 256 });
const NewKey = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 256 }),
    role: Type.Optional(Role),
    account_id: Type.Optional({ ...Id, description: "The role account needs it" }),
    domain: Type.Optional({
      ...Type.String({ minLength: 1, maxLength: 1024 }),
      description: "The role domain-admin needs it",
    }),
    user_id: Type.Optional({ ...Id, description: "Whose key it is; then role is left out" }),
    sources: Type.Optional(
      Type.Array(Id, { maxItems: 1000, description: "The role producer needs it: the event sources, or * for any" }),
    ),
    expires_at: Type.Optional(Type.String({ description: "From when on it is refused; left out: never" })),
    cidrs: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), {
        maxItems: 100,
        description: "The networks it is taken from; left out: any",
      }),
    ),
  },
  { $id: "NewKey", additionalProperties: false },
);
const MadeKey = Type.Object(
  {
    ...ApiKey.properties,
    token: Type.String({ description: "Told here and never again" }),
    secret_key: Type.String({ description: "What requests to /client/api are signed with; told here and never again" }),
  },
  { $id: "MadeKey", additionalProperties: false },
);
export type MadeKey = Static<typeof MadeKey>;
const KeyList = Type.Object({ data: Type.Array(ApiKey) }, { $id: "ApiKeyList", additionalProperties: false });
const KeyName = Type.Object({ id: Type.String() });

const tags = ["operation"];

/** Who may ask. */
export function keyRoutes(app: Api, { keys }: Pick<System, "keys">): void {
  app.get(
    "/v1/keys",
    {
      schema: {
        operationId: "listKeys",
        summary: "All keys, revoked ones too",
        tags,
        response: answer({
          status: 200,
          description: "The keys, without their tokens",
          schema: KeyList,
        }),
      },
    },
    async () => ({ data: await keys.list() }),
  );

  app.post(
    "/v1/keys",
    {
      schema: {
        operationId: "createKey",
        summary: "Make a key",
        tags,
        body: NewKey,
        response: answer({
          status: 201,
          description: "The key with its token and secret key, which are told this once",
          schema: MadeKey,
          problems: ["unreadable-body", "unsupported-media-type"],
        }),
      },
    },
    async (request, reply) => {
      const { key, token, secret_key } = await keys.create(request.body, { by: authorOf(request) });
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send({ ...key, token, secret_key });
    },
  );

  app.delete(
    "/v1/keys/:id",
    {
      schema: {
        operationId: "revokeKey",
        summary: "Revoke a key; it is refused from then on",
        tags,
        params: KeyName,
        response: answer({
          status: 200,
          description: "The key, revoked",
          schema: ApiKey,
          problems: ["not-found", "conflict"],
        }),
      },
    },
    (request) => keys.revoke(request.params.id, { by: authorOf(request) }),
  );
}
