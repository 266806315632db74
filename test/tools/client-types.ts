// The types of the client as text, made from the description of the API: one line for each noun and each operation.

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

/** What of the description the client is made of. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Before the name of a noun, until it is known which file it stands in. */
const noun = "§";

/** The texts of api/client/operations.ts and api/client/nouns.ts. */
export function clientTypes({ paths, components }: Description): { operations: string; nouns: string } {
  const found = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const nouns = Object.entries(components.schemas).map(([name, schema]) => `export type ${name} = ${typeOf(schema)};`);
  const routes = found.map(
    ({ path, method, operation }) => `  ${operation.operationId}: ["${method.toUpperCase()}", "${path}"],`,
  );
  const shapes = found.map(({ operation }) => `  ${operation.operationId}: ${shapeOf(operation)};`);
  const made = "// Made from the description of the API by `npm run openapi`; a test compares.";
  const operations = [
    made,
    'import type * as nouns from "./nouns.ts";',
    "",
    "/** Where each operation is. */",
    "export const routes = {",
    ...routes,
    "} as const;",
    "",
    "/** What each operation takes and answers. */",
    "export interface Operations {",
    ...shapes.map((line) => line.replaceAll(noun, "nouns.")),
    "}",
    "",
  ];
  const own = [made, ...nouns.map((line) => line.replaceAll(noun, "")), ""];
  return { operations: operations.join("\n"), nouns: own.join("\n") };
}

function shapeOf({ parameters = [], requestBody, responses }: Operation): string {
  const of = (where: string): string => {
    const own = parameters.filter((one) => one.in === where);
    const fields = own.map((one) => `${keyOf(one.name)}${one.required === true ? "" : "?"}: ${typeOf(one.schema)}`);
    const isNeeded = own.some(({ required }) => required === true);
    return own.length === 0 ? "" : `${where}${isNeeded ? "" : "?"}: { ${fields.join("; ")} }; `;
  };
  const body = requestBody?.content["application/json"]?.schema;
  const said = body === undefined ? "" : `body${requestBody?.required === true ? "" : "?"}: ${typeOf(body)}; `;
  const answers = Object.entries(responses).flatMap(([status, { content }]) => {
    const schema = content?.["application/json"]?.schema;
    return status.startsWith("2") && schema !== undefined ? [typeOf(schema)] : [];
  });
  const answer = [...new Set(answers)].join(" | ");
  return `{ ${of("path")}${of("query")}${said}answer: ${answer === "" ? "unknown" : answer} }`;
}

function typeOf(schema: Schema): string {
  const { $ref, type, anyOf, items, properties } = schema;
  if ($ref !== undefined) return `${noun}${$ref.slice($ref.lastIndexOf("/") + 1)}`;
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (anyOf !== undefined) return unionOf(anyOf);
  if (Array.isArray(type)) return type.map((one: string) => typeOf({ ...schema, type: one })).join(" | ");
  if (type === "array") return `readonly (${items === undefined ? "unknown" : typeOf(items)})[]`;
  if (type === "object" || properties !== undefined) return objectOf(schema);
  const plain: Readonly<Record<string, string>> = {
    string: "string",
    integer: "number",
    number: "number",
    boolean: "boolean",
    null: "null",
  };
  return plain[String(type)] ?? "unknown";
}

/** Of texts among them any text says all. */
function unionOf(schemas: readonly Schema[]): string {
  const types = [...new Set(schemas.map(typeOf))];
  return types.filter((type) => !(type.startsWith('"') && types.includes("string"))).join(" | ");
}

function objectOf({ properties = {}, required = [], additionalProperties, patternProperties }: Schema): string {
  const [of] = Object.values(patternProperties ?? {});
  const values = of ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
  const fields = Object.entries(properties).map(
    ([name, schema]) => `readonly ${keyOf(name)}${required.includes(name) ? "" : "?"}: ${typeOf(schema)}`,
  );
  if (fields.length > 0) return `{ ${fields.join("; ")} }`;
  return values === undefined ? "object" : `Readonly<Record<string, ${typeOf(values)}>>`;
}

function keyOf(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}
