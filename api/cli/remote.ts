import { createWriteStream, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Config } from "../../core/config.ts";
import { AppError } from "../../core/errors.ts";
import type { Send } from "../client/client.ts";

/**
 * What the server at TALLY_URL is asked with: TALLY_TOKEN, or the first line of TALLY_TOKEN_FILE; null = nothing, and then it says who it
 * answers. Never an argument: those stand in the list of processes and in the shell's history. @throws AppError bad-configuration
 */
export function readServerToken({ server_token, server_token_file }: Config): string | null {
  if (server_token_file === null) return server_token;
  if (server_token !== null) throw refuse("TALLY_TOKEN and TALLY_TOKEN_FILE are both set, expected one of them");
  const token = firstLine(server_token_file);
  // What it says instead is not told: it may be a token all the same.
  if (!/^[\x21-\x7e]{1,4096}$/.test(token))
    throw refuse(`TALLY_TOKEN_FILE names ${server_token_file}, expected a token in its first line`);
  return token;
}

/** A token without a server would be passed over in silence, and the command done as an admin. @throws AppError bad-configuration */
export function requireNoServerToken({ server_token, server_token_file }: Config): void {
  if (server_token === null && server_token_file === null) return;
  const name = server_token === null ? "TALLY_TOKEN_FILE" : "TALLY_TOKEN";
  throw refuse(`${name} is for a server, and TALLY_URL is missing, expected its address`);
}

/** Writes what is answered into a file, piece by piece: an export may be larger than memory. */
export function sendIntoFile(url: string, file: string): Send {
  return async ({ method, path, headers }) => {
    try {
      const response = await fetch(new URL(path, url), { method, headers });
      const { status, ok, body } = response;
      if (!ok || body === null) return { status, bytes: new Uint8Array(await response.arrayBuffer()) };
      await pipeline(Readable.fromWeb(body), createWriteStream(file));
      return { status, bytes: new Uint8Array() };
    } catch (cause) {
      throw new AppError("internal", `${path} of the server at ${url} could not be fetched into ${file}`, { cause });
    }
  };
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/)[0] ?? "";
  } catch (cause) {
    throw new AppError("bad-configuration", `TALLY_TOKEN_FILE names ${file}, which cannot be read`, { cause });
  }
}

function refuse(detail: string): AppError {
  return new AppError("bad-configuration", detail);
}
