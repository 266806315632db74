import { Command } from "commander";
import { type Cli, resultCommand } from "./cli.ts";
import { renderTable } from "./output.ts";

interface SettingView {
  readonly name: string;
  readonly value: string;
  readonly default: string;
  readonly unit: string;
  readonly meaning: string;
}

/** `tally settings`: how this installation behaves. */
export function settingsCommand(cli: Cli): Command {
  const pathOf = (name: string): string => `/v1/settings/${encodeURIComponent(name)}`;
  return new Command("settings")
    .description("read and change settings")
    .addCommand(
      resultCommand("list", "all settings").action(async (options: { json?: boolean }) => {
        const list = (await cli.reach(({ client }) => client.call({ method: "GET", path: "/v1/settings" }))) as {
          data: SettingView[];
        };
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
          const setting = (await cli.reach(({ client }) =>
            client.call({ method: "GET", path: pathOf(name) }),
          )) as SettingView;
          cli.show(setting, options, ({ value }) => `${value}\n`);
        }),
    )
    .addCommand(
      resultCommand("set", "change one setting")
        .argument("<name>")
        .argument("<value>")
        .action(async (name: string, value: string, options: { json?: boolean }) => {
          const body = JSON.stringify({ value });
          const setting = (await cli.reach(({ client }) =>
            client.call({ method: "PUT", path: pathOf(name), body }),
          )) as SettingView;
          cli.show(setting, options, (now) => `${now.name} is ${now.value}\n`);
        }),
    );
}
