import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { X509Certificate } from "node:crypto";
import type { Config } from "../../core/config.ts";
import { AppError } from "../../core/errors.ts";
import { type InstantMs, instant } from "../../core/instant.ts";

/** What HTTPS is served with: the certificate with those above it, and its key, in PEM; read once, at the start. */
export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** SHA-256 of the certificate, by which commands on this machine know the server, whatever names it has. */
  readonly fingerprint: string;
  /** When the certificate runs out. */
  readonly ends_at: InstantMs;
}

/** The files TALLY_TLS_CERT and TALLY_TLS_KEY name; null = plain HTTP. @throws AppError bad-configuration */
export function readTls({ tls_cert, tls_key }: Pick<Config, "tls_cert" | "tls_key">): Tls | null {
  if (tls_cert === null && tls_key === null) return null;
  if (tls_cert === null || tls_key === null)
    throw new AppError("bad-configuration", "TALLY_TLS_CERT and TALLY_TLS_KEY belong together, and one is missing");
  const cert = readPem("TALLY_TLS_CERT", tls_cert);
  const key = readPem("TALLY_TLS_KEY", tls_key);
  try {
    createSecureContext({ cert, key, minVersion: "TLSv1.2" });
    const { fingerprint256: fingerprint, validTo } = new X509Certificate(cert);
    return { cert, key, fingerprint, ends_at: instant(Date.parse(validTo)) };
  } catch (cause) {
    throw new AppError(
      "bad-configuration",
      `${tls_cert} and ${tls_key} are not a certificate and its key in PEM: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function readPem(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new AppError("bad-configuration", `${name} is ${file}, which cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}
