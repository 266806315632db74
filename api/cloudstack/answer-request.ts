import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../access/caller.ts";
import type { System } from "../system.ts";
import { ApiError, parameterError, toApiError, unknownCommand } from "./api-error.ts";
import { authenticate } from "./authenticate.ts";
import { contentTypes, type Format, renderBody, renderError } from "./envelope.ts";
import { logIn, logOut, type SignedIn } from "./log-in.ts";
import { readPage, readParameters } from "./read-parameters.ts";
import { findCommand } from "./registry.ts";
import { type ApiRequest, readRequest } from "./request.ts";

/** Answers a request to the endpoint. `as`: who asks, where nobody is asked for credentials. */
export async function answerRequest(
  system: System,
  { request, reply, as = null }: { request: FastifyRequest; reply: FastifyReply; as?: Caller | null },
): Promise<FastifyReply> {
  // What is wrong with the parameters themselves is told in the default form.
  let asked: ApiRequest | null = null;
  let text: string;
  try {
    asked = readRequest(request);
    const { body, cookies } = await perform(system, asked, as);
    if (cookies.length > 0) void reply.header("set-cookie", cookies);
    text = renderBody(asked.command, body, asked.format);
  } catch (error) {
    return refuse(error, { request, reply, asked });
  }
  return send(reply, 200, asked.format, text);
}

async function perform(system: System, asked: ApiRequest, as: Caller | null): Promise<SignedIn> {
  const { command: name, given } = asked;
  if (as === null && /^login$/i.test(name)) return logIn(system, asked);
  if (as === null && /^logout$/i.test(name)) return logOut(system, asked);
  const caller = as ?? (await authenticate(system, asked));
  if (name === "") throw parameterError("Unable to execute API command due to missing parameter command");
  const command = findCommand(name);
  if (command === null || !command.roles.includes(caller.role) || /^log(in|out)$/i.test(name))
    throw unknownCommand(name, { signed: given.has("apikey") });
  const zone = await system.settings.get("usage.aggregation.timezone");
  const page = readPage(command, given);
  const values = readParameters(command, given, zone);
  const body = await command.run({ system, caller, zone, page, address: asked.address }, values);
  return { body, cookies: [] };
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
  const format = asked?.format ?? "xml";
  return send(reply, told.code, format, renderError(command, told, format));
}

function send(reply: FastifyReply, status: number, format: Format, text: string): FastifyReply {
  return reply.code(status).type(contentTypes[format]).header("cache-control", "no-store").send(text);
}
