import { type CommandLine, dataDirectory } from "../access/rules.ts";
import { AppError } from "../../core/errors.ts";
import { operationAt, type Send } from "../client/client.ts";

/** A command that runs, and its line in api/access/rules.ts. */
export interface RunningCommand {
  readonly name: string;
  readonly line: CommandLine;
}

/** Sends what the command's line names and nothing else, so the line is true of every command. */
export function keepToLine({ name, line }: RunningCommand, send: Send): Send {
  if (line === dataDirectory) return send;
  return async (request) => {
    const operation = operationAt(request);
    if (operation !== null && line.includes(operation)) return send(request);
    const what = operation ?? `${request.method} ${request.path}`;
    throw new AppError(
      "forbidden",
      `tally ${name} asks for ${what}, which its line in api/access/rules.ts does not name`,
    );
  };
}
