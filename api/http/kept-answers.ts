import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import Type, { type Static } from "typebox";
import { Check } from "typebox/value";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { type InstantMs, instant } from "../../core/instant.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

const Answer = Type.Object({
  status: Type.Integer(),
  headers: Type.Record(Type.String(), Type.String()),
  body: Type.String(),
});
/** What was answered. */
export type Answer = Static<typeof Answer>;

/** One request that may be sent again: whose it is and what it says. None of it is stored as it is. */
export interface RepeatableRequest {
  /** Hash of caller and key. */
  readonly request_id: string;
  /** Hash of method, address and body. */
  readonly fingerprint: string;
  /** What only the caller has: its credential and the key. */
  readonly secret: string;
}

/** Answers kept for a day, so that the same request gets the same answer again. */
export interface KeptAnswers {
  /** The answer of this request; null = none is kept. @throws AppError idempotency-key-reused where another request has the key */
  find(request: RepeatableRequest): Promise<Answer | null>;
  keep(request: RepeatableRequest, answer: Answer): Promise<void>;
}

const KEEP_MS = 86_400_000;
const FORGET_EVERY_MS = 3_600_000;

const selectAnswer = defineQuery(
  "api/http/kept_answer",
  Type.Object({ request_id: Type.String(), now_ms: Type.Number() }),
  Type.Object({ fingerprint: Type.String(), status: Type.Integer(), answer: Type.String() }),
);
const forget = defineCommand("api/http/forget_answers", Type.Object({ now_ms: Type.Number() }));
const columns = ["request_id", "fingerprint", "status", "answer", "made_at", "expires_at"];

/** The request as it is looked up: the same caller, key, method, address and body give the same. */
export function repeatable(of: {
  caller: string;
  credential: string;
  key: string;
  method: string;
  url: string;
  body: unknown;
}): RepeatableRequest {
  const { caller, credential, key, method, url, body } = of;
  return {
    request_id: sha256([caller, key]),
    fingerprint: sha256([method, url, body ?? null]),
    secret: JSON.stringify([credential, key]),
  };
}

/** A request's key that came with another request. */
export function keyReused(): AppError {
  return new AppError(
    "idempotency-key-reused",
    "another request of this caller had this key, with another address or body",
    {
      field: "idempotency-key",
    },
  );
}

/** Answers in the store. */
export function createKeptAnswers({ store, clock }: { store: Store; clock: Clock }): KeptAnswers {
  let forgot_ms: InstantMs | null = null;

  async function forgetOld(): Promise<void> {
    const now = clock.now();
    if (forgot_ms !== null && now - forgot_ms < FORGET_EVERY_MS) return;
    forgot_ms = now;
    await forget(store.write, { now_ms: now });
  }

  return {
    find: async (request) => {
      const [row] = await selectAnswer(store.read, { request_id: request.request_id, now_ms: clock.now() });
      if (row === undefined) return null;
      if (row.fingerprint !== request.fingerprint) throw keyReused();
      return open(row.answer, request);
    },
    keep: async (request, answer) => {
      const now = clock.now();
      const times = [timeField(now), timeField(instant(now + KEEP_MS))];
      const values = [request.request_id, request.fingerprint, answer.status, field(seal(answer, request)), ...times];
      await insertLines(store.write, { table: "kept_answer", columns }, `${values.join("\t")}\n`);
      await forgetOld();
    },
  };
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

function seal(answer: Answer, { secret, request_id }: RepeatableRequest): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(secret, request_id), iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(answer), "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64");
}

/** @throws AppError conflict where the caller has other credentials now */
function open(text: string, { secret, request_id }: RepeatableRequest): Answer {
  const bytes = Buffer.from(text, "base64");
  const decipher = createDecipheriv("aes-256-gcm", keyOf(secret, request_id), bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    const plain = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    const answer: unknown = JSON.parse(plain.toString("utf8"));
    if (Check(Answer, answer)) return answer;
  } catch {
    // told below
  }
  throw new AppError(
    "conflict",
    "this request was answered to other credentials of the same caller, who alone can have the answer again",
    { field: "idempotency-key" },
  );
}

function keyOf(secret: string, request_id: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, request_id, "kept answer", 32));
}

function sha256(of: unknown): string {
  return createHash("sha256").update(JSON.stringify(of)).digest("hex");
}
