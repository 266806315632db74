import { copyFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { Command, Option } from "commander";
import { AppError } from "../../core/errors.ts";
import type { Export, ExportInput } from "../../rating/index.ts";
import { type Cli, readPeriod, resultCommand } from "./cli.ts";
import { type Client, queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";
import { createProgressBar } from "./progress-bar.ts";

interface ExportOptions {
  readonly period: string;
  readonly format: ExportInput["format"];
  readonly out: string;
  readonly focusVersion?: "1.2" | "1.3" | "1.4";
  readonly account?: string;
  readonly parts?: string;
  readonly json?: boolean;
}

const kinds = {
  usage: "usage records as published",
  billing: "billing records, and lines that are of none",
  focus: "bills in the columns of FOCUS, with metadata and companion datasets",
  journal: "entries of the ledger",
} as const;
const ASK_MS = 50;
const ASK_MS_MAX = 2_000;
/** So long an export is waited for; longer than any takes. */
const WAIT_MS_MAX = 6 * 3_600_000;

/** `tally export usage|billing|focus|journal`: a month in a file. */
export function exportCommand(cli: Cli): Command {
  const command = new Command("export").description("a month of usage, bills or the ledger in a file");
  for (const [kind, description] of Object.entries(kinds))
    command.addCommand(kindCommand(cli, { kind: kind as ExportInput["kind"], description }));
  return command;
}

function kindCommand(cli: Cli, { kind, description }: { kind: ExportInput["kind"]; description: string }): Command {
  const command = resultCommand(kind, description)
    .requiredOption("--period <month>", "such as 2026-10", readPeriod)
    .addOption(new Option("--format <name>", "of the file").choices(["csv", "parquet", "ndjson"]).default("csv"))
    .requiredOption("--out <file>", "where it goes; what belongs to it goes beside it, under names that begin alike")
    .option("--account <id>", kind === "usage" ? "of one account" : "of one payer")
    .option("--parts <number>", "in how many files");
  if (kind === "focus")
    command.addOption(
      new Option("--focus-version <version>", "of the specification").choices(["1.2", "1.3", "1.4"]).default("1.4"),
    );
  return command.action(async (given: ExportOptions) => {
    const { period, format, out, focusVersion: focus_version, account: account_id, parts } = given;
    const options = { focus_version, account_id, ...(parts === undefined ? {} : { parts: Number(parts) }) };
    const body = JSON.stringify({ kind, period, format, options });
    const { done, copied } = await cli.reach(async ({ client, fetchFile }) => {
      const whole = await exportWhole(cli, client, body);
      if (whole.state !== "complete") throw new AppError("conflict", whole.error ?? "the export failed");
      const folder = join(cli.config().data_dir, "exports", whole.id);
      const fetchOne = (name: string, into: string): Promise<void> =>
        fetchFile === null
          ? copyFile(join(folder, name), into)
          : fetchFile(`/v1/exports/${whole.id}/file${queryOf({ name })}`, into);
      return { done: whole, copied: await takeOut(whole, { fetchOne, out }) };
    });
    cli.show(done, given, ({ totals }) => {
      const table = renderTable(copied, { head: ["file", "rows", "bytes", "sha256"], right: ["rows", "bytes"] });
      const sums = totals.map(({ currency, amount }) => `${amount} ${currency}`).join(", ");
      return sums === "" ? table : `${table}${sums}, as the statements say.\n`;
    });
  });
}

/** Asks for an export and waits until it has ended, with a bar where a person watches. @throws AppError conflict where that takes too long */
async function exportWhole(cli: Cli, client: Client, body: string): Promise<Export> {
  const bar = createProgressBar(cli.output);
  let found = (await client.call({ method: "POST", path: "/v1/exports", body })) as Export;
  let waited = 0;
  try {
    for (let step = ASK_MS; found.state === "running"; step = Math.min(step * 1.5, ASK_MS_MAX)) {
      if (waited >= WAIT_MS_MAX)
        throw new AppError(
          "conflict",
          `export ${found.id} is still running after ${WAIT_MS_MAX / 3_600_000} hours; ask for it later: GET /v1/exports/${found.id}`,
        );
      bar.show({ kind: "export", progress: found.progress });
      await cli.clock.sleep(step);
      waited += step;
      found = (await client.call({ method: "GET", path: `/v1/exports/${found.id}` })) as Export;
    }
    return found;
  } finally {
    bar.clear();
  }
}

/** Has the files of an export where they are wanted; none is there under its name before it is whole. */
async function takeOut(
  { files }: Export,
  { fetchOne, out }: { fetchOne: (name: string, into: string) => Promise<void>; out: string },
): Promise<string[][]> {
  const data = files.filter(({ role }) => role === "data");
  const stem = out.replace(/\.(csv|parquet|ndjson)$/, "");
  const copied: string[][] = [];
  for (const { name, role, rows, bytes, sha256 } of files) {
    const ending = name.slice(name.lastIndexOf("."));
    const part = /-part-\d+/.exec(name)?.[0] ?? "";
    const target = role !== "data" ? `${stem}-${role}${ending}` : data.length === 1 ? out : `${stem}${part}${ending}`;
    await fetchOne(name, `${target}.part`);
    await rename(`${target}.part`, target);
    copied.push([target, rows, bytes, sha256]);
  }
  return copied;
}
