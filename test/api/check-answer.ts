import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { Compile } from "typebox/compile";
import { expect } from "vitest";

interface Answer {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>;
}
interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly responses: Readonly<Record<string, Answer>>;
}
export interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, Answer>>;
  };
}

const compiled = new WeakMap<object, ReturnType<typeof Compile>>();

/** Fails unless the answer is one that the application's description promises for the route. */
export function checkAnswer(
  app: FastifyInstance,
  { method, url }: { method: string; url: string },
  answer: LightMyRequestResponse,
): void {
  const document = app.swagger() as unknown as Document;
  const path = (url.split("?")[0] ?? "").split("/");
  const matches = (pattern: string): boolean => {
    const parts = pattern.split("/");
    return parts.length === path.length && parts.every((part, index) => part.startsWith("{") || part === path[index]);
  };
  const operation = Object.entries(document.paths).find(([pattern]) => matches(pattern))?.[1][method.toLowerCase()];
  if (operation === undefined)
    return expect([404, 405], `${method} ${url} is not described`).toContain(answer.statusCode);
  const type = String(answer.headers["content-type"]).split(";")[0] ?? "";
  const schema = resolve(document, operation.responses[answer.statusCode])?.content?.[type]?.schema;
  expect(schema, `${method} ${url} answers ${answer.statusCode} in ${type}: ${answer.body}`).toBeDefined();
  if (type.endsWith("json"))
    expect(faults(document, schema ?? {}, answer.json()), `${method} ${url}: ${answer.body}`).toEqual([]);
}

/** The answer itself, where the operation only refers to it. */
export function resolve(document: Document, answer: Answer | undefined): Answer | undefined {
  return answer?.$ref === undefined
    ? answer
    : document.components.responses[answer.$ref.slice(answer.$ref.lastIndexOf("/") + 1)];
}

/** What is wrong with a value, by a schema of the description. */
export function faults(document: Document, schema: object, value: unknown): unknown[] {
  const check = compiled.get(schema) ?? Compile(inline(document, schema));
  compiled.set(schema, check);
  return check.Check(value) ? [] : check.Errors(value).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function inline(document: Document, value: unknown): never {
  const visit = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== "object" || part === null) return part;
    const reference = (part as { $ref?: string }).$ref;
    if (typeof reference === "string")
      return visit(document.components.schemas[reference.slice(reference.lastIndexOf("/") + 1)]);
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, visit(inner)]));
  };
  return visit(value) as never;
}
