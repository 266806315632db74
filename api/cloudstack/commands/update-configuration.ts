import { defineCommand } from "../command.ts";
import { configurationFields, toConfiguration } from "./list-configurations.ts";

/** Sets a setting; it counts from the next use on. */
export const updateConfiguration = defineCommand({
  name: "updateConfiguration",
  description: "Updates a configuration.",
  roles: ["admin"],
  changes: true,
  params: {
    name: { type: "string", required: true, description: "the name of the configuration" },
    value: { type: "string", empty: true, description: "the value of the configuration; left out, nothing changes" },
  },
  response: configurationFields,
  run: async ({ system, caller }, { name, value }) => {
    const setting =
      value === undefined
        ? await system.settings.find(name)
        : await system.settings.set(name, value, `${caller.name} (${caller.id})`);
    return { kind: "object", name: "configuration", item: toConfiguration(setting) };
  },
});
