import Type, { type Static } from "typebox";
import { formatInstant } from "../../core/instant.ts";
import { UsageType as CoreUsageType, UsageTypeInput as CoreInput } from "../../core/usage-type.ts";
import type { UsageTypes } from "../../core/usage-types.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";

const UsageType = Type.Object(
  {
    ...CoreUsageType.properties,
    added_at: Type.Union([Type.String(), Type.Null()], { description: "null = built in" }),
    added_by: Type.Union([Type.String(), Type.Null()]),
  },
  { $id: "UsageType", additionalProperties: false },
);
export type UsageType = Static<typeof UsageType>;
const UsageTypeInput = Type.Object(CoreInput.properties, { $id: "UsageTypeInput", additionalProperties: false });
const UsageTypeList = Type.Object(
  { data: Type.Array(UsageType) },
  { $id: "UsageTypeList", additionalProperties: false },
);

const tags = ["usage"];

/** What is measured: the registry in force, and its growing. */
export function usageTypeRoutes(app: Api, { usageTypes }: Pick<System, "usageTypes">): void {
  app.get(
    "/v1/usage-types",
    {
      schema: {
        operationId: "listUsageTypes",
        summary: "What is measured, and which events it is measured from",
        tags,
        response: answer({
          status: 200,
          description: "The registry in force, by id: what is built in, and what was added",
          schema: UsageTypeList,
        }),
      },
    },
    async () => ({ data: usageTypes.list().map((type) => toUsageType(type, usageTypes)) }),
  );

  app.post(
    "/v1/usage-types",
    {
      schema: {
        operationId: "addUsageType",
        summary: "Measure something else",
        description:
          "Its events are accepted from the answer on, and measured by every run that begins later, from the instant counts_from on (left out: from now on where usage is published, else since the beginning). Published windows since then are corrected by the next run; an instant in a closed period, or before which events are archived, is refused. A usage type is never changed nor taken back: records stand on it.",
        tags,
        body: UsageTypeInput,
        response: answer({
          status: 201,
          description: "The usage type as it is in force",
          schema: UsageType,
          problems: ["conflict", "unreadable-body", "unsupported-media-type"],
        }),
      },
    },
    async ({ body, caller }, reply) => {
      const type = await usageTypes.add(body, authorOf({ caller }));
      return reply.code(201).send(toUsageType(type, usageTypes));
    },
  );
}

function toUsageType(type: CoreUsageType, usageTypes: UsageTypes): UsageType {
  const addition = usageTypes.addition(type.usage_type);
  return {
    ...type,
    added_at: addition === null ? null : formatInstant(addition.at),
    added_by: addition === null ? null : addition.by,
  };
}
