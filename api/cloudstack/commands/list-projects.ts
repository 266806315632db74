import { findAccounts } from "../accounts.ts";
import { anybody, defineCommand } from "../command.ts";
import { ownerParams, readOwners, rowsOf } from "../owners.ts";

const command = "listProjects";

/** Accounts of kind project. */
export const listProjects = defineCommand({
  name: command,
  description: "Lists projects and provides detailed information for listed projects",
  since: "3.0.0",
  roles: anybody,
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
  run: async ({ system, caller, page }, { id, name, state, ...asked }) => {
    const owners = await readOwners(system, caller, { ...asked, account: name ?? asked.account, command });
    const seen =
      id === undefined
        ? owners.account_ids
        : owners.account_ids === null || owners.account_ids.includes(id)
          ? [id]
          : [];
    const states = state === undefined ? [] : [/^active$/i.test(state) ? "active" : "deleted"];
    const filter = { ...owners, account_ids: seen, states, kinds: ["project"] };
    const rows = await findAccounts(system.store, { ...filter, ...rowsOf(page) });
    const domains = new Map((await system.domains.list()).map((domain) => [domain.path, domain]));
    const items = rows.map((account) => ({
      id: account.account_id,
      name: account.name,
      displaytext: account.name,
      projectaccountname: account.name,
      domainid: domains.get(account.domain)?.domain_id,
      domain: domains.get(account.domain)?.name,
      state: account.state === "active" ? "Active" : "Disabled",
    }));
    return { kind: "list", name: "project", items, count: Number(rows[0]?.total ?? 0) };
  },
});
