import type { FastifyReply } from "fastify";
import Type, { type TObject, type TSchema } from "typebox";
import { AppError } from "../../core/errors.ts";
import {
  type Book,
  type Entry,
  Issuer,
  IssuerInput,
  Profile,
  ProfileInput,
  TaxRate,
  TaxRateInput,
  Versioned,
} from "../../rating/index.ts";
import type { Api } from "../api.ts";
import { authorOf, type Caller } from "../access/caller.ts";
import { maySee, outOfSight } from "../access/scope.ts";
import { IfMatch, requireSeen } from "../http/etags.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";

const tags = ["profiles"];

const IssuerEntry = Type.Object({ ...Issuer.properties, ...Versioned }, { $id: "Issuer", additionalProperties: false });
const ProfileEntry = Type.Object(
  { ...Profile.properties, ...Versioned },
  { $id: "BillingProfile", additionalProperties: false },
);
const TaxRateEntry = Type.Object(
  { ...TaxRate.properties, ...Versioned },
  { $id: "TaxRate", additionalProperties: false },
);
const listOf = (item: TSchema, $id: string) =>
  Type.Object({ data: Type.Array(item) }, { $id, additionalProperties: false });

/** A body whose id may be left out, since the address has it. */
function changeOf(input: TObject, key: string, $id: string) {
  const { [key]: id, ...facts } = input.properties;
  return Type.Object({ ...facts, [key]: Type.Optional(id as TSchema) }, { $id, additionalProperties: false });
}
const Name = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });

const changeProblems = [
  "not-found",
  "conflict",
  "precondition-failed",
  "precondition-required",
  "unreadable-body",
  "unsupported-media-type",
] as const;

/** A book as the API shows it: where, under which names, and what its entries look like. */
interface Shown<T extends object, I extends object> {
  readonly book: Pick<Book<T>, "list" | "get"> & { put(input: I, by: By): Promise<Entry<T>> };
  readonly path: string;
  /** Where all of them are listed; left out: nowhere. */
  readonly list?: { readonly operationId: string; readonly summary: string; readonly schema: TSchema };
  readonly get: { readonly operationId: string; readonly summary: string };
  /** Who may not read an entry is told that there is none; left out: whoever may use the route sees all. @throws AppError not-found */
  readonly mayRead?: (caller: Caller, id: string) => Promise<void>;
  readonly put: { readonly operationId: string; readonly summary: string };
  /** What a thing is called where there is none, and what its id is called in a body. */
  readonly what: string;
  readonly key: string;
  readonly entry: TSchema;
  readonly change: TSchema;
}
type By = { readonly by: string; readonly if_version?: number };

/** Who sells, who pays, and which tax: each put whole, as a version of its own. */
export function profileRoutes(app: Api, system: Pick<System, "profiles" | "store" | "clock">): void {
  const { issuers, billing, taxRates } = system.profiles;
  bookRoutes(app, {
    book: issuers,
    path: "/v1/issuers/:id",
    list: {
      operationId: "listIssuers",
      summary: "All issuers, each in its present version",
      schema: listOf(IssuerEntry, "IssuerList"),
    },
    get: { operationId: "getIssuer", summary: "An issuer" },
    put: {
      operationId: "putIssuer",
      summary: "Write an issuer whole, as its next version; what was issued keeps the one it had",
    },
    what: "issuer",
    key: "id",
    entry: IssuerEntry,
    change: changeOf(IssuerInput, "id", "IssuerInput"),
  });
  bookRoutes(app, {
    book: billing,
    path: "/v1/accounts/:id/billing-profile",
    get: {
      operationId: "getBillingProfile",
      summary: "Who pays: legal name, address, tax rule, language and terms",
    },
    put: {
      operationId: "putBillingProfile",
      summary: "Write a billing profile whole, as its next version; what was issued keeps the one it had",
    },
    mayRead: async (caller, id) => {
      if (!(await maySee(system, caller, id))) throw outOfSight(id);
    },
    what: "billing profile of account",
    key: "account_id",
    entry: ProfileEntry,
    change: changeOf(ProfileInput, "account_id", "BillingProfileInput"),
  });
  bookRoutes(app, {
    book: taxRates,
    path: "/v1/tax-rates/:id",
    list: {
      operationId: "listTaxRates",
      summary: "All tax rates, each in its present version",
      schema: listOf(TaxRateEntry, "TaxRateList"),
    },
    get: { operationId: "getTaxRate", summary: "A tax rate" },
    put: {
      operationId: "putTaxRate",
      summary:
        "Write a tax rate whole, as its next version; one that is as specific as another for the same lines is refused",
    },
    what: "tax rate",
    key: "id",
    entry: TaxRateEntry,
    change: changeOf(TaxRateInput, "id", "TaxRateInput"),
  });
}

/** All that can be asked of a book: its list where there is one, an entry, and putting one. */
function bookRoutes<T extends object, I extends object>(app: Api, shown: Shown<T, I>): void {
  const { book, path, list, what, key, entry, change } = shown;
  const response = answer({
    status: 200,
    description: "As it stands; its version is the ETag",
    schema: entry,
    problems: changeProblems,
  });
  if (list !== undefined) {
    const { schema, ...named } = list;
    const all = answer({ status: 200, description: "By id", schema });
    app.get(path.replace("/:id", ""), { schema: { ...named, tags, response: all } }, async () => ({
      data: await book.list(),
    }));
  }
  app.get(
    path,
    { schema: { ...shown.get, tags, params: Name, response } },
    async ({ params: { id }, caller }, reply) => {
      await shown.mayRead?.(caller, id);
      const found = await book.get(id);
      if (found === null) throw new AppError("not-found", `there is no ${what} "${id}"`, { field: "id" });
      return send(reply, found);
    },
  );
  app.put(
    path,
    { schema: { ...shown.put, tags, params: Name, headers: IfMatch, body: change, response } },
    async (request, reply) => {
      const { id } = request.params;
      const seen = await requireSeen(request.headers, (await book.get(id))?.version ?? null);
      const input = named(request.body as object, key, id) as I;
      return send(reply, await book.put(input, { by: authorOf(request), ...seen }));
    },
  );
}

function send(reply: FastifyReply, entry: Entry<object>): FastifyReply {
  return reply.header("etag", `"${entry.version}"`).send(entry);
}

/** The body with the id of the address; one that says another is refused. */
function named(body: object, key: string, id: string): object {
  const said = (body as Record<string, unknown>)[key];
  if (said !== undefined && said !== id)
    throw new AppError(
      "invalid-request",
      `${key} is ${JSON.stringify(said)}, expected ${JSON.stringify(id)} as in the address`,
      {
        field: key,
      },
    );
  return { ...body, [key]: id };
}
