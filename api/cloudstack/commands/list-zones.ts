import Type from "typebox";
import { defineQuery } from "../../../core/sql.ts";
import { everyReader } from "../../access/roles.ts";
import { defineCommand, listOf } from "../command.ts";

const selectZones = defineQuery("api/cloudstack/zones", Type.Object({}), Type.Object({ zone: Type.String() }));

/** The zones of the catalogue, and those that only events tell of. */
export const listZones = defineCommand({
  name: "listZones",
  description: "Lists zones",
  roles: everyReader,
  paged: true,
  params: {
    id: { type: "uuid", description: "Id of a zone", related: "listZones" },
    name: { type: "string", description: "Name of a zone" },
    available: { type: "boolean", description: "Taken and ignored: all zones are listed" },
  },
  response: [
    { name: "id", type: "string", description: "Zone id" },
    { name: "name", type: "string", description: "Zone name" },
    { name: "allocationstate", type: "string", description: "the allocation state of the zone" },
    { name: "networktype", type: "string", description: "the network type of the zone" },
    { name: "securitygroupsenabled", type: "boolean", description: "true if security groups support is enabled" },
  ],
  run: async ({ system, page }, { id, name }) => {
    const names = new Map((await system.catalogue.list("zone")).map((zone) => [zone.id, zone.name]));
    for (const { zone } of await selectZones(system.store.read, {})) if (!names.has(zone)) names.set(zone, zone);
    const items = [...names]
      .map(([zone, called]) => ({
        id: zone,
        name: called,
        allocationstate: "Enabled",
        networktype: "Advanced",
        securitygroupsenabled: false,
      }))
      .filter((zone) => (id ?? zone.id) === zone.id && (name ?? zone.name) === zone.name);
    return listOf("zone", items, page);
  },
});
