import { Command } from "commander";
import type { Domain } from "../../core/domains.ts";
import { type Cli, resultCommand } from "./cli.ts";
import { renderTable } from "./output.ts";

/** `tally domains`: the tree accounts hang in. */
export function domainsCommand(cli: Cli): Command {
  const show = (domain: Domain, options: { json?: boolean }): void =>
    cli.show(domain, options, ({ domain_id, path, state }) => `${domain_id}: ${path}, ${state}\n`);
  const change = (id: string, body: object): Promise<Domain> =>
    cli.call<Domain>({ method: "PUT", path: `/v1/domains/${encodeURIComponent(id)}`, body: JSON.stringify(body) });
  return new Command("domains")
    .description("the tree accounts hang in")
    .addCommand(
      resultCommand("list", "all domains, those that only accounts name too").action(
        async (options: { json?: boolean }) => {
          const list = await cli.call<{ data: Domain[] }>({ method: "GET", path: "/v1/domains" });
          cli.show(list, options, ({ data }) =>
            renderTable(
              data.map(({ domain_id, path, state }) => [domain_id, path, state]),
              { head: ["domain", "path", "state"] },
            ),
          );
        },
      ),
    )
    .addCommand(
      resultCommand("create", "make a domain")
        .requiredOption("--name <name>")
        .option("--parent <id>", "where it hangs; ROOT where left out")
        .action(async (options: { name: string; parent?: string; json?: boolean }) => {
          const body = JSON.stringify({ name: options.name, parent_domain_id: options.parent });
          show(await cli.call<Domain>({ method: "POST", path: "/v1/domains", body }), options);
        }),
    )
    .addCommand(
      resultCommand("set", "rename or move a domain that no account names")
        .argument("<domain>")
        .option("--name <name>")
        .option("--parent <id>", "where it hangs from now on")
        .action(async (id: string, options: { name?: string; parent?: string; json?: boolean }) => {
          show(await change(id, { name: options.name, parent_domain_id: options.parent }), options);
        }),
    )
    .addCommand(
      resultCommand("delete", "delete a domain that no account names")
        .argument("<domain>")
        .action(async (id: string, options: { json?: boolean }) =>
          show(await change(id, { state: "deleted" }), options),
        ),
    );
}
