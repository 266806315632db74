import type { FastifyReply, FastifyRequest } from "fastify";
import Type from "typebox";
import type { Api } from "../api.ts";
import type { System } from "../system.ts";
import { ApiError, toApiError } from "./api-error.ts";
import { answerRequest, refuse, type Standing } from "./answer-request.ts";
import { clientApiAnswers } from "./endpoint-answers.ts";

const CLIENT_API = "/client/api";
/** As CloudStack's servlet answers it, too; not described apart. */
const WITH_SLASH = `${CLIENT_API}/`;

const Query = Type.Object({
  command: Type.Optional(Type.String({ description: "What to do: listApis tells all commands" })),
  response: Type.Optional(Type.String({ description: "json, or XML" })),
  apiKey: Type.Optional(Type.String({ description: "The id of a key; with signature" })),
  signature: Type.Optional(Type.String({ description: "HMAC-SHA1 by the key's secret" })),
  signatureVersion: Type.Optional(Type.String({ description: "3: expires has to be there" })),
  expires: Type.Optional(Type.String({ description: "From when on the request is refused" })),
  sessionkey: Type.Optional(Type.String({ description: "Beside the cookie JSESSIONID, both of login" })),
});

/** The endpoint: CloudStack's forms of request and answer, by GET and POST. */
function clientApiRoutes(app: Api, system: System, standing: Standing): void {
  app.removeAllContentTypeParsers();
  // A form is read as text, since the signature is over names and values as they came; other bodies are none of ours.
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) =>
    done(null, body),
  );
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, _body, done) => done(null, ""));
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const told = error.statusCode === undefined || error.statusCode >= 500 ? error : new ApiError(430, error.message);
    return refuse(toApiError(told) ?? told, { request, reply, asked: null });
  });
  const schema = (operationId: string, summary: string) => ({
    operationId,
    summary,
    description: "A command of CloudStack's API; api/cloudstack/README.md says which there are and what differs.",
    tags: ["cloudstack"],
    security: [],
    querystring: Query,
    response: clientApiAnswers,
  });
  // Parameters are a command's own, and refused in its own words.
  const validatorCompiler = () => (value: unknown) => ({ value });
  const answer = (request: FastifyRequest, reply: FastifyReply) => answerRequest(system, { request, reply }, standing);
  const get = schema("getClientApi", "CloudStack's API, by GET");
  const options = { config: { form_by_parameter: true as const }, validatorCompiler };
  app.get(CLIENT_API, { schema: get, ...options }, answer);
  const post = {
    ...schema("postClientApi", "CloudStack's API, by POST: parameters in the query, the form, or both"),
    consumes: ["application/x-www-form-urlencoded"],
  };
  app.post(CLIENT_API, { schema: post, ...options }, answer);
  app.get(WITH_SLASH, { schema: { ...get, hide: true }, ...options }, answer);
  app.post(WITH_SLASH, { schema: { ...post, hide: true }, ...options }, answer);
}

/** Registers the endpoint on an application, with what it parses kept to itself. */
export async function registerClientApi(app: Api, system: System, standing: Standing): Promise<void> {
  await app.register(async (scope: Api) => clientApiRoutes(scope, system, standing));
}
