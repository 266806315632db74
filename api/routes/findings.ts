import Type from "typebox";
import {
  acceptFinding,
  FindingPlace,
  FindingState,
  listFindings,
  placeOfFinding,
  SanityFinding,
  Severity,
} from "../../aggregate/index.ts";
import type { Api } from "../api.ts";
import { authorOf } from "../access/caller.ts";
import { answer } from "../openapi.ts";
import { answersOfWork, awaitWork, Prefer } from "../operations/await-work.ts";
import { pageOf, pageQuery, readInstant, readPage } from "../paging.ts";
import type { System } from "../system.ts";

const Name = Type.Optional(Type.String({ minLength: 1, maxLength: 256 }));
const FindingQuery = Type.Object(
  {
    check: Name,
    state: Type.Optional(FindingState),
    severity: Type.Optional(Severity),
    account_id: Name,
    resource: Name,
    from: Type.Optional(Type.String({ maxLength: 64, description: "of the data" })),
    to: Type.Optional(Type.String({ maxLength: 64 })),
    ...pageQuery,
  },
  { additionalProperties: false },
);
const FindingPage = pageOf(SanityFinding, "SanityFindingPage");
const FindingName = Type.Object({ id: Type.String() });
const Acceptance = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 1024 }) },
  { $id: "FindingAcceptance", additionalProperties: false },
);
const SanityResult = Type.Object(
  {
    run_id: Type.String(),
    found: Type.Record(Type.String(), Type.Integer(), {
      description: "Findings by check, of what was looked at this time",
    }),
    failed: Type.Array(Type.String(), { description: "Checks that could not be done; the others were" }),
  },
  { $id: "SanityResult", additionalProperties: false },
);

const tags = ["operation"];

/** What the sanity checks found, and what people make of it. */
export function findingRoutes(app: Api, system: Pick<System, "store" | "clock" | "operations" | "checkSanity">): void {
  app.get(
    "/v1/findings",
    {
      schema: {
        operationId: "listFindings",
        summary: "What the sanity checks found, errors first",
        tags,
        querystring: FindingQuery,
        response: answer({
          status: 200,
          description: "A page of findings",
          schema: FindingPage,
        }),
      },
    },
    async ({ query: { cursor, limit, from, to, ...filter } }) =>
      readPage({
        question: { list: "findings", from, to, ...filter },
        cursor,
        limit,
        place: FindingPlace,
        read: (after, most) =>
          listFindings(
            system,
            {
              ...filter,
              from: from === undefined ? undefined : readInstant("from", from),
              to: to === undefined ? undefined : readInstant("to", to),
            },
            { after, limit: most },
          ),
        placeOf: placeOfFinding,
      }),
  );

  app.post(
    "/v1/findings/check",
    {
      schema: {
        operationId: "checkSanity",
        summary: "Do the sanity checks now",
        tags,
        headers: Prefer,
        response: answersOfWork({
          status: 200,
          description: "What they came to",
          schema: SanityResult,
          problems: ["run-in-progress", "lease-lost"],
        }),
      },
    },
    async (request, reply) =>
      awaitWork(system, { request, reply, kind: "check-sanity", subject: "" }, async () => {
        const { run, found, failed } = await system.checkSanity({ asked_by: authorOf(request) });
        return { run_id: run.id, found, failed: [...failed] };
      }),
  );

  app.post(
    "/v1/findings/:id/accept",
    {
      schema: {
        operationId: "acceptFinding",
        summary: "Let a finding be: it no longer speaks against closing, also when it is found again",
        tags,
        params: FindingName,
        body: Acceptance,
        response: answer({
          status: 200,
          description: "The finding as it stands",
          schema: SanityFinding,
          problems: ["not-found", "conflict", "unreadable-body", "unsupported-media-type"],
        }),
      },
    },
    async ({ params: { id }, body: { reason }, caller }) =>
      acceptFinding(system, id, { by: authorOf({ caller }), reason }),
  );
}
