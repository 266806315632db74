import type { FastifyRequest } from "fastify";
import type { Clock } from "../../core/clock.ts";
import type { InstantMs } from "../../core/instant.ts";
import type { Log } from "../../core/log.ts";
import type { Api } from "../api.ts";
import type { Audit } from "./audit.ts";
import type { Caller } from "./caller.ts";
import { plainAddress } from "./networks.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** When it came in, Unix ms UTC. */
    begun_at: InstantMs;
    /** What is asked where the address does not say it, a command of /client/api; null elsewhere. */
    command: { readonly name: string; readonly changes: boolean } | null;
  }
}

/** Events are facts that came in, and their log keeps them; what they change nothing of is no change, nor is a POST that gives no command. */
const unwritten = new Set(["postEvents", "checkEvents", "previewRates", "postClientApi"]);
/** 432 and 531 are what /client/api has for 403. */
const refusals = new Set([401, 403, 432, 531]);
/** Refusals beyond so many a minute are in the log alone: who floods us fills no table. */
const refusalsMax = 300;

/**
 * Writes an audit line for each request that changes something, for each sign-in and each refusal, before it is answered. What cannot be
 * written is told in the log, and the answer goes out: the change is made by then.
 */
export function keepAudit(
  app: Pick<Api, "decorateRequest" | "addHook">,
  { audit, clock, log }: { audit: Audit; clock: Clock; log: Log },
): void {
  const minute = { begun_at: clock.now(), refusals: 0 };
  app.decorateRequest("begun_at", 0 as InstantMs);
  app.decorateRequest("caller", null as unknown as Caller);
  app.decorateRequest("command", null);
  app.addHook("onRequest", async (request) => {
    request.begun_at = clock.now();
  });
  app.addHook("onSend", async (request, { statusCode }) => {
    const { command } = request;
    const operation = command?.name ?? request.routeOptions.schema?.operationId ?? "";
    const isRefused = refusals.has(statusCode);
    const isChange = command?.changes ?? changes(request.method, operation);
    if (!isRefused && !isChange) return;
    if (isRefused && !isCounted()) return;
    await audit
      .write({ ...whoOf(request), request_id: request.id, begun_at: request.begun_at, operation, status: statusCode })
      .catch((err: unknown) => log.error({ err, request_id: request.id, operation }, "an audit line was not written"));
  });

  function isCounted(): boolean {
    const now = clock.now();
    if (now - minute.begun_at >= 60_000 || now < minute.begun_at) Object.assign(minute, { begun_at: now, refusals: 0 });
    minute.refusals += 1;
    return minute.refusals <= refusalsMax;
  }
}

function changes(method: string, operation: string): boolean {
  return !["GET", "HEAD", "OPTIONS"].includes(method) && operation !== "" && !unwritten.has(operation);
}

function whoOf(request: FastifyRequest) {
  const caller = request.caller as Caller | null;
  return {
    caller_id: caller?.id ?? "nobody",
    caller_name: caller?.name ?? "",
    role: caller?.role ?? "",
    address: plainAddress(request.ip),
    method: request.method,
    target: (request.url.split("?")[0] ?? "").slice(0, 2048),
  };
}
