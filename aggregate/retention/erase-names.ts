import { rm } from "node:fs/promises";
import Type, { type Static } from "typebox";
import { boundArrays } from "../../core/event-log.ts";
import { formatInstant } from "../../core/instant.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import type { QuarantineEntry } from "../../ingest/index.ts";
import type { RetentionDeps } from "./archive-events.ts";
import { keepFile, sumFile, verifyFile } from "./archive-file.ts";
import { type ArchiveRow, readArchives, writeArchive } from "./archives.ts";

const Text = Type.String();
/** Labels as an envelope spells them (ingest/revision.ts), and what is left of them. */
const labels = { labels: String.raw`"(account|name)":"(?:[^"\\]|\\.)*"`, blank: String.raw`"\1":""` };
const Labels = { labels: Text, blank: Text };
const Whose = Type.Object({ account_id: Text });
const selectErasable = defineQuery("aggregate/retention/erasable", Whose, Type.Object({ events: Text, names: Text }));
const eraseEventNames = defineCommand(
  "aggregate/retention/erase_event_names",
  Type.Object({
    account_id: Text,
    ...Labels,
    bound_partitions: Type.Array(Type.Integer()),
    bound_offsets: Type.Array(Type.BigInt()),
  }),
);
const eraseFileNames = defineCommand(
  "aggregate/retention/erase_file_names",
  Type.Object({ path: Text, former_path: Text, structure: Text, account_id: Text, ...Labels }),
  { engine_file_truncate_on_insert: 1 },
);
const eraseResourceNames = defineCommand("aggregate/retention/erase_resource_names", Whose);
const eraseKeptNames = defineCommand("aggregate/retention/erase_kept_names", Whose);
const forgetPastNames = defineCommand("aggregate/retention/forget_past_names", Whose);
const eraseProposalNames = defineCommand("aggregate/retention/erase_proposal_names", Whose);
const eraseAccountName = defineCommand("aggregate/retention/erase_account_name", Whose);
const eraseMessage = defineCommand(
  "aggregate/retention/erase_message",
  Type.Object({ quarantine_id: Text, raw: Text, reason: Text }),
);

/** That an account's names were erased: by whom and when, and what they stood in. */
export const Erasure = Type.Object(
  {
    account_id: Text,
    erased_at: Text,
    erased_by: Text,
    run_id: Text,
    events: Type.String({
      description: "Events in the store that bore a name; those in archive files are not counted",
    }),
    names: Type.String({ description: "Names of resources" }),
    messages: Type.String({ description: "Refused messages" }),
  },
  { $id: "Erasure", additionalProperties: false },
);
export type Erasure = Static<typeof Erasure>;

const pageMax = 500;

/**
 * Erases the names of an account and of its resources: from the account, from events, also archived and refused ones, and from
 * what inventories listed. Ids, usage, bills and what counts stay to the byte, and a repeat of an erased event is still a repeat.
 * What arrives later brings its names.
 * Done again it changes nothing more. @throws AppError run-in-progress, archive-damaged
 */
export async function eraseNames(
  deps: RetentionDeps,
  { account_id, by }: { account_id: string; by: string },
): Promise<Erasure> {
  const { store, runs, clock } = deps;
  const lane = store.run;
  // Ids and contents of all that is there are remembered first: only then may the content change.
  await deps.aggregate({ until: clock.now(), asked_by: by });
  return runs.hold({ kind: "archive", asked_by: by }, async (run) => {
    const archives = await readArchives(deps);
    const tell = (done: number): Promise<void> =>
      runs.beat(run, { what: "erasing names", done, total: archives.length + 3, unit: "steps" });
    await tell(0);
    const [found] = await selectErasable(lane, { account_id });
    const bound = boundArrays((await runs.latestPublished("aggregate"))?.bound ?? {});
    const messages = await eraseMessages(deps, account_id);
    for (const [done, archive] of archives.entries()) {
      await tell(1 + done);
      await eraseInFile(deps, archive, { account_id, by, run_id: run.id });
    }
    await tell(1 + archives.length);
    await eraseEventNames(lane, {
      account_id,
      ...labels,
      bound_partitions: [...bound.bound_partitions],
      bound_offsets: [...bound.bound_offsets],
    });
    await tell(2 + archives.length);
    await eraseKeptNames(lane, { account_id });
    await forgetPastNames(lane, { account_id });
    await eraseResourceNames(lane, { account_id });
    await eraseProposalNames(lane, { account_id });
    await eraseAccountName(lane, { account_id });
    const counts = { events: found?.events ?? "0", names: found?.names ?? "0", messages: `${messages}` };
    const erasure = { account_id, erased_at: clock.now(), erased_by: by, run_id: run.id, ...counts };
    await note(deps, erasure);
    await runs.step(run, { state: "published", counts });
    deps.log.info({ run_id: run.id, account_id, ...counts }, "names erased");
    return { ...erasure, erased_at: formatInstant(erasure.erased_at) };
  });
}

