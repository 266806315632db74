import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import { AppError, assert } from "../../core/errors.ts";
import type { KafkaLogin } from "../../core/kafka-address.ts";

/** Sends one message of the mechanism and gives what the broker says to it. */
export type SaslTurn = (message: Buffer) => Promise<Buffer>;

/**
 * Logs in to a broker by the mechanism both have agreed on: PLAIN (RFC 4616) or SCRAM (RFC 5802), where the broker proves as well that it
 * knows the password. @throws AppError log-unavailable when it does not; what `turn` rejects with where the broker refuses
 */
export async function logIn({ mechanism, username, password }: KafkaLogin, turn: SaslTurn): Promise<void> {
  if (mechanism === "plain") {
    await turn(Buffer.from(`\0${username}\0${password}`));
    return;
  }
  const hash = mechanism === "scram-sha-256" ? "sha256" : "sha512";
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  const nonce = randomBytes(18).toString("base64");
  const name = username.replaceAll("=", "=3D").replaceAll(",", "=2C");
  const first = `n=${name},r=${nonce}`;
  const challenge = (await turn(Buffer.from(`n,,${first}`))).toString();
  const { r = "", s = "", i = "" } = fieldsOf(challenge);
  assert(r.startsWith(nonce) && r !== nonce, "a broker answers with the nonce it was given, and its own");
  const salted = pbkdf2Sync(password, Buffer.from(s, "base64"), Number(i), hash === "sha256" ? 32 : 64, hash);
  const closing = `c=biws,r=${r}`;
  const said = `${first},${challenge},${closing}`;
  const key = hmac(salted, "Client Key");
  const signature = hmac(createHash(hash).update(key).digest(), said);
  const proof = Buffer.from(key.map((byte, at) => byte ^ (signature[at] ?? 0))).toString("base64");
  const { v = "" } = fieldsOf((await turn(Buffer.from(`${closing},p=${proof}`))).toString());
  const expected = hmac(hmac(salted, "Server Key"), said);
  const given = Buffer.from(v, "base64");
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new AppError("log-unavailable", "a Kafka broker does not know the password it asks for");
}

/** `r=…,s=…,i=…` by letter. */
function fieldsOf(text: string): Record<string, string> {
  return Object.fromEntries(text.split(",").map((field) => [field.slice(0, 1), field.slice(2)]));
}
