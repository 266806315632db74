import { Command } from "commander";
import type { Setting } from "../routes/settings.ts";
import { type Cli, resultCommand } from "./cli.ts";
import { renderTable } from "./output.ts";

/** `tally settings`: how this installation behaves. */
export function settingsCommand(cli: Cli): Command {
  const pathOf = (name: string): string => `/v1/settings/${encodeURIComponent(name)}`;
  return new Command("settings")
    .description("read and change settings")
    .addCommand(
      resultCommand("list", "all settings").action(async (options: { json?: boolean }) => {
        const list = await cli.call<{ data: Setting[] }>({ method: "GET", path: "/v1/settings" });
        cli.show(list, options, ({ data }) =>
          renderTable(
            data.map(({ name, value, unit, meaning }) => [name, value, unit, meaning]),
            { head: ["name", "value", "unit", "meaning"] },
          ),
        );
      }),
    )
    .addCommand(
      resultCommand("get", "one setting")
        .argument("<name>")
        .action(async (name: string, options: { json?: boolean }) => {
          const setting = await cli.call<Setting>({ method: "GET", path: pathOf(name) });
          cli.show(setting, options, ({ value }) => `${value}\n`);
        }),
    )
    .addCommand(
      resultCommand("set", "change one setting")
        .argument("<name>")
        .argument("<value>")
        .action(async (name: string, value: string, options: { json?: boolean }) => {
          const body = JSON.stringify({ value });
          const setting = await cli.call<Setting>({ method: "PUT", path: pathOf(name), body });
          cli.show(setting, options, (now) => `${now.name} is ${now.value}\n`);
        }),
    );
}
