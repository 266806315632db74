import { Command } from "commander";
import { createLog } from "../../core/log.ts";
import { startAll } from "../all.ts";
import type { Cli } from "./cli.ts";
import { stopOnSignal } from "./stop-on-signal.ts";

/** `tally serve`: what TALLY_ROLES says this process is for, until a signal ends it. */
export function serveCommand(cli: Cli): Command {
  return new Command("serve")
    .description("run all roles in one process, or those of TALLY_ROLES (this is npm start)")
    .action(async () => {
      const config = cli.config();
      const running = await startAll(config, { clock: cli.clock, log: createLog(config.log_level) });
      const end = stopOnSignal(running.stop, cli.clock);
      const { out } = cli.output;
      if (!config.roles.includes("api")) {
        out(`Tallyhouse plays ${config.roles.join(", ")}; it says how it stands at ${running.url}/readyz\n`);
        return end();
      }
      out(`Tallyhouse answers at ${running.url} (pages at /, API at /docs); data in ${config.data_dir}\n`);
      if (running.new_admin_token !== null) {
        out(`Admin token, shown this once and kept hashed:\n\n    ${running.new_admin_token}\n\n`);
      }
      if (Object.keys(await running.system.eventLog.bound()).length === 0) {
        out(
          "The store is empty. To see a month of a simulated cloud on bills, run in another terminal: npm run demo\n",
        );
      }
      await end();
    });
}
