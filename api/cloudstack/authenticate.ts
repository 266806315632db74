import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import type { Access } from "../access/access.ts";
import { type Caller, callerOfKey, callerOfSession } from "../access/caller.ts";
import { isWithin } from "../access/networks.ts";
import { unauthenticated } from "./api-error.ts";
import type { ApiRequest } from "./request.ts";
import { isSigned } from "./signature.ts";

type Deps = Pick<Access, "keys" | "users" | "sessions"> & { readonly clock: Clock };

/** A secret for keys that are not there, so that whether one is takes no telling time. */
const noSecret = createHash("sha256").update("no such key").digest("hex");

/** Who asks, by signature or session; what was wrong is not told. @throws ApiError 401 */
export async function authenticate(access: Deps, request: ApiRequest): Promise<Caller> {
  const key_id = request.given.get("apikey");
  const caller =
    key_id === undefined || key_id === ""
      ? await bySession(access, request)
      : await bySignature(access, request, key_id);
  if (caller === null) throw unauthenticated();
  return caller;
}

async function bySignature(access: Deps, request: ApiRequest, key_id: string): Promise<Caller | null> {
  const found = await access.keys.signing(key_id);
  const signed = isSigned(request.parameters, { secret: found?.secret ?? noSecret, now: access.clock.now() });
  if (found === null || !signed || !isWithin(request.address, found.key.cidrs)) return null;
  return callerOfKey(access, found.key);
}

/** The cookie and beside it, in the request itself, the key that belongs to it: no other site knows that. */
export async function bySession(access: Deps, { session, given, address }: ApiRequest): Promise<Caller | null> {
  if (session === "") return null;
  const [wanted, brought] = [sessionKeyOf(session), given.get("sessionkey") ?? ""].map((text) =>
    createHash("sha256").update(text).digest(),
  );
  if (wanted === undefined || brought === undefined || !timingSafeEqual(wanted, brought)) return null;
  return (await callerOfSession(access, session, { kind: "client-api", address }))?.caller ?? null;
}

/** The key of a session, made of its cookie: nothing more is kept. */
export function sessionKeyOf(token: string): string {
  return createHash("sha256").update(`client-api ${token}`).digest("base64url");
}
