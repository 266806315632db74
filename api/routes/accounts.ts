import type { FastifyReply } from "fastify";
import Type, { type Static } from "typebox";
import { zonesCountFrom } from "../../aggregate/index.ts";
import { Account as CoreAccount, AccountChange } from "../../core/accounts.ts";
import { AppError } from "../../core/errors.ts";
import type { Api } from "../api.ts";
import { authorOf, type Caller } from "../access/caller.ts";
import { maySee, outOfSight, seenBy } from "../access/scope.ts";
import { IfMatch, seenVersion, tellPrecondition } from "../http/etags.ts";
import { answer } from "../openapi.ts";
import { pageOf, pageQuery, readPage } from "../paging.ts";
import type { System } from "../system.ts";

const Account = Type.Object(
  {
    ...CoreAccount.properties,
    time_zone_from: Type.Union([Type.String(), Type.Null()], {
      description: "From when on time_zone counts: a change takes effect at a month start; null = since the beginning",
    }),
  },
  { $id: "Account", additionalProperties: false },
);
const NewAccount = Type.Object(AccountChange.properties, { $id: "NewAccount", additionalProperties: false });
const { account_id: Id, ...changeable } = AccountChange.properties;
const AccountUpdate = Type.Object(
  { ...changeable, account_id: Type.Optional(Id) },
  { $id: "AccountUpdate", additionalProperties: false },
);
const AccountPage = pageOf(Account, "AccountPage");
const PageQuery = Type.Object(pageQuery, { additionalProperties: false });
const AccountName = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });
const Place = Type.Object({ after_id: Type.String() });
const tags = ["accounts"];
const answerAccount = (status: 200 | 201) =>
  answer({
    status,
    description: "The account as it stands; its version is the ETag",
    schema: Account,
    problems: ["not-found", "conflict", "precondition-failed", "unreadable-body", "unsupported-media-type"],
  });

/** Who uses and who pays. */
export function accountRoutes(app: Api, system: System): void {
  const { accounts } = system;
  const find = async (id: string, caller: Caller): Promise<CoreAccount> => {
    const account = await accounts.get(id);
    if (account === null || !(await maySee(system, caller, id))) throw outOfSight(id);
    return account;
  };
  const withZones = async (found: readonly CoreAccount[]): Promise<Static<typeof Account>[]> => {
    const ids = found.map(({ account_id }) => account_id);
    const from = await zonesCountFrom(system, ids);
    return found.map((account) => ({ ...account, time_zone_from: from.get(account.account_id) ?? null }));
  };
  const send = async (reply: FastifyReply, account: CoreAccount): Promise<FastifyReply> =>
    reply.header("etag", `"${account.version}"`).send((await withZones([account]))[0]);

  app.get(
    "/v1/accounts",
    {
      schema: {
        operationId: "listAccounts",
        summary: "Accounts in the order of their ids, deleted ones too",
        tags,
        querystring: PageQuery,
        response: answer({
          status: 200,
          description: "A page of accounts",
          schema: AccountPage,
        }),
      },
    },
    async ({ query: { cursor, limit }, caller }) => {
      const within = await seenBy(system, caller);
      return readPage({
        question: { list: "accounts" },
        cursor,
        limit,
        place: Place,
        read: async (after, most) =>
          withZones(await accounts.list({ after_id: after?.after_id ?? "", within, limit: most })),
        placeOf: ({ account_id }) => ({ after_id: account_id }),
      });
    },
  );

  app.post(
    "/v1/accounts",
    {
      schema: {
        operationId: "createAccount",
        summary: "Make an account",
        tags,
        body: NewAccount,
        response: answerAccount(201),
      },
    },
    async (request, reply) => {
      const account = await accounts.put(request.body, { by: authorOf(request), if_version: "0" });
      return send(
        reply.code(201).header("location", `/v1/accounts/${encodeURIComponent(account.account_id)}`),
        account,
      );
    },
  );

  app.get(
    "/v1/accounts/:id",
    {
      schema: {
        operationId: "getAccount",
        summary: "An account",
        tags,
        params: AccountName,
        response: answerAccount(200),
      },
    },
    async ({ params, caller }, reply) => send(reply, await find(params.id, caller)),
  );

  app.put(
    "/v1/accounts/:id",
    {
      schema: {
        operationId: "putAccount",
        summary: "Make or change an account; what is left out stays as it was",
        tags,
        params: AccountName,
        headers: IfMatch,
        body: AccountUpdate,
        response: answerAccount(200),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { account_id = id, ...change } = request.body;
      if (account_id !== id)
        throw new AppError("invalid-request", `account_id is "${account_id}", expected "${id}" as in the address`, {
          field: "account_id",
        });
      const seen = await seenVersion(request.headers, async () => (await accounts.get(id))?.version ?? null);
      const written = accounts.put({ account_id, ...change }, { by: authorOf(request), ...seen });
      return send(reply, await written.catch(tellPrecondition));
    },
  );
}
