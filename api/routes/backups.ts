import { isAbsolute } from "node:path";
import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { authorOf } from "../access/caller.ts";
import type { Api } from "../api.ts";
import { Backup, type Backups } from "../backup/backups.ts";
import { answer } from "../openapi.ts";

const BackupInput = Type.Object(
  {
    dir: Type.String({
      minLength: 1,
      maxLength: 4096,
      description: "An absolute path on the machine of the server, of a folder that is not there, or empty",
    }),
  },
  { $id: "BackupInput", additionalProperties: false },
);
const BackupName = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** Backups of the embedded store, while it works. Bringing one back is `tally restore`, since nothing may run then. */
export function backupRoutes(app: Api, backups: Backups): void {
  app.post(
    "/v1/backups",
    {
      schema: {
        operationId: "createBackup",
        summary: "Begin a backup of the data directory into a folder of the server's machine",
        tags: ["operation"],
        body: BackupInput,
        response: answer({
          status: 202,
          description: "It has begun; GET /v1/operations/{id} says how far it is",
          schema: Backup,
          problems: [
            "unreadable-body",
            "unsupported-media-type",
            "run-in-progress",
            "conflict",
            "state-refused",
            "disk-full",
          ],
        }),
      },
    },
    async (request, reply) => {
      const { dir } = request.body;
      if (!isAbsolute(dir))
        throw new AppError("invalid-request", `dir is "${dir}", expected an absolute path`, { field: "dir" });
      const backup = await backups.start(dir, authorOf(request));
      const { id } = backup;
      void reply.code(202).header("location", `/v1/operations/${id}`).header("content-location", `/v1/backups/${id}`);
      return reply.send(backup);
    },
  );

  app.get(
    "/v1/backups/:id",
    {
      schema: {
        operationId: "getBackup",
        summary: "A backup that this process makes or has made",
        tags: ["operation"],
        params: BackupName,
        response: answer({
          status: 200,
          description: "How it stands",
          schema: Backup,
          problems: ["not-found"],
        }),
      },
    },
    async ({ params: { id } }) => {
      const backup = backups.get(id);
      if (backup === null) throw new AppError("not-found", `this process knows no backup ${id}`, { field: "id" });
      return backup;
    },
  );
}
