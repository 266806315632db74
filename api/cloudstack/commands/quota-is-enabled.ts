import { everyReader } from "../../access/roles.ts";
import { defineCommand } from "../command.ts";

/** Clients ask before they show anything of CloudStack's quota plugin; money is at /v1 here, so they are told there is none. */
export const quotaIsEnabled = defineCommand({
  name: "quotaIsEnabled",
  description: "Return true if the plugin is enabled: never, since prices and statements are at /v1",
  since: "4.7.0",
  roles: everyReader,
  params: {},
  response: [{ name: "isenabled", type: "boolean", description: "is quota service enabled" }],
  run: async () => ({ kind: "object", name: "isenabled", item: { isenabled: false } }),
});
