import { Command, Option } from "commander";
import { type Cli, resultCommand } from "./cli.ts";
import { renderTable } from "./output.ts";

interface KeyView {
  readonly key_id: string;
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly changed_at: string;
}

/** `tally keys`: who may ask the API. */
export function keysCommand(cli: Cli): Command {
  return new Command("keys")
    .description("make, list and revoke API tokens")
    .addCommand(
      resultCommand("create", "make a key; its token is printed this once")
        .requiredOption("--name <text>", "who or what holds the token")
        .addOption(
          new Option("--role <role>", "what it may do")
            .choices(["admin", "finance", "auditor", "producer"])
            .makeOptionMandatory(),
        )
        .action(async (options: { name: string; role: string; json?: boolean }) => {
          const body = JSON.stringify({ name: options.name, role: options.role });
          const made = (await cli.reach(({ client }) =>
            client.call({ method: "POST", path: "/v1/keys", body }),
          )) as KeyView & { token: string };
          cli.show(
            made,
            options,
            ({ key_id, token, role }) =>
              `${token}\n${key_id}, role ${role}. The token is shown this once and kept hashed.\n`,
          );
        }),
    )
    .addCommand(
      resultCommand("list", "all keys, revoked ones too").action(async (options: { json?: boolean }) => {
        const list = (await cli.reach(({ client }) => client.call({ method: "GET", path: "/v1/keys" }))) as {
          data: KeyView[];
        };
        const head = ["key", "name", "role", "state", "since"];
        cli.show(list, options, ({ data }) =>
          renderTable(
            data.map(({ key_id, name, role, state, changed_at }) => [key_id, name, role, state, changed_at]),
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
          const revoked = (await cli.reach(({ client }) => client.call({ method: "DELETE", path }))) as KeyView;
          cli.show(revoked, options, ({ key_id, state }) => `${key_id} is ${state}\n`);
        }),
    );
}
