import { Command } from "commander";
import { AppError } from "../../core/errors.ts";
import type { Entry, Issuer, TaxRate } from "../../rating/index.ts";
import { type Cli, resultCommand } from "./cli.ts";
import type { Client } from "../client/client.ts";
import { renderJson, renderTable } from "./output.ts";
import { readObjectFile } from "./read-card-file.ts";

interface Options {
  readonly json?: boolean;
}

/** `tally issuer`: who sells. */
export function issuerCommand(cli: Cli): Command {
  return new Command("issuer")
    .description("who sells: name, address, bank, and how documents are numbered")
    .addCommand(
      resultCommand("list", "all issuers").action(async (options: Options) => {
        const found = await cli.call<{ data: Entry<Issuer>[] }>({ method: "GET", path: "/v1/issuers" });
        const head = ["id", "version", "legal name", "country", "series", "terms"];
        cli.show(found, options, ({ data }) =>
          data.length === 0
            ? "No issuers.\n"
            : renderTable(
                data.map((one) => [
                  one.id,
                  one.version,
                  one.legal_name,
                  one.address.country,
                  one.series,
                  `${one.terms_days}`,
                ]),
                { head, right: ["version", "terms"] },
              ),
        );
      }),
    )
    .addCommand(showCommand(cli, { what: "an issuer", name: "<id>", path: issuerPath }))
    .addCommand(putCommand(cli, { what: "an issuer", key: "id", path: issuerPath }));
}

/** `tally profile`: who pays. */
export function profileCommand(cli: Cli): Command {
  return new Command("profile")
    .description("who pays: legal name, address, tax rule, language and terms")
    .addCommand(showCommand(cli, { what: "a billing profile", name: "<account>", path: profilePath }))
    .addCommand(putCommand(cli, { what: "a billing profile", key: "account_id", path: profilePath }));
}

/** `tally tax-rates`: which tax holds for what. */
export function taxRatesCommand(cli: Cli): Command {
  return new Command("tax-rates")
    .description("tax rates, and which lines of which payers they hold for")
    .addCommand(
      resultCommand("list", "all tax rates").action(async (options: Options) => {
        const found = await cli.call<{ data: Entry<TaxRate>[] }>({ method: "GET", path: "/v1/tax-rates" });
        const head = ["id", "version", "name", "category", "percent", "country", "region", "from", "to", "for"];
        cli.show(found, options, ({ data }) =>
          data.length === 0
            ? "No tax rates: nobody is taxed.\n"
            : renderTable(data.map(rowOf), { head, right: ["version", "percent"] }),
        );
      }),
    )
    .addCommand(showCommand(cli, { what: "a tax rate", name: "<id>", path: taxRatePath }))
    .addCommand(putCommand(cli, { what: "a tax rate", key: "id", path: taxRatePath }));
}

function rowOf(rate: Entry<TaxRate>): string[] {
  const { id, version, name, category, percent, country, region, valid_from, valid_to, components, usage_types } = rate;
  const what = [...components, ...usage_types.map((type) => `type ${type}`)].join(", ");
  return [
    id,
    version,
    name,
    category,
    percent,
    country || "any",
    region || "any",
    valid_from || "always",
    valid_to || "open",
    what || "all",
  ];
}

function showCommand(cli: Cli, of: { what: string; name: string; path: (id: string) => string }): Command {
  return resultCommand("show", of.what)
    .argument(of.name)
    .action(async (id: string, options: Options) => {
      cli.show(await cli.call<object>({ method: "GET", path: of.path(id) }), options, renderJson);
    });
}

function putCommand(cli: Cli, of: { what: string; key: string; path: (id: string) => string }): Command {
  return resultCommand("put", `write ${of.what} whole`)
    .argument("<file>", `JSON or YAML that says ${of.key}; - = standard input`)
    .action(async (file: string, options: Options) => {
      const said = readObjectFile(file);
      const id = said[of.key];
      if (typeof id !== "string" || id === "")
        throw new AppError("invalid-request", `${of.key} is missing in ${file}; expected whose it is`, {
          field: of.key,
        });
      const entry = await cli.reach(({ client }) => put(client, of.path(id), said));
      cli.show(entry, options, ({ version }) => `${id} is at version ${version}.\n`);
    });
}

/** The last one to write wins: a file says all there is. */
async function put(client: Client, path: string, said: object): Promise<Entry<object>> {
  const version = await client.call({ method: "GET", path }).then(
    (entry) => (entry as Entry<object>).version,
    (error: unknown) => {
      if (error instanceof AppError && error.key === "not-found") return "0";
      throw error;
    },
  );
  return (await client.call({
    method: "PUT",
    path,
    body: JSON.stringify(said),
    if_match: `"${version}"`,
  })) as Entry<object>;
}

function issuerPath(id: string): string {
  return `/v1/issuers/${encodeURIComponent(id)}`;
}

function profilePath(id: string): string {
  return `/v1/accounts/${encodeURIComponent(id)}/billing-profile`;
}

function taxRatePath(id: string): string {
  return `/v1/tax-rates/${encodeURIComponent(id)}`;
}
