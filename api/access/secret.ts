import { createHash, createHmac, randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../core/errors.ts";

const BYTES = 32;

/**
 * What secret keys are derived from: `given` (TALLY_SECRET, which all processes on one store must share), else 32 random bytes in the
 * file `secret` of the data directory, made when first asked for and readable to its owner alone. @throws AppError bad-configuration
 */
export function readMaster({ given, data_dir }: { given: string | null; data_dir: string }): Buffer {
  if (given !== null) return sha256(given);
  const file = join(data_dir, "secret");
  const found = readFile(file);
  if (found !== null) return checked(found, file);
  // Written aside and linked into place, so that nobody reads half of it and of two who make one the first counts.
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, randomBytes(BYTES), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return checked(readFileSync(file), file);
}

/** The secret key of a key: what signed requests are signed with. Nothing of it is stored. */
export function secretKeyOf(master: Buffer, key_id: string): string {
  return createHmac("sha256", master).update(key_id).digest("base64url");
}

/** SHA-256 of a text. */
export function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function readFile(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function checked(bytes: Buffer, file: string): Buffer {
  if (bytes.length === BYTES) return bytes;
  throw new AppError(
    "bad-configuration",
    `${file} has ${bytes.length} bytes, expected ${BYTES}; put it back from a backup, or remove it, and every secret key is another one`,
  );
}
