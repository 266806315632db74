import { everyReader } from "../../access/roles.ts";
import { defineCommand, listOf } from "../command.ts";

/** The registry, CloudStack's types first: both forms of the fields, for old clients and new. */
export const listUsageTypes = defineCommand({
  name: "listUsageTypes",
  description: "List Usage Types",
  roles: everyReader,
  paged: true,
  params: {},
  response: [
    { name: "id", type: "integer", description: "Usage type" },
    { name: "usagetypeid", type: "integer", description: "The same, as old clients read it" },
    { name: "name", type: "string", description: "Name" },
    { name: "description", type: "string", description: "Description" },
  ],
  run: async ({ system, page }) => {
    const items = system.usageTypes
      .list()
      .map(({ usage_type, name, description }) => ({ id: usage_type, usagetypeid: usage_type, name, description }));
    return listOf("usagetype", items, page);
  },
});
