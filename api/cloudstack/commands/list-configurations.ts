import type { Setting } from "../../../core/settings.ts";
import { overseers } from "../../access/roles.ts";
import { defineCommand, type Field, listOf } from "../command.ts";

const text = (name: string, description: string): Field => ({ name, type: "string", description });

/** The fields of a `configuration`. */
export const configurationFields: readonly Field[] = [
  text("category", "the category of the configuration"),
  text("name", "the name of the configuration"),
  text("value", "the value of the configuration"),
  text("defaultvalue", "the default value of the configuration"),
  text("description", "the description of the configuration"),
  { name: "isdynamic", type: "boolean", description: "true if a change counts without a restart" },
];

/** A setting in CloudStack's words. */
export function toConfiguration({ name, value, default: initial, meaning, applies }: Setting): Record<string, unknown> {
  const [category = ""] = name.split(".");
  const isdynamic = applies === "live";
  return {
    category: category.charAt(0).toUpperCase() + category.slice(1),
    name,
    value,
    defaultvalue: initial,
    description: meaning,
    isdynamic,
  };
}

/** The settings. */
export const listConfigurations = defineCommand({
  name: "listConfigurations",
  description: "Lists all configurations",
  roles: overseers,
  paged: true,
  params: {
    name: { type: "string", description: "Name of a setting" },
    category: { type: "string", description: "Category: the first word of its name" },
    keyword: { type: "string", description: "Part of a name" },
  },
  response: configurationFields,
  run: async ({ system, page }, { name, category, keyword }) => {
    const items = (await system.settings.list())
      .map(toConfiguration)
      .filter((one) => (name ?? one["name"]) === one["name"])
      .filter((one) => category === undefined || String(one["category"]).toLowerCase() === category.toLowerCase())
      .filter((one) => keyword === undefined || String(one["name"]).includes(keyword));
    return listOf("configuration", items, page);
  },
});
