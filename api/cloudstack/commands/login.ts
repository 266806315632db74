import { assert } from "../../../core/errors.ts";
import { allRoles } from "../../access/roles.ts";
import { type Body, defineCommand } from "../command.ts";

/** Answered before anybody is known, by log-in.ts: these say what listApis tells of it. */
const unreachable = async (): Promise<Body> => {
  assert(false, "the endpoint answers login and logout itself");
};

/** Opens a session. */
export const login = defineCommand({
  name: "login",
  description: "Logs a user into the CloudStack-compatible endpoint, by POST",
  roles: allRoles,
  changes: true,
  params: {
    username: { type: "string", required: true, description: "Username" },
    password: { type: "string", required: true, description: "Password" },
    domain: { type: "string", description: "Path of the domain that the user belongs to; / where left out" },
    domainid: { type: "string", description: "The id of the domain that the user belongs to" },
  },
  response: [
    { name: "timeout", type: "integer", description: "Seconds a session lasts that is not used" },
    { name: "userid", type: "string", description: "User id" },
    { name: "username", type: "string", description: "Username" },
    { name: "domainid", type: "string", description: "Id of the user's domain" },
    { name: "account", type: "string", description: "The account name the user belongs to" },
    { name: "firstname", type: "string", description: "First name of the user" },
    { name: "lastname", type: "string", description: "Last name of the user" },
    { name: "type", type: "string", description: "The account type: 0 user, 1 root admin, 2 domain admin" },
    { name: "timezone", type: "string", description: "User time zone" },
    { name: "timezoneoffset", type: "string", description: "Hours it is ahead of UTC now" },
    { name: "registered", type: "string", description: "Is user registered" },
    {
      name: "sessionkey",
      type: "string",
      description: "Session key that goes into subsequent requests beside the cookie",
    },
    { name: "is2faenabled", type: "string", description: "Is two factor authentication enabled" },
    { name: "is2faverified", type: "string", description: "Is two factor authentication verified" },
  ],
  run: unreachable,
});

/** Ends it. */
export const logout = defineCommand({
  name: "logout",
  description: "Logs out the user",
  roles: allRoles,
  changes: true,
  params: {},
  response: [{ name: "description", type: "string", description: "Response description" }],
  run: unreachable,
});
