import type { Role } from "../../access/roles.ts";
import { isBelow } from "../../../core/domains.ts";
import { customers, overseers } from "../../access/roles.ts";
import { defineCommand, listOf } from "../command.ts";
import { domainsByPath, ownerParams, readOwners } from "../owners.ts";

/** CloudStack's account type of a role: 1 root admin, 2 domain admin, 0 user. */
export function accountTypeOf(role: Role): number {
  return role === "domain-admin" ? 2 : role === "account" || role === "producer" ? 0 : 1;
}

/** The people of the accounts the caller sees; a customer sees those of its own account. */
export const listUsers = defineCommand({
  name: "listUsers",
  description: "Lists user accounts",
  roles: [...overseers, ...customers],
  paged: true,
  params: {
    id: { type: "uuid", description: "Id of a user", related: "listUsers" },
    username: { type: "string", description: "Name of a user" },
    ...ownerParams,
  },
  response: [
    { name: "id", type: "string", description: "the user ID" },
    { name: "username", type: "string", description: "the user name" },
    { name: "firstname", type: "string", description: "the user firstname" },
    { name: "lastname", type: "string", description: "the user lastname" },
    { name: "email", type: "string", description: "the user email address" },
    { name: "state", type: "string", description: "the user state" },
    { name: "account", type: "string", description: "the account name of the user" },
    { name: "accountid", type: "string", description: "the account ID of the user" },
    { name: "accounttype", type: "integer", description: "the account type of the user" },
    { name: "domain", type: "string", description: "the domain name of the user" },
    { name: "domainid", type: "string", description: "the domain ID of the user" },
    { name: "timezone", type: "string", description: "the time zone the user was created in" },
  ],
  run: async ({ system, caller, page }, { id, username, ...asked }) => {
    const {
      account_ids,
      domain: below,
      ...owners
    } = await readOwners(system, caller, { ...asked, command: "listUsers" });
    const users = (await system.users.list({}))
      .filter(({ account_id, state }) => state !== "deleted" && (account_ids?.includes(account_id) ?? true))
      .filter((user) => (id ?? user.user_id) === user.user_id && (username ?? user.username) === user.username)
      .filter(({ domain }) => below === "" || domain === below || (owners.recursive === 1 && isBelow(domain, below)));
    const domains = await domainsByPath(system);
    const items = await Promise.all(
      users.map(async (user) => ({
        id: user.user_id,
        username: user.username,
        firstname: user.first_name,
        lastname: user.last_name,
        email: user.email,
        state: user.state === "active" ? "enabled" : "disabled",
        account: (await system.accounts.get(user.account_id))?.name,
        accountid: user.account_id,
        accounttype: accountTypeOf(user.role),
        domain: domains.get(user.domain)?.name,
        domainid: domains.get(user.domain)?.domain_id,
        timezone: user.time_zone === "" ? undefined : user.time_zone,
      })),
    );
    return listOf(
      "user",
      items.filter(({ account }) => owners.name === "" || account === owners.name),
      page,
    );
  },
});
