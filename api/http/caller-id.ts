import type { FastifyRequest } from "fastify";
import type { Caller } from "../access/caller.ts";

/** Who asks, as long as he asks with the same identity; null before anyone is known. */
export function callerId(request: Pick<FastifyRequest, "caller">): string | null {
  const caller: Caller | null = request.caller;
  return caller?.id ?? null;
}
