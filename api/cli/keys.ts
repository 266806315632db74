import { Command, Option } from "commander";
import { type ApiKey, Role } from "../keys.ts";
import type { MadeKey } from "../routes/keys.ts";
import { type Cli, resultCommand } from "./cli.ts";
import { renderTable } from "./output.ts";

/** `tally keys`: who may ask the API. */
export function keysCommand(cli: Cli): Command {
  return new Command("keys")
    .description("make, list and revoke API tokens")
    .addCommand(
      resultCommand("create", "make a key; its token is printed this once")
        .requiredOption("--name <text>", "who or what holds the token")
        .addOption(
          new Option("--role <role>", "what it may do")
            .choices(Role.anyOf.map((role) => role.const))
            .makeOptionMandatory(),
        )
        .action(async (options: { name: string; role: string; json?: boolean }) => {
          const body = JSON.stringify({ name: options.name, role: options.role });
          const made = await cli.call<MadeKey>({ method: "POST", path: "/v1/keys", body });
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
        const list = await cli.call<{ data: ApiKey[] }>({ method: "GET", path: "/v1/keys" });
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
          const revoked = await cli.call<ApiKey>({ method: "DELETE", path });
          cli.show(revoked, options, ({ key_id, state }) => `${key_id} is ${state}\n`);
        }),
    );
}
