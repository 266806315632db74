import type { FastifyReply } from "fastify";
import Type, { type Static } from "typebox";
import { formatInstant } from "../../core/instant.ts";
import type { Setting as CoreSetting } from "../../core/settings.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { IfMatch, seenVersion } from "../http/etags.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";

const Setting = Type.Object(
  {
    name: Type.String(),
    value: Type.String(),
    default: Type.String(),
    unit: Type.String(),
    meaning: Type.String(),
    expected: Type.String({ description: "What a value looks like" }),
    applies: Type.Union([Type.Literal("live"), Type.Literal("restart")]),
    fixed_by_usage: Type.Boolean({ description: "Can only be set until usage is published" }),
    version: Type.String({ description: "0 = never set" }),
    changed_at: Type.Union([Type.String(), Type.Null()]),
    changed_by: Type.String(),
  },
  { $id: "Setting", additionalProperties: false },
);
export type Setting = Static<typeof Setting>;
const SettingList = Type.Object({ data: Type.Array(Setting) }, { $id: "SettingList", additionalProperties: false });
const SettingName = Type.Object({ name: Type.String() });
const SettingValue = Type.Object(
  { value: Type.String({ maxLength: 1024 }) },
  { $id: "SettingValue", additionalProperties: false },
);

const tags = ["operation"];

/** How this installation behaves. */
export function settingRoutes(app: Api, { settings }: Pick<System, "settings">): void {
  const send = (reply: FastifyReply, setting: CoreSetting): FastifyReply =>
    reply.header("etag", `"${setting.version}"`).send(toSetting(setting));

  app.get(
    "/v1/settings",
    {
      schema: {
        operationId: "listSettings",
        summary: "All settings with their values, defaults and forms",
        tags,
        response: answer({
          status: 200,
          description: "The settings",
          schema: SettingList,
        }),
      },
    },
    async () => ({ data: (await settings.list()).map(toSetting) }),
  );

  app.get(
    "/v1/settings/:name",
    {
      schema: {
        operationId: "getSetting",
        summary: "A setting",
        tags,
        params: SettingName,
        response: answer({
          status: 200,
          description: "The setting",
          schema: Setting,
          problems: ["unknown-setting"],
        }),
      },
    },
    async ({ params: { name } }, reply) => send(reply, await settings.find(name)),
  );

  app.put(
    "/v1/settings/:name",
    {
      schema: {
        operationId: "putSetting",
        summary: "Set a value",
        tags,
        params: SettingName,
        headers: IfMatch,
        body: SettingValue,
        response: answer({
          status: 200,
          description: "The setting as it stands",
          schema: Setting,
          problems: [
            "unknown-setting",
            "invalid-setting",
            "conflict",
            "precondition-failed",
            "unreadable-body",
            "unsupported-media-type",
          ],
        }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const seen = await seenVersion(request.headers, async () => `${(await settings.find(name)).version}`);
      return send(reply, await settings.set(name, request.body.value, authorOf(request), seen));
    },
  );
}

function toSetting({ version, changed_at, ...setting }: CoreSetting): Setting {
  return {
    ...setting,
    version: version.toString(),
    changed_at: changed_at === null ? null : formatInstant(changed_at),
  };
}
