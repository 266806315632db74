import { everyReader } from "../../access/roles.ts";
import { defineCommand } from "../command.ts";
import { CLOUDSTACK_VERSION } from "../envelope.ts";
import { PAGE_SIZE } from "../read-parameters.ts";

/** What a client may expect: the release spoken here, and what there is none of. */
export const listCapabilities = defineCommand({
  name: "listCapabilities",
  description: "Lists capabilities",
  roles: [...everyReader, "producer"],
  params: {},
  response: [
    { name: "cloudstackversion", type: "string", description: "version of the cloud stack" },
    { name: "securitygroupsenabled", type: "boolean", description: "true if security groups support is enabled" },
    {
      name: "allowusercreateprojects",
      type: "boolean",
      description: "true if regular user is allowed to create projects",
    },
    { name: "projectinviterequired", type: "boolean", description: "If invitation confirmation is required" },
    { name: "userpublictemplateenabled", type: "boolean", description: "true if user can publish templates" },
    { name: "regionsecondaryenabled", type: "boolean", description: "true if region wide secondary is enabled" },
    {
      name: "apilimitmax",
      type: "integer",
      description: "Max allowed number of api requests; unset where there is no limit",
    },
    { name: "defaultpagesize", type: "integer", description: "default page size for listing" },
    { name: "dynamicrolesenabled", type: "boolean", description: "true if dynamic role-based api checker is enabled" },
  ],
  run: async () => ({
    kind: "object",
    name: "capability",
    item: {
      cloudstackversion: CLOUDSTACK_VERSION,
      securitygroupsenabled: false,
      allowusercreateprojects: false,
      projectinviterequired: false,
      userpublictemplateenabled: false,
      regionsecondaryenabled: false,
      dynamicrolesenabled: false,
      defaultpagesize: PAGE_SIZE,
    },
  }),
});
