import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { isSecretName } from "./access/redact.ts";
import { AppError } from "../core/errors.ts";

interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/**
 * Checks what came in against a route's schema. Nothing is coerced and nothing removed, but that a query string, which
 * knows text only, may give integers, booleans and lists of one. An error names field, value and expectation, but no value of which it
 * is not known what it is (of no field there is, or a body as a whole), and none of what is secret by its name.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  const part = httpPart ?? "body";
  return (given: unknown) => {
    const value = part === "querystring" ? readQuery(schema, given) : given;
    return check.Check(value) ? { value } : { error: explain(part, check.Errors(value), value) };
  };
};

interface QuerySchema {
  readonly properties?: Readonly<
    Record<string, { readonly type?: string; readonly items?: { readonly type?: string } }>
  >;
}

function readQuery(schema: TSchema, given: unknown): unknown {
  const { properties } = schema as QuerySchema;
  const read = (type: string | undefined, value: unknown): unknown => {
    if (type === "integer" && typeof value === "string" && /^-?\d{1,15}$/.test(value)) return Number(value);
    if (type === "boolean" && (value === "true" || value === "false")) return value === "true";
    return value;
  };
  return Object.fromEntries(
    Object.entries(given as Record<string, unknown>).map(([name, value]) => {
      const wanted = properties?.[name];
      return [
        name,
        wanted?.type === "array"
          ? [value].flat().map((item) => read(wanted.items?.type, item))
          : read(wanted?.type, value),
      ];
    }),
  );
}

function explain(part: string, faults: readonly Fault[], value: unknown): AppError {
  const unknown = faults.find(({ keyword, instancePath }) => keyword === "boolean" && instancePath !== "");
  const fault = unknown ?? faults.find(({ keyword }) => keyword === "required") ?? faults[0];
  if (fault === undefined) return new AppError("invalid-request", `the ${part} is not valid`);
  const missing = (fault.params as { requiredProperties?: string[] }).requiredProperties?.[0];
  const path =
    fault.keyword === "required" && missing !== undefined ? `${fault.instancePath}/${missing}` : fault.instancePath;
  const field = path.slice(1).replaceAll("/", ".");
  const expected = expectation(fault, faults);
  const shown = unknown === undefined ? show(valueAt(value, path), path) : "given";
  return new AppError("invalid-request", `${field === "" ? `the ${part}` : field} is ${shown}, ${expected}`, {
    field: field === "" ? part : field,
  });
}

function expectation({ keyword, instancePath, message }: Fault, faults: readonly Fault[]): string {
  if (keyword === "boolean") return "expected no such field";
  if (keyword === "required") return "expected a value";
  const allowed = faults
    .filter((fault) => fault.keyword === "const" && fault.instancePath === instancePath)
    .map(({ params }) => JSON.stringify((params as { allowedValue: unknown }).allowedValue));
  if (allowed.length > 0) return `expected ${allowed.join(" or ")}`;
  return message.replace(/^must (not )?/, (_all, not: string | undefined) =>
    not === undefined ? "expected it to " : "expected it not to ",
  );
}

function valueAt(value: unknown, path: string): unknown {
  const into = (found: unknown, key: string): unknown =>
    typeof found === "object" && found !== null ? (found as Record<string, unknown>)[key] : undefined;
  return path.split("/").slice(1).reduce(into, value);
}

function show(value: unknown, path: string): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return path === "" || path.split("/").some(isSecretName) ? "…" : JSON.stringify(value).slice(0, 200);
}
