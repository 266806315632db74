import type { FastifyInstance } from "fastify";
import { AppError } from "../../core/errors.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** A parameter says in which form a route answers, and Accept nothing. */
    form_by_parameter?: true;
    /** The media types a route answers in where nothing is wrong. */
    forms?: readonly string[];
  }
}

interface Route {
  readonly schema?: { readonly response?: unknown } | undefined;
  readonly config?: { readonly form_by_parameter?: true } | undefined;
}

interface Range {
  readonly type: string;
  readonly weight: number;
  readonly place: number;
}

type Known<T> = readonly (readonly [type: string, value: T])[];

/**
 * Refuses who takes none of the forms a route answers in, before anything is done: they are those its description names. What comes in
 * several says so to whoever keeps answers. Problems are told in their own form all the same.
 */
export function answerAcceptable(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    route.config = { ...route.config, forms: formsOf(route) };
  });
  app.addHook("preParsing", async ({ headers, routeOptions }, reply) => {
    const { forms = [] } = routeOptions.config ?? {};
    if (forms.length > 1) void reply.header("vary", "accept");
    if (forms.length > 0)
      preferred(
        headers.accept,
        forms.map((form) => [form, form] as const),
      );
  });
}

/** The media types of what a route answers where nothing is wrong, by its description; none where `Accept` says nothing there. */
export function formsOf({ schema, config }: Route): string[] {
  if (config?.form_by_parameter === true) return [];
  const answers = (schema?.response ?? {}) as Record<string, { readonly content?: object }>;
  const good = Object.entries(answers).filter(([status]) => status.startsWith("2"));
  return [...new Set(good.flatMap(([, { content = {} }]) => Object.keys(content)))];
}

/**
 * What an Accept header prefers of what there is: each type has the weight of the range that names it most closely, 0 = not this one (RFC 9110,
 * 12.5.1). Of equal ones that whose range comes first, then the first there is. `known`: media type and what it stands for.
 * @throws AppError not-acceptable
 */
export function preferred<T>(accept: string | undefined, known: Known<T>): T {
  const header = accept?.trim() || "*/*";
  const best = bestOf(header, known);
  if (best !== undefined) return best.value;
  const types = known.map(([type]) => type).join(", ");
  throw new AppError("not-acceptable", `accept is ${JSON.stringify(header.slice(0, 200))}, expected one of ${types}`, {
    field: "accept",
  });
}

/** Whether an Accept header is a browser's that opens an address: a page above what programs read, which is preferred where nothing is said. */
export function prefersPage(accept = "*/*"): boolean {
  const known: Known<boolean> = [
    ["application/problem+json", false],
    ["application/json", false],
    ["text/html", true],
  ];
  return bestOf(accept, known)?.value ?? false;
}

function bestOf<T>(header: string, known: Known<T>): { readonly value: T } | undefined {
  const ranges = header.split(",").map(readRange);
  return known
    .map(([type, value]) => ({ value, ...closest(type, ranges) }))
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight || a.place - b.place)[0];
}

function readRange(text: string, place: number): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const weight = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1");
  return { type, weight: weight >= 0 ? weight : 0, place };
}

/** The range that names a type itself, else its family, else all. */
function closest(type: string, ranges: readonly Range[]): Pick<Range, "weight" | "place"> {
  const names = [type, `${type.split("/")[0]}/*`, "*/*"];
  const found = names.map((name) => ranges.find((range) => range.type === name)).find((range) => range !== undefined);
  return found ?? { weight: 0, place: 0 };
}
