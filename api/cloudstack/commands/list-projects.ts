import { everyReader } from "../../access/roles.ts";
import { defineCommand } from "../command.ts";
import { ownedAccounts, ownerParams } from "../owners.ts";

const command = "listProjects";

/** Accounts of kind project. */
export const listProjects = defineCommand({
  name: command,
  description: "Lists projects and provides detailed information for listed projects",
  since: "3.0.0",
  roles: everyReader,
  paged: true,
  params: {
    id: { type: "uuid", description: "Id of a project", related: command },
    name: { type: "string", description: "Name of a project" },
    state: { type: "string", description: "Active or Disabled" },
    ...ownerParams,
  },
  response: [
    { name: "id", type: "string", description: "the id of the project" },
    { name: "name", type: "string", description: "the name of the project" },
    { name: "displaytext", type: "string", description: "the name again" },
    { name: "projectaccountname", type: "string", description: "the account of the project" },
    { name: "domainid", type: "string", description: "the domain id the project belongs to" },
    { name: "domain", type: "string", description: "the domain name where the project belongs to" },
    { name: "state", type: "string", description: "the state of the project" },
  ],
  run: async (request, { state, id, name, ...asked }) => {
    const states = state === undefined ? [] : [/^active$/i.test(state) ? "active" : "deleted"];
    const { accounts, count } = await ownedAccounts(request, {
      ...asked,
      id,
      name,
      states,
      kinds: ["project"],
      command,
    });
    const items = accounts.map((account) => ({
      id: account.account_id,
      name: account.name,
      displaytext: account.name,
      projectaccountname: account.name,
      domainid: account.place?.domain_id,
      domain: account.place?.name,
      state: account.state === "active" ? "Active" : "Disabled",
    }));
    return { kind: "list", name: "project", items, count };
  },
});
