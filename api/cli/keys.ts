import { Command, Option } from "commander";
import { type ApiKey } from "../access/key.ts";
import { allRoles } from "../access/roles.ts";
import type { MadeKey } from "../routes/keys.ts";
import { type Cli, collect, readTime, resultCommand } from "./cli.ts";
import { renderTable } from "./output.ts";

/** `tally keys`: who may ask the API. */
export function keysCommand(cli: Cli): Command {
  return new Command("keys")
    .description("make, list and revoke API tokens")
    .addCommand(
      resultCommand("create", "make a key; its token is printed this once")
        .requiredOption("--name <text>", "who or what holds the token")
        .addOption(new Option("--role <role>", "what it may do; left out with --user").choices(allRoles))
        .option("--account <id>", "of the role account: whose records it sees")
        .option("--domain <path>", "of the role domain-admin: whose accounts it sees, such as ROOT/acme")
        .option("--user <id>", "the user it acts for")
        .option("--source <names>", "of the role producer: event sources, a comma list or repeated; * = any", collect)
        .option("--expires <time>", "from when on it is refused", readTime)
        .option(
          "--from <networks>",
          "addresses it is taken from, such as 10.0.0.0/8; a comma list or repeated",
          collect,
        )
        .action(async ({ json = false, ...options }: NewKeyOptions) => {
          const body = JSON.stringify(toNewKey(options));
          const made = await cli.call<MadeKey>({ method: "POST", path: "/v1/keys", body });
          cli.show(
            made,
            { json },
            ({ key_id, token, secret_key, role }) =>
              `${token}\n${key_id}, role ${role}. The token is shown this once and kept hashed.\nTo sign requests with: ${secret_key}\n`,
          );
        }),
    )
    .addCommand(
      resultCommand("list", "all keys, revoked ones too").action(async (options: { json?: boolean }) => {
        const list = await cli.call<{ data: ApiKey[] }>({ method: "GET", path: "/v1/keys" });
        const head = ["key", "name", "role", "for", "from", "expires", "state", "since"];
        cli.show(list, options, ({ data }) =>
          renderTable(
            data.map((key) => [
              key.key_id,
              key.name,
              key.role,
              key.user_id ?? key.account_id ?? key.domain ?? key.sources.join(","),
              key.cidrs.join(","),
              key.expires_at ?? "",
              key.state,
              key.changed_at,
            ]),
            { head },
          ),
        );
      }),
    )
    .addCommand(
      resultCommand("revoke", "refuse a key from now on")
        .argument("<key>")
        .action(async (key: string, options: { json?: boolean }) => {
          const path = `/v1/keys/${encodeURIComponent(key)}`;
          const revoked = await cli.call<ApiKey>({ method: "DELETE", path });
          cli.show(revoked, options, ({ key_id, state }) => `${key_id} is ${state}\n`);
        }),
    );
}

interface NewKeyOptions {
  readonly name: string;
  readonly role?: string;
  readonly account?: string;
  readonly domain?: string;
  readonly user?: string;
  readonly source?: string[];
  readonly expires?: string;
  readonly from?: string[];
  readonly json?: boolean;
}

/** The body of POST /v1/keys; what is not said is left out. */
function toNewKey({ name, role, account, domain, user, source, expires, from }: NewKeyOptions): object {
  return { name, role, account_id: account, domain, user_id: user, sources: source, expires_at: expires, cidrs: from };
}
