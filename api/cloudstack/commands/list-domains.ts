import { isBelow } from "../../../core/domains.ts";
import { staff } from "../../access/roles.ts";
import { defineCommand, listOf } from "../command.ts";

/** The domain tree, as far down as the caller is in it. */
export const listDomains = defineCommand({
  name: "listDomains",
  description: "Lists domains and provides detailed information for listed domains",
  roles: [...staff, "domain-admin"],
  paged: true,
  params: {
    id: { type: "uuid", description: "Id of a domain", related: "listDomains" },
    name: { type: "string", description: "Name of a domain" },
    level: { type: "integer", description: "Level in the tree; ROOT is 0" },
    listall: { type: "boolean", description: "All that the caller may see, which is what is listed anyway" },
  },
  response: [
    { name: "id", type: "string", description: "the ID of the domain" },
    { name: "name", type: "string", description: "the name of the domain" },
    { name: "level", type: "integer", description: "the level of the domain" },
    { name: "parentdomainid", type: "string", description: "the domain ID of the parent domain" },
    { name: "parentdomainname", type: "string", description: "the domain name of the parent domain" },
    { name: "haschild", type: "boolean", description: "whether the domain has one or more sub-domains" },
    { name: "path", type: "string", description: "the path of the domain" },
    { name: "state", type: "string", description: "the state of the domain" },
  ],
  run: async ({ system, caller, page }, { id, name, level }) => {
    const all = await system.domains.list();
    const names = new Map(all.map((domain) => [domain.domain_id, domain.name]));
    const parents = new Set(all.map(({ parent_domain_id }) => parent_domain_id));
    const top = caller.role === "domain-admin" ? (caller.domain ?? "") : "ROOT";
    const items = all
      .filter(({ path }) => caller.role !== "domain-admin" || isBelow(path, top))
      .map((domain) => ({
        id: domain.domain_id,
        name: domain.name,
        level: domain.path.split("/").length - 1,
        parentdomainid: domain.path === top ? undefined : domain.parent_domain_id,
        parentdomainname: domain.path === top ? undefined : names.get(domain.parent_domain_id ?? ""),
        haschild: parents.has(domain.domain_id),
        path: domain.path,
        state: domain.state === "active" ? "Active" : "Inactive",
      }))
      .filter((domain) => (id ?? domain.id) === domain.id && (name ?? domain.name) === domain.name)
      .filter((domain) => (level ?? domain.level) === domain.level);
    return listOf("domain", items, page);
  },
});
