import type { FastifyReply } from "fastify";
import Type, { type Static, type TObject, type TSchema } from "typebox";
import { AppError } from "../../core/errors.ts";
import {
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
import { authorOf } from "../auth.ts";
import { examples } from "../examples.ts";
import { answer } from "../openapi.ts";
import type { System } from "../system.ts";
import { IfMatch, readRevision } from "./card-schemas.ts";

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
const IssuerChange = changeOf(IssuerInput, "id", "IssuerInput");
const ProfileChange = changeOf(ProfileInput, "account_id", "BillingProfileInput");
const TaxRateChange = changeOf(TaxRateInput, "id", "TaxRateInput");
const Name = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });

const changeProblems = [
  "not-found",
  "conflict",
  "precondition-failed",
  "precondition-required",
  "unreadable-body",
  "unsupported-media-type",
] as const;

/** Who sells, who pays, and which tax: each put whole, as a version of its own. */
export function profileRoutes(app: Api, { profiles: { issuers, billing, taxRates } }: Pick<System, "profiles">): void {
  app.get(
    "/v1/issuers",
    {
      schema: {
        operationId: "listIssuers",
        summary: "All issuers, each in its present version",
        tags,
        response: answer({
          status: 200,
          description: "By id",
          schema: listOf(IssuerEntry, "IssuerList"),
          example: { data: [examples.issuerEntry] },
        }),
      },
    },
    async () => ({ data: await issuers.list() }),
  );
  app.get(
    "/v1/issuers/:id",
    {
      schema: {
        operationId: "getIssuer",
        summary: "An issuer",
        tags,
        params: Name,
        response: answerOne(IssuerEntry, examples.issuerEntry),
      },
    },
    async ({ params: { id } }, reply) => send(reply, await found(issuers, "issuer", id)),
  );
  app.put(
    "/v1/issuers/:id",
    {
      schema: {
        operationId: "putIssuer",
        summary: "Write an issuer whole, as its next version; what was issued keeps the one it had",
        tags,
        params: Name,
        headers: IfMatch,
        body: IssuerChange,
        response: answerOne(IssuerEntry, examples.issuerEntry),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const seen = await seenOf(issuers, id, request.headers["if-match"]);
      const input = named(request.body, "id", id) as Static<typeof IssuerInput>;
      return send(reply, await issuers.put(input, { by: authorOf(request), ...seen }));
    },
  );

  app.get(
    "/v1/accounts/:id/billing-profile",
    {
      schema: {
        operationId: "getBillingProfile",
        summary: "Who pays: legal name, address, tax rule, language and terms",
        tags,
        params: Name,
        response: answerOne(ProfileEntry, examples.profileEntry),
      },
    },
    async ({ params: { id } }, reply) => send(reply, await found(billing, "billing profile of account", id)),
  );
  app.put(
    "/v1/accounts/:id/billing-profile",
    {
      schema: {
        operationId: "putBillingProfile",
        summary: "Write a billing profile whole, as its next version; what was issued keeps the one it had",
        tags,
        params: Name,
        headers: IfMatch,
        body: ProfileChange,
        response: answerOne(ProfileEntry, examples.profileEntry),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const seen = await seenOf(billing, id, request.headers["if-match"]);
      const input = named(request.body, "account_id", id) as Static<typeof ProfileInput>;
      return send(reply, await billing.put(input, { by: authorOf(request), ...seen }));
    },
  );

  app.get(
    "/v1/tax-rates",
    {
      schema: {
        operationId: "listTaxRates",
        summary: "All tax rates, each in its present version",
        tags,
        response: answer({
          status: 200,
          description: "By id",
          schema: listOf(TaxRateEntry, "TaxRateList"),
          example: { data: [examples.taxRateEntry] },
        }),
      },
    },
    async () => ({ data: await taxRates.list() }),
  );
  app.get(
    "/v1/tax-rates/:id",
    {
      schema: {
        operationId: "getTaxRate",
        summary: "A tax rate",
        tags,
        params: Name,
        response: answerOne(TaxRateEntry, examples.taxRateEntry),
      },
    },
    async ({ params: { id } }, reply) => send(reply, await found(taxRates, "tax rate", id)),
  );
  app.put(
    "/v1/tax-rates/:id",
    {
      schema: {
        operationId: "putTaxRate",
        summary:
          "Write a tax rate whole, as its next version; one that is as specific as another for the same lines is refused",
        tags,
        params: Name,
        headers: IfMatch,
        body: TaxRateChange,
        response: answerOne(TaxRateEntry, examples.taxRateEntry),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const seen = await seenOf(taxRates, id, request.headers["if-match"]);
      const input = named(request.body, "id", id) as Static<typeof TaxRateInput>;
      return send(reply, await taxRates.put(input, { by: authorOf(request), ...seen }));
    },
  );
}

function answerOne(schema: TSchema, example: unknown) {
  const description = "As it stands; its version is the ETag";
  return answer({ status: 200, description, schema, example, problems: changeProblems });
}

function send(reply: FastifyReply, entry: Entry<object>): FastifyReply {
  return reply.header("etag", `"${entry.version}"`).send(entry);
}

interface Readable<T> {
  get(id: string): Promise<T | null>;
}

async function found<T>(book: Readable<T>, what: string, id: string): Promise<T> {
  const entry = await book.get(id);
  if (entry === null) throw new AppError("not-found", `there is no ${what} "${id}"`, { field: "id" });
  return entry;
}

async function seenOf(
  book: Readable<unknown>,
  id: string,
  header: string | undefined,
): Promise<{ if_version?: number }> {
  const { if_revision } = readRevision(header, (await book.get(id)) !== null);
  return if_revision === undefined ? {} : { if_version: if_revision };
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
