import Type, { type Static } from "typebox";
import { Archive, Erasure, listArchives } from "../../aggregate/index.ts";
import { MONTH_PATTERN } from "../../core/calendar.ts";
import { AppError } from "../../core/errors.ts";
import { authorOf } from "../access/caller.ts";
import type { Api } from "../api.ts";
import { answer } from "../openapi.ts";
import { answersOfWork, awaitWork, Prefer } from "../operations/await-work.ts";
import type { System } from "../system.ts";

const Month = Type.String({ pattern: MONTH_PATTERN, description: "A UTC month, such as 2026-09" });
const RunId = Type.Union([Type.String(), Type.Null()], { description: "null = there was nothing to do" });

const ArchiveList = Type.Object({ data: Type.Array(Archive) }, { $id: "ArchiveList", additionalProperties: false });
const ArchiveOrder = Type.Object(
  {
    before: Type.String({ pattern: MONTH_PATTERN, description: "Events of UTC months before this one leave" }),
    dry_run: Type.Optional(Type.Boolean({ description: "Only tell which months would leave" })),
  },
  { $id: "ArchiveOrder", additionalProperties: false },
);
const Archived = Type.Object(
  {
    run_id: RunId,
    dry_run: Type.Boolean(),
    months: Type.Array(Type.Object({ month: Type.String(), events: Type.String() }, { additionalProperties: false }), {
      description: "Months that leave, or would",
    }),
    archives: Type.Array(Archive),
  },
  { $id: "ArchiveOutcome", additionalProperties: false },
);
const Restored = Type.Object(
  {
    run_id: Type.String(),
    archive: Archive,
    horizon: Type.Union([Type.String(), Type.Null()], {
      description: "Events before it are archived still, so facts before it are refused; null = all are there",
    }),
  },
  { $id: "RestoreOutcome", additionalProperties: false },
);
const AccountName = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });

const tags = ["archives"];

/** Raw events that left by age, bringing them back, and erasing names. */
export function archiveRoutes(app: Api, system: System): void {
  async function archiveBefore({ before, dry_run = false }: Static<typeof ArchiveOrder>, by: string) {
    const { run, months, archives } = await system.archive({ before, dry_run, by });
    return { run_id: run?.id ?? null, dry_run, months: [...months], archives: [...archives] };
  }
  async function restore(month: string, by: string) {
    const { run, archive: restored, horizon } = await system.restoreArchive({ month, by });
    return { run_id: run.id, archive: restored, horizon };
  }
  async function erase(account_id: string, by: string) {
    if ((await system.accounts.get(account_id)) === null)
      throw new AppError("not-found", `there is no account "${account_id}"`, { field: "account_id" });
    return system.eraseNames({ account_id, by });
  }

  app.get(
    "/v1/archives",
    {
      schema: {
        operationId: "listArchives",
        summary: "Months of raw events that left the store, oldest first",
        tags,
        response: answer({
          status: 200,
          description: "All of them: one a month",
          schema: ArchiveList,
        }),
      },
    },
    async () => ({ data: await listArchives(system) }),
  );

  app.post(
    "/v1/archives",
    {
      schema: {
        operationId: "archiveEvents",
        summary: "Move raw events before a month to files; all that stands on them must be published and closed",
        tags,
        body: ArchiveOrder,
        headers: Prefer,
        response: answersOfWork({
          status: 200,
          description: "What left; again, it goes on where it was cut short, or does nothing",
          schema: Archived,
          problems: ["archive-not-ready", "archive-damaged", "run-in-progress", "lease-lost"],
        }),
      },
    },
    async (request, reply) =>
      awaitWork(system, { request, reply, kind: "archive-events", subject: request.body.before }, () =>
        archiveBefore(request.body, authorOf(request)),
      ),
  );

  app.post(
    "/v1/archives/:month/restore",
    {
      schema: {
        operationId: "restoreArchive",
        summary: "Bring an archived month of raw events back",
        tags,
        params: Type.Object({ month: Month }),
        headers: Prefer,
        response: answersOfWork({
          status: 200,
          description: "The same events are at the same positions again",
          schema: Restored,
          problems: ["not-found", "conflict", "archive-damaged", "run-in-progress", "lease-lost"],
        }),
      },
    },
    async (request, reply) =>
      awaitWork(system, { request, reply, kind: "restore-archive", subject: request.params.month }, () =>
        restore(request.params.month, authorOf(request)),
      ),
  );

  app.post(
    "/v1/accounts/:id/erase",
    {
      schema: {
        operationId: "eraseAccountNames",
        summary: "Erase the names of an account and its resources; ids, usage and bills stay as they are",
        tags: ["accounts"],
        params: AccountName,
        headers: Prefer,
        response: answersOfWork({
          status: 200,
          description: "What was erased, by whom and when",
          schema: Erasure,
          problems: ["not-found", "archive-damaged", "run-in-progress", "lease-lost"],
        }),
      },
    },
    async (request, reply) =>
      awaitWork(system, { request, reply, kind: "erase-names", subject: request.params.id }, () =>
        erase(request.params.id, authorOf(request)),
      ),
  );
}
