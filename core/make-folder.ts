import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { AppError } from "./errors.ts";

/**
 * Makes a folder, and those above it that are missing. One at a time, since Node's own `recursive` never ends where a file system says of a
 * new folder that the one above is missing, as /proc does (measured on Node 20).
 * @throws AppError conflict with the system's reason
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = resolve(folder); !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const one of missing) {
    try {
      mkdirSync(one);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw new AppError("conflict", `the folder ${one} cannot be made: ${(error as Error).message}`, { cause: error });
    }
  }
}
