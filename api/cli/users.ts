import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { allRoles } from "../access/roles.ts";
import type { User } from "../access/user.ts";
import { type Cli, resultCommand } from "./cli.ts";
import { queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";

interface UserOptions {
  readonly account?: string;
  readonly username?: string;
  readonly email?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly role?: string;
  readonly timeZone?: string;
  readonly state?: string;
  readonly passwordFile?: string;
  readonly json?: boolean;
}

/** `tally users`: who can sign in. */
export function usersCommand(cli: Cli): Command {
  return new Command("users")
    .description("people who can sign in")
    .addCommand(
      resultCommand("list", "all users, deleted ones too")
        .option("--account <id>", "those of one account")
        .option("--domain <path>", "those of a domain and of the ones below it")
        .action(async (options: { account?: string; domain?: string; json?: boolean }) => {
          const query = queryOf({ account_id: options.account, domain: options.domain });
          const list = await cli.call<{ data: User[] }>({ method: "GET", path: `/v1/users${query}` });
          const head = ["user", "username", "role", "account", "domain", "state"];
          cli.show(list, options, ({ data }) =>
            renderTable(
              data.map((user) => [user.user_id, user.username, user.role, user.account_id, user.domain, user.state]),
              { head },
            ),
          );
        }),
    )
    .addCommand(
      withFacts(resultCommand("create", "make a user"))
        .requiredOption("--account <id>", "whose user it is")
        .requiredOption("--username <name>", "unique in the account's domain")
        .action(async (options: UserOptions) => {
          const password = readPassword(options);
          const made = await cli.call<User>({ method: "POST", path: "/v1/users", body: bodyOf(options) });
          cli.show(password === null ? made : await setPassword(cli, made.user_id, password), options, tell);
        }),
    )
    .addCommand(
      withFacts(resultCommand("set", "change a user; what is left out stays as it was"))
        .argument("<user>")
        .option("--account <id>", "whose user it is")
        .option("--username <name>", "unique in the account's domain")
        .addOption(
          new Option("--state <state>", "a deleted one is gone for good").choices(["active", "disabled", "deleted"]),
        )
        .action(async (user: string, options: UserOptions) => {
          const password = readPassword(options);
          const path = `/v1/users/${encodeURIComponent(user)}`;
          const put = await cli.call<User>({ method: "PUT", path, body: bodyOf(options) });
          cli.show(password === null ? put : await setPassword(cli, user, password), options, tell);
        }),
    );
}

function withFacts(command: Command): Command {
  return command
    .addOption(new Option("--role <role>", "what it may do").choices(allRoles.filter((role) => role !== "producer")))
    .option("--email <address>")
    .option("--first-name <name>")
    .option("--last-name <name>")
    .option("--time-zone <zone>", "of what it is shown; the account's where left out")
    .option("--password-file <file>", "its first line becomes the password; - = standard input");
}

function bodyOf(options: UserOptions): string {
  const { account, username, email, firstName, lastName, role, timeZone, state } = options;
  const names = { first_name: firstName, last_name: lastName, time_zone: timeZone };
  return JSON.stringify({ account_id: account, username, email, role, state, ...names });
}

/** Never an argument: those stand in the list of processes and in the shell's history. */
function readPassword({ passwordFile }: UserOptions): string | null {
  if (passwordFile === undefined) return null;
  return readFileSync(passwordFile === "-" ? 0 : passwordFile, "utf8").split(/\r?\n/)[0] ?? "";
}

function setPassword(cli: Cli, user_id: string, password: string): Promise<User> {
  const path = `/v1/users/${encodeURIComponent(user_id)}/password`;
  return cli.call<User>({ method: "PUT", path, body: JSON.stringify({ password }) });
}

function tell({ user_id, username, domain, role, state }: User): string {
  return `${user_id}: ${username} of ${domain}, role ${role}, ${state}\n`;
}
