import { readFileSync } from "node:fs";
import { Command } from "commander";
import { AppError } from "../../core/errors.ts";
import type { UsageType } from "../routes/usage-types.ts";
import { type Cli, resultCommand } from "./cli.ts";
import { renderTable } from "./output.ts";

/** `tally usage-types`: what is measured. */
export function usageTypesCommand(cli: Cli): Command {
  return new Command("usage-types")
    .description("list what is measured, and add to it")
    .addCommand(
      resultCommand("list", "all usage types in force").action(async (options: { json?: boolean }) => {
        const found = await cli.call<{ data: UsageType[] }>({ method: "GET", path: "/v1/usage-types" });
        const head = ["id", "name", "measure", "unit", "shown in", "counts from", "added by"];
        cli.show(found, options, ({ data }) =>
          renderTable(
            data.map(({ usage_type, name, measure, unit, display_unit, counts_from, added_by }) => {
              const since = counts_from ?? "the beginning";
              return [String(usage_type), name, measure, unit, display_unit, since, added_by ?? "built in"];
            }),
            { head, right: ["id"] },
          ),
        );
      }),
    )
    .addCommand(
      resultCommand("add", "add a usage type; it is never changed nor taken back")
        .argument("<file>", "the usage type as JSON")
        .action(async (file: string, options: { json?: boolean }) => {
          const body = read(file);
          const added = await cli.call<UsageType>({ method: "POST", path: "/v1/usage-types", body });
          cli.show(
            added,
            options,
            ({ usage_type, name, effects, counts_from }) =>
              `${usage_type} ${name} is in force: ${Object.keys(effects).join(", ")} count for it, ` +
              `${counts_from === null ? "since the beginning" : `from ${counts_from} on`}.\n`,
          );
        }),
    );
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AppError("invalid-request", `${file} cannot be read`, { field: "file", cause: error });
  }
}
