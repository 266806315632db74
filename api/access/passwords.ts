import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { AppError } from "../../core/errors.ts";

/** 32 MiB and some 80 ms a try. Each password carries its cost, so a higher one counts from the next password on. */
const COST = { log_n: 15, r: 8, p: 1 } as const;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** Of a new one, in characters. */
export const passwordLength = { minLength: 10, maxLength: 256 } as const;

/** A password as it is kept: `scrypt$15$8$1$<salt>$<key>`. @throws AppError invalid-request for one that is too short or too long */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < passwordLength.minLength || password.length > passwordLength.maxLength) {
    throw new AppError(
      "invalid-request",
      `password has ${password.length} characters, expected ${passwordLength.minLength} to ${passwordLength.maxLength}`,
      {
        field: "password",
      },
    );
  }
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, { salt, ...COST, bytes: KEY_BYTES });
  return ["scrypt", COST.log_n, COST.r, COST.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** Whether a password is the one that is kept; '' kept = none is, after as long as any other. */
export async function isPassword(password: string, kept: string): Promise<boolean> {
  const [, log_n, r, p, salt = "", key = ""] = kept.split("$");
  const expected = kept === "" ? Buffer.alloc(KEY_BYTES) : Buffer.from(key, "base64url");
  const cost = kept === "" ? COST : { log_n: Number(log_n), r: Number(r), p: Number(p) };
  const got = await derive(password.slice(0, passwordLength.maxLength + 1), {
    salt: kept === "" ? Buffer.alloc(SALT_BYTES) : Buffer.from(salt, "base64url"),
    ...cost,
    bytes: expected.length,
  });
  return timingSafeEqual(got, expected) && kept !== "";
}

function derive(
  password: string,
  { salt, log_n, r, p, bytes }: { salt: Buffer; log_n: number; r: number; p: number; bytes: number },
): Promise<Buffer> {
  const N = 2 ** log_n;
  return new Promise((resolve, reject) => {
    // The same letters typed on two keyboards are the same password.
    scrypt(password.normalize("NFC"), salt, bytes, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
