import Type, { type Static } from "typebox";
import type { Api } from "../api.ts";
import { examples } from "../examples.ts";
import { ApiKey, Role } from "../keys.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";

const NewKey = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 256 }), role: Role },
  { $id: "NewKey", additionalProperties: false },
);
const MadeKey = Type.Object(
  { ...ApiKey.properties, token: Type.String({ description: "Told here and never again" }) },
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
          example: { data: [examples.apiKey] },
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
          description: "The key with its token, which is told this once",
          schema: MadeKey,
          example: { ...examples.apiKey, token: "tally_<43 characters>" },
          problems: ["unreadable-body", "unsupported-media-type"],
        }),
      },
    },
    async ({ body }, reply) => {
      const { key, token } = await keys.create(body);
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send({ ...key, token });
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
          example: { ...examples.apiKey, state: "revoked" },
          problems: ["not-found", "conflict"],
        }),
      },
    },
    async ({ params }) => keys.revoke(params.id),
  );
}
