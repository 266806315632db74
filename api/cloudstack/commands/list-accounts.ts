import { everyReader } from "../../access/roles.ts";
import { defineCommand } from "../command.ts";
import { ownedAccounts, ownerParams } from "../owners.ts";

const command = "listAccounts";
/** CloudStack's account types: 0 user, 5 project. */
const typeOf = (kind: string): number => (kind === "project" ? 5 : kind === "system" ? 1 : 0);

/** The accounts whose usage the caller may see. */
export const listAccounts = defineCommand({
  name: command,
  description: "Lists accounts and provides detailed account information for listed accounts",
  roles: everyReader,
  paged: true,
  params: {
    id: { type: "uuid", description: "Id of an account", related: command },
    name: { type: "string", description: "Name of an account" },
    state: { type: "string", description: "enabled or disabled" },
    ...ownerParams,
  },
  response: [
    { name: "id", type: "string", description: "the id of the account" },
    { name: "name", type: "string", description: "the name of the account" },
    { name: "accounttype", type: "integer", description: "0 user, 1 system, 5 project" },
    { name: "domainid", type: "string", description: "id of the domain the account belongs to" },
    { name: "domain", type: "string", description: "name of the domain the account belongs to" },
    { name: "domainpath", type: "string", description: "path of the domain the account belongs to" },
    { name: "state", type: "string", description: "the state of the account" },
  ],
  run: async (request, { state, id, name, ...asked }) => {
    const states = state === undefined ? [] : [/^enabled$/i.test(state) ? "active" : "deleted"];
    const { accounts, count } = await ownedAccounts(request, { ...asked, id, name, states, command });
    const items = accounts.map((account) => ({
      id: account.account_id,
      name: account.name,
      accounttype: typeOf(account.kind),
      domainid: account.place?.domain_id,
      domain: account.place?.name,
      domainpath: account.domain,
      state: account.state === "active" ? "enabled" : "disabled",
    }));
    return { kind: "list", name: "account", items, count };
  },
});
