import type { FastifyRequest } from "fastify";
import { ApiError } from "./api-error.ts";
import type { Format } from "./envelope.ts";
import type { Given } from "./read-parameters.ts";

/** A request as it came: parameters in their order and spelling, for the signature, and by name in lower case. */
export interface ApiRequest {
  readonly parameters: readonly (readonly [string, string])[];
  readonly given: Given;
  readonly command: string;
  readonly format: Format;
  readonly method: string;
  /** Cookies the endpoint knows; '' = none. */
  readonly session: string;
  readonly address: string;
  readonly secure: boolean;
}

const PARAMETERS_MAX = 1000;

/** Reads the query and, of a POST, the form. @throws ApiError 430 */
export function readRequest(request: FastifyRequest): ApiRequest {
  const form = request.method === "POST" && typeof request.body === "string" ? request.body : "";
  const parameters = [...queryOf(request), ...new URLSearchParams(form)];
  if (parameters.length > PARAMETERS_MAX) throw new ApiError(430, `More than ${PARAMETERS_MAX} parameters`);
  const given = new Map(parameters.map(([name, value]) => [name.toLowerCase(), value]));
  return {
    parameters,
    given,
    command: given.get("command") ?? "",
    format: toFormat(given.get("response")),
    method: request.method,
    session: cookieOf(request.headers.cookie ?? "", "JSESSIONID"),
    address: request.ip,
    secure: request.protocol === "https",
  };
}

/** The form of an answer to what could not be read as a whole: as its address says. */
export function formatOf(request: FastifyRequest): Format {
  return toFormat(queryOf(request).findLast(([name]) => name.toLowerCase() === "response")?.[1]);
}

function queryOf({ raw: { url = "" } }: FastifyRequest): [string, string][] {
  const at = url.indexOf("?");
  return at < 0 ? [] : [...new URLSearchParams(url.slice(at + 1))];
}

function toFormat(response: string | undefined): Format {
  return /^json$/i.test(response ?? "") ? "json" : "xml";
}

function cookieOf(header: string, name: string): string {
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}
