import type { FastifyReply } from "fastify";
import Type from "typebox";
import { Domain, DomainChange, isBelow } from "../../core/domains.ts";
import { AppError } from "../../core/errors.ts";
import { authorOf, type Caller } from "../access/caller.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import { IfMatch, seenVersion, tellPrecondition } from "../http/etags.ts";
import type { System } from "../system.ts";

const { domain_id: _id, ...changeable } = DomainChange.properties;
const NewDomain = Type.Object(DomainChange.properties, { $id: "NewDomain", additionalProperties: false });
const DomainUpdate = Type.Object(changeable, { $id: "DomainUpdate", additionalProperties: false });
const DomainList = Type.Object({ data: Type.Array(Domain) }, { $id: "DomainList", additionalProperties: false });
const DomainName = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });

const tags = ["accounts"];
const answerDomain = (status: 200 | 201) =>
  answer({
    status,
    description: "The domain as it stands; its version is the ETag",
    schema: Domain,
    problems: ["not-found", "conflict", "precondition-failed", "unreadable-body", "unsupported-media-type"],
  });
const send = (reply: FastifyReply, domain: Domain): FastifyReply =>
  reply.header("etag", `"${domain.version}"`).send(domain);

/** The tree accounts hang in. */
export function domainRoutes(app: Api, { domains }: Pick<System, "domains">): void {
  app.get(
    "/v1/domains",
    {
      schema: {
        operationId: "listDomains",
        summary: "Domains in the order of their paths, those that only accounts name too",
        tags,
        response: answer({
          status: 200,
          description: "The domains",
          schema: DomainList,
        }),
      },
    },
    async ({ caller }) => ({ data: (await domains.list()).filter(isSeenBy(caller)) }),
  );

  app.post(
    "/v1/domains",
    {
      schema: {
        operationId: "createDomain",
        summary: "Make a domain, in ROOT unless it says where",
        tags,
        body: NewDomain,
        response: answerDomain(201),
      },
    },
    async (request, reply) => {
      const domain = await domains.put(request.body, { by: authorOf(request), if_version: "0" });
      return send(reply.code(201).header("location", `/v1/domains/${encodeURIComponent(domain.domain_id)}`), domain);
    },
  );

  app.get(
    "/v1/domains/:id",
    {
      schema: { operationId: "getDomain", summary: "A domain", tags, params: DomainName, response: answerDomain(200) },
    },
    async ({ params, caller }, reply) => send(reply, await find(params.id, caller)),
  );

  app.put(
    "/v1/domains/:id",
    {
      schema: {
        operationId: "putDomain",
        summary: "Rename, move, delete or revive a domain that no account names",
        tags,
        params: DomainName,
        headers: IfMatch,
        body: DomainUpdate,
        response: answerDomain(200),
      },
    },
    async (request, reply) => {
      const { domain_id, version } = await find(request.params.id, request.caller);
      const options = { by: authorOf(request), ...(await seenVersion(request.headers, async () => version)) };
      return send(reply, await domains.put({ ...request.body, domain_id }, options).catch(tellPrecondition));
    },
  );

  async function find(id: string, caller: Caller): Promise<Domain> {
    const domain = await domains.get(id);
    if (domain === null || !isSeenBy(caller)(domain))
      throw new AppError("not-found", `there is no domain "${id}"`, { field: "domain_id" });
    return domain;
  }
}

/** A domain-admin sees its own domain and those below it. */
function isSeenBy({ role, domain }: Caller): (seen: Domain) => boolean {
  return ({ path }) => role !== "domain-admin" || (domain !== null && isBelow(path, domain));
}
