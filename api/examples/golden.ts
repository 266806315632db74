import { readFileSync } from "node:fs";

/** What a golden case asked of an operation and was answered. */
export interface GoldenExample {
  /** What the case shows, and the sum worked by hand. */
  readonly why: string;
  readonly worked: string;
  /** Values of parameters by name. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** By status, then media type. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Where `npm run openapi` writes what the golden cases were answered. */
export const goldenFile = new URL("./golden.json", import.meta.url);

interface Content {
  readonly example?: unknown;
}
interface Described {
  readonly operationId?: string;
  readonly description?: string;
  readonly parameters?: readonly { readonly name: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Described>>>>;

/** A description with the examples of golden cases in it, and with which case each is of. */
export function showGolden<T extends { paths?: object }>(document: T): T {
  const golden = JSON.parse(readFileSync(goldenFile, "utf8")) as Readonly<Record<string, GoldenExample>>;
  const shown = (described: Described): Described => {
    const example = golden[described.operationId ?? ""];
    return example === undefined ? described : show(described, example);
  };
  return { ...document, paths: mapValues((document.paths ?? {}) as Paths, (methods) => mapValues(methods, shown)) };
}

function show(described: Described, { why, worked, parameters: values, body, answers }: GoldenExample): Described {
  const { description, parameters, requestBody, responses } = described;
  const source = `Its example is the golden case “${why}”: ${worked}.`;
  return {
    ...described,
    description: description === undefined ? source : `${description}\n\n${source}`,
    ...(parameters === undefined
      ? {}
      : { parameters: parameters.map((one) => (one.name in values ? { ...one, example: values[one.name] } : one)) }),
    ...(requestBody === undefined || body === undefined
      ? {}
      : { requestBody: { ...requestBody, content: fillContent(requestBody.content, { "application/json": body }) } }),
    responses: mapValues(responses, (response, status) =>
      response.content === undefined
        ? response
        : { ...response, content: fillContent(response.content, answers[status] ?? {}) },
    ),
  };
}

function fillContent(
  content: Readonly<Record<string, Content>>,
  given: Readonly<Record<string, unknown>>,
): Record<string, Content> {
  return mapValues(content, (one, type) => (given[type] === undefined ? one : { ...one, example: given[type] }));
}

function mapValues<V, W>(of: Readonly<Record<string, V>>, map: (value: V, name: string) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, map(value, name)]));
}
