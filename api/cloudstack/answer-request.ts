import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../access/caller.ts";
import type { System } from "../system.ts";
import { ApiError, parameterError, toApiError, unknownCommand } from "./api-error.ts";
import { authenticate } from "./authenticate.ts";
import { contentTypes, type Format, renderBody, renderError } from "./envelope.ts";
import type { RateLimits } from "../http/rate-limit.ts";
import { logIn, logOut, type Performed } from "./log-in.ts";
import { readPage, readParameters } from "./read-parameters.ts";
import { findCommand } from "./registry.ts";
import { type ApiRequest, formatOf, readRequest } from "./request.ts";

/** How the endpoint stands: `as` who asks, where nobody is asked for credentials; `hold` holds up whoever asks too often. */
export interface Standing {
  readonly as?: Caller;
  readonly hold?: RateLimits["byCaller"];
}
interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Answers a request to the endpoint. */
export async function answerRequest(system: System, exchange: Exchange, standing: Standing): Promise<FastifyReply> {
  const { request, reply } = exchange;
  let asked: ApiRequest | null = null;
  let text: string;
  try {
    asked = readRequest(request);
    request.command = findCommand(asked.command);
    const { body, cookies = [] } = await perform(system, asked, { ...exchange, ...standing });
    if (cookies.length > 0) void reply.header("set-cookie", cookies);
    text = renderBody(asked.command, body, asked.format);
  } catch (error) {
    return refuse(error, { request, reply, asked });
  }
  return send(reply, 200, asked.format, text);
}

async function perform(
  system: System,
  asked: ApiRequest,
  { request, reply, as, hold }: Exchange & Standing,
): Promise<Performed> {
  const { command: name, given } = asked;
  if (as === undefined && /^login$/i.test(name)) {
    const signedIn = await logIn(system, asked);
    request.caller = signedIn.caller;
    return signedIn;
  }
  if (as === undefined && /^logout$/i.test(name)) {
    const signedOut = await logOut(system, asked);
    // Where nobody was signed in nothing is changed.
    if (signedOut.caller === null) request.command = null;
    else request.caller = signedOut.caller;
    return signedOut;
  }
  const caller = as ?? (await authenticate(system, asked));
  request.caller = caller;
  await hold?.(request, reply);
  if (name === "") throw parameterError("Unable to execute API command due to missing parameter command");
  const command = findCommand(name);
  if (command === null || !command.roles.includes(caller.role) || /^log(in|out)$/i.test(name))
    throw unknownCommand(name, { signed: given.has("apikey") });
  const zone = await system.settings.get("usage.aggregation.timezone");
  const page = readPage(command, given);
  const values = readParameters(command, given, zone);
  return { body: await command.run({ system, caller, zone, page }, values) };
}

/** Answers with a fault in this endpoint's form, and logs it: what the caller did at info, what failed here at error. */
export function refuse(
  error: unknown,
  { request, reply, asked }: { request: FastifyRequest; reply: FastifyReply; asked: ApiRequest | null },
): FastifyReply {
  const known = toApiError(error);
  const told =
    known ??
    new ApiError(
      530,
      `Internal error executing command, please contact your system administrator: ${request.id}`,
      4250,
    );
  const command = asked === null ? null : (findCommand(asked.command)?.name ?? null);
  const facts = { request_id: request.id, method: request.method, route: "/client/api", command, status: told.code };
  if (known === null) request.log.error({ ...facts, err: error }, "request failed");
  else request.log.info({ ...facts, detail: told.message }, "request refused");
  const format = asked?.format ?? formatOf(request);
  return send(reply, told.code, format, renderError(command, told, format));
}

function send(reply: FastifyReply, status: number, format: Format, text: string): FastifyReply {
  return reply.code(status).type(contentTypes[format]).header("cache-control", "no-store").send(text);
}
