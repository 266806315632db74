import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { AppError } from "../../core/errors.ts";
import { formatCard, type RateCard } from "../../rating/index.ts";
import { type Cli, resultCommand } from "./cli.ts";
import { type Client, queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";
import { previewCommand } from "./preview-card.ts";
import { readCardFile } from "./read-card-file.ts";

interface Options {
  readonly json?: boolean;
}

/** `tally rate-cards`: what things cost, as files that can be kept and put again. */
export function rateCardsCommand(cli: Cli): Command {
  return new Command("rate-cards")
    .description("list, show, preview, export and import prices, and change the state of their versions")
    .addCommand(listCommand(cli))
    .addCommand(showCommand(cli))
    .addCommand(exportCommand(cli))
    .addCommand(previewCommand(cli))
    .addCommand(importCommand(cli))
    .addCommand(stateCommand(cli, "activate", "make a draft count"))
    .addCommand(
      stateCommand(cli, "archive", "end a version: what was used before is priced by it still").option(
        "--at <instant>",
        "where it ends; now when left out",
      ),
    );
}

function listCommand(cli: Cli): Command {
  return resultCommand("list", "all rate cards, or the versions of one")
    .argument("[id]", "a card, to see its versions")
    .action(async (id: string | undefined, options: Options) => {
      const path = id === undefined ? "/v1/rate-cards" : `${pathOf(id)}/versions`;
      const found = await cli.call<{ data: RateCard[] }>({ method: "GET", path });
      const head = ["id", "version", "state", "name", "currency", "from", "to", "tariffs"];
      cli.show(found, options, ({ data }) =>
        renderTable(
          data.map((card) => {
            const { rate_card_id, version, state, name, currency, valid_from, valid_to, tariffs } = card;
            const from = valid_from.startsWith("1970-01-01T00:00:00") ? "always" : valid_from;
            return [
              rate_card_id,
              String(version),
              state,
              name,
              currency,
              from,
              valid_to ?? "open",
              String(tariffs.length),
            ];
          }),
          { head, right: ["version", "tariffs"] },
        ),
      );
    });
}

function showCommand(cli: Cli): Command {
  return withVersion(resultCommand("show", "a rate card, its tariffs and charges")).action(
    async (id: string, options: Options & { version?: string }) => {
      const card = await cli.call<RateCard>({
        method: "GET",
        path: `${pathOf(id)}${queryOf({ version: options.version })}`,
      });
      const head = ["tariff", "name", "type", "component", "model", "price", "unit", "currency", "condition"];
      cli.show(card, options, ({ version, state, name, tariffs, charges }) => {
        const rows = tariffs.map((tariff) => {
          const { tariff_id, usage_type, component, model, unit, currency, condition } = tariff;
          return [
            tariff_id,
            tariff.name,
            String(usage_type),
            component,
            model,
            priceOf(tariff),
            unit,
            currency,
            condition,
          ];
        });
        const title = `${id} · version ${version} · ${state} · ${name}\n`;
        return `${title}${renderTable(rows, { head, right: ["type"] })}${renderCharges(charges)}`;
      });
    },
  );
}

function renderCharges(charges: RateCard["charges"]): string {
  if (charges.length === 0) return "";
  const head = ["charge", "name", "kind", "of", "amount", "currency", "components"];
  const rows = charges.map(({ charge_id, name, kind, scope, currency, ...of }) => {
    const amount = of.percent === undefined ? (of.amount ?? "") : `${of.percent} %`;
    return [charge_id, name, kind, scope, amount, currency, of.components?.join(" ") ?? "all"];
  });
  return renderTable(rows, { head, right: ["amount"] });
}

function exportCommand(cli: Cli): Command {
  return withVersion(new Command("export").description("write a rate card as YAML"))
    .option("--out <file>", "standard output when left out")
    .action(async (id: string, { version, out }: { version?: string; out?: string }) => {
      const card = await cli.call<RateCard>({ method: "GET", path: `${pathOf(id)}${queryOf({ version })}` });
      if (out === undefined) cli.output.out(formatCard(card));
      else writeFileSync(out, formatCard(card));
    });
}

function importCommand(cli: Cli): Command {
  return resultCommand("import", "put a rate card from a YAML or JSON file, as its next version")
    .argument("<file>", "such as export writes it; - = standard input")
    .option("--id <card>", "whose next version it is, where the file says nothing else")
    .option("--draft", "price nothing by it yet")
    .action(async (file: string, options: Options & { id?: string; draft?: boolean }) => {
      const named = readCardFile(file);
      const id = options.id ?? (typeof named.rate_card_id === "string" ? named.rate_card_id : "");
      if (id === "")
        throw new AppError("invalid-request", "rate_card_id is missing; expected it in the file, or --id", {
          field: "rate_card_id",
        });
      const body = JSON.stringify({
        ...named,
        rate_card_id: id,
        ...(options.draft === true ? { state: "draft" } : {}),
      });
      const card = await cli.reach(async ({ client }) => {
        const if_match = await etagOf(client, id);
        return (await client.call({ method: "PUT", path: pathOf(id), body, if_match })) as RateCard;
      });
      cli.show(
        card,
        options,
        ({ version, state, tariffs }) => `${id} version ${version} is ${state}: ${tariffs.length} tariffs.\n`,
      );
    });
}

function stateCommand(cli: Cli, name: "activate" | "archive", description: string): Command {
  return resultCommand(name, description)
    .argument("<id>", "the rate card")
    .argument("<version>", "its version")
    .action(async (id: string, version: string, options: Options & { at?: string }) => {
      const state = name === "activate" ? "active" : "archived";
      const body = JSON.stringify({ state, ...(options.at === undefined ? {} : { valid_to: options.at }) });
      const path = `${pathOf(id)}/versions/${encodeURIComponent(version)}/state`;
      const card = await cli.reach(async ({ client }) => {
        const if_match = await etagOf(client, id);
        return (await client.call({ method: "PUT", path, body, if_match })) as RateCard;
      });
      cli.show(card, options, ({ valid_from, valid_to }) => {
        return `${id} version ${version} is ${state}: from ${valid_from} to ${valid_to ?? "further notice"}.\n`;
      });
    });
}

/** What the card is at now; a change somebody else makes meanwhile is refused, not overwritten. */
async function etagOf(client: Client, id: string): Promise<string> {
  try {
    const { revision } = (await client.call({ method: "GET", path: pathOf(id) })) as RateCard;
    return `"${revision}"`;
  } catch (error) {
    if (error instanceof AppError && error.key === "not-found") return '"0"';
    throw error;
  }
}

function withVersion(command: Command): Command {
  return command.argument("<id>", "the rate card").option("--version <number>", "the present one when left out");
}

function pathOf(id: string): string {
  return `/v1/rate-cards/${encodeURIComponent(id)}`;
}

function priceOf({ rate, tiers, bands, matrix }: RateCard["tariffs"][number]): string {
  const more = [...(tiers ?? []), ...(bands ?? []), ...(matrix?.values ?? [])].map((of) => of.rate);
  return [...(rate === undefined ? [] : [rate]), ...more].join(" / ");
}
