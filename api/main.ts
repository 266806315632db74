import { systemClock } from "../core/clock.ts";
import { standardOutput } from "./cli/output.ts";
import { runCommandLine } from "./cli/program.ts";

// `tally … | head`: a reader that has seen enough is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

process.exitCode = await runCommandLine(process.argv.slice(2), { output: standardOutput, clock: systemClock });