async function note({ store }: RetentionDeps, row: Omit<Erasure, "erased_at"> & { erased_at: number }): Promise<void> {
  const { account_id, erased_at, erased_by, run_id, events, names, messages } = row;
  const values = [field(account_id), timeField(erased_at), field(erased_by), run_id, events, names, messages];
  const columns = ["account_id", "erased_at", "erased_by", "run_id", "events", "names", "messages"];
  await insertLines(store.run, { table: "erasure", columns }, `${values.join("\t")}\n`);
}

/** The file of an archived month without the names: another file, so that the former one is whole until this one is. */
async function eraseInFile(
  deps: RetentionDeps,
  archive: ArchiveRow,
  { account_id, by, run_id }: { account_id: string; by: string; run_id: string },
): Promise<void> {
  const { store } = deps;
  const { structure } = archive;
  const former_path = await verifyFile(store, archive);
  const file = await keepFile(store, `events-${archive.month}-${run_id}.parquet`, (path) =>
    eraseFileNames(store.files(store.run), { path, former_path, structure, account_id, ...labels }),
  );
  const sums = await sumFile(store, { file: file.file, structure });
  await writeArchive(deps, { ...archive, ...file, row_checksum: sums.row_checksum }, by);
  await rm(former_path, { force: true });
}

/** Refused messages of the account, with labels blanked; where they name the account cannot be told of what is no JSON. */
async function eraseMessages({ quarantine, store }: RetentionDeps, account_id: string): Promise<number> {
  let erased = 0;
  for (let after_id = ""; ;) {
    const entries = await quarantine.list({ after_id, limit: pageMax });
    for (const entry of entries) {
      const message = withoutNames(entry, account_id);
      if (message === null) continue;
      await eraseMessage(store.run, { quarantine_id: entry.quarantine_id, ...message });
      erased += 1;
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length < pageMax) return erased;
    after_id = last.quarantine_id;
  }
}

/** A refused message and its reason with the labels of its account blanked; null = it is not the account's, or names nothing. Pure. */
export function withoutNames(
  { raw, field: refused, reason }: Pick<QuarantineEntry, "raw" | "field" | "reason">,
  account_id: string,
): { raw: string; reason: string } | null {
  let message: unknown;
  try {
    message = JSON.parse(raw);
  } catch {
    return null;
  }
  if (!isObject(message) || !isObject(message["data"]) || message["data"]["account_id"] !== account_id) return null;
  const blanked = blank(message);
  const text = JSON.stringify(blanked);
  if (text === JSON.stringify(message)) return null;
  const speaks = /(^|\.)(name|account)$/.test(refused);
  return { raw: text, reason: speaks ? `${refused} was refused; what it said is erased` : reason };
}

function blank(message: Record<string, unknown>): Record<string, unknown> {
  if (!isObject(message["data"])) return message;
  const data: Record<string, unknown> = { ...message["data"] };
  for (const label of ["name", "account"]) if (label in data) data[label] = "";
  if (isObject(data["event"])) data["event"] = blank(data["event"]);
  return { ...message, data };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
