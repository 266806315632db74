import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import Type, { type TSchema } from "typebox";
import { type ProblemKey, problems } from "../core/errors.ts";
import type { Api } from "./api.ts";
import { showGolden } from "./examples/golden.ts";
import { Problem } from "./problems.ts";

/** What a route may answer: its success with an example, and the problems it knows besides those of every route. */
export interface Answer {
  readonly status: 200 | 201 | 202 | 503;
  readonly description: string;
  readonly schema: TSchema;
  /** Left out where a golden case gives it. */
  readonly example?: unknown;
  readonly problems?: readonly ProblemKey[];
  /** What else than JSON it may be, by media type. */
  readonly also?: Readonly<Record<string, { readonly schema: TSchema }>>;
}

/** The `response` of a route's schema, as JSON. */
export function answer({ status, description, schema, example, problems: own = [], also = {} }: Answer) {
  return {
    [status]: {
      description,
      content: { "application/json": { schema, ...(example === undefined ? {} : { example }) }, ...also },
    },
    ...problemAnswers(own),
  };
}

/** The answers in problem+json for keys of the catalogue, one per status. */
export function problemAnswers(keys: readonly ProblemKey[]) {
  const wanted = [...new Set(keys)].toSorted();
  return Object.fromEntries(
    [...new Set(wanted.map((key) => problems[key].status))].map((status) => {
      const named = wanted.filter((key) => problems[key].status === status);
      const description = named
        .map((key) => `\`${key}\`: ${problems[key].title}. ${problems[key].remedy}`)
        .join("\n\n");
      return [
        status,
        {
          description,
          content: { "application/problem+json": { schema: Problem, example: exampleOf(named[0] as ProblemKey) } },
        },
      ];
    }),
  );
}

/** The answers of a route's schema with the problems of these keys among them. */
export function withProblems(
  response: Readonly<Record<string, unknown>>,
  keys: readonly ProblemKey[],
): Record<string, unknown> {
  const isProblem = (given: unknown): boolean =>
    problemName(given as { description?: unknown; content?: unknown }) !== null;
  const entries = Object.entries(response);
  const own = entries
    .filter(([, given]) => isProblem(given))
    .flatMap(([, given]) => (problemName(given as object) ?? "").split(".") as ProblemKey[]);
  const others = Object.fromEntries(entries.filter(([, given]) => !isProblem(given)));
  const merged = Object.entries(problemAnswers([...own, ...keys])).map(([status, problem]): [string, unknown] => {
    const given = others[status] as { content?: object } | undefined;
    return [status, given === undefined ? problem : { ...given, content: { ...given.content, ...problem.content } }];
  });
  return { ...others, ...Object.fromEntries(merged) };
}

function exampleOf(key: ProblemKey): unknown {
  const { status, title, remedy } = problems[key];
  return { type: `/problems/${key}`, title, status, detail: remedy, instance: "req_5f0c2a7be1d94c60a3f1" };
}

/** Registers the description of the API: GET /openapi.json and, for people, GET /docs. Routes registered later are in it. */
export async function describeApi(app: Api): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Tallyhouse",
        version: "1",
        description:
          "Usage metering and billing. Money, rates and quantities are decimal strings; ranges are half-open [from, to); " +
          "instants are RFC 3339. Errors are application/problem+json.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
    },
    transform: ({ schema, url }) => ({ schema: nameSchemas(schema) as object, url }),
    transformObject: (document) =>
      "openapiObject" in document ? shareSchemas(showGolden(document.openapiObject)) : document.swaggerObject,
  });
  await app.register(swaggerUi, { routePrefix: "/docs", uiConfig: { deepLinking: true, persistAuthorization: false } });
  app.get(
    "/openapi.json",
    {
      schema: {
        operationId: "getOpenApi",
        summary: "This description",
        tags: ["operation"],
        security: [],
        response: answer({
          status: 200,
          description: "OpenAPI 3.1",
          schema: Type.Object({ openapi: Type.String() }),
          example: { openapi: "3.1.0" },
        }),
      },
    },
    async () => app.swagger(),
  );
}

const marker = "x-noun";

/** A copy with each `$id` under a name of ours, which outlives the way into the document. */
function nameSchemas(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nameSchemas);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name === "$id" ? marker : name,
      name === "example" ? inner : nameSchemas(inner),
    ]),
  );
}

/** Moves every schema with a name and every problem to the components and leaves a reference: each is described once. */
function shareSchemas<T extends { paths?: object; components?: object }>(document: T): T {
  const schemas: Record<string, unknown> = {};
  const responses: Record<string, unknown> = {};
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== "object" || value === null) return value;
    const { [marker]: noun, ...rest } = value as { [marker]?: unknown };
    const visited = Object.fromEntries(
      Object.entries(rest).map(([name, inner]) => [name, name === "example" ? inner : visit(inner)]),
    );
    const problem = problemName(rest);
    if (problem !== null) {
      responses[problem] = visited;
      return { $ref: `#/components/responses/${problem}` };
    }
    if (typeof noun !== "string") return visited;
    schemas[noun] = visited;
    return { $ref: `#/components/schemas/${noun}` };
  };
  const paths = visit(document.paths);
  return {
    ...document,
    paths,
    components: { ...document.components, schemas: sorted(schemas), responses: sorted(responses) },
  };
}

/** The keys of an answer that is a problem and nothing else, joined; null for any other. */
function problemName({ description, content }: { description?: unknown; content?: unknown }): string | null {
  if (
    typeof description !== "string" ||
    typeof content !== "object" ||
    content === null ||
    Object.keys(content).join() !== "application/problem+json"
  )
    return null;
  return [...description.matchAll(/^`([\w-]+)`:/gm)].map(([, key]) => key).join(".");
}

function sorted(parts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
