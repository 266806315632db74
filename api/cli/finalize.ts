import type { Command } from "commander";
import { AppError } from "../../core/errors.ts";
import type { FinalizeOutcome, Statement } from "../../rating/index.ts";
import { type Cli, readPeriod, resultCommand } from "./cli.ts";
import type { Client } from "../client/client.ts";

interface Options {
  readonly account?: string;
  readonly reason?: string;
  readonly override?: readonly string[];
  readonly json?: boolean;
}
interface Told extends Omit<FinalizeOutcome, "run"> {
  readonly period: string;
  readonly run_id: string | null;
}

/** `tally finalize`: makes the statements of a closed month final and numbers them. */
export function finalizeCommand(cli: Cli): Command {
  return withOverrides(resultCommand("finalize", "make the statements of a closed and rated month final"))
    .requiredOption("--period <month>", "such as 2026-10", readPeriod)
    .option("--account <id>", "of this payer only (default: of all who closed the month)")
    .action(async (options: Options & { period: string }) => {
      const { period, account, reason } = options;
      const body = { account_id: account, reason, overrides: overridesOf(options) };
      const told = (await afterRuns(cli, `/v1/periods/${period}/finalize`, body)) as Told;
      cli.show(told, options, renderTold);
      if (told.refused.length > 0) cli.fail();
    });
}

/** `tally void`: takes a final statement back. */
export function voidCommand(cli: Cli): Command {
  return resultCommand("void", "take a final statement back by a credit note")
    .argument("<id>", "of the statement")
    .requiredOption("--reason <text>", "kept with it")
    .action(async (id: string, options: { reason: string; json?: boolean }) => {
      const note = (await afterRuns(cli, `/v1/statements/${id}/void`, { reason: options.reason })) as Statement;
      cli.show(
        note,
        options,
        () => `${id} is void: credit note ${note.number} (${note.id}) of ${note.total} ${note.currency}.\n`,
      );
    });
}

/** `tally reissue`: issues a void statement again. */
export function reissueCommand(cli: Cli): Command {
  return withOverrides(
    resultCommand("reissue", "issue a void statement again, by profile and tax rates as they stand now"),
  )
    .argument("<id>", "of the void statement")
    .action(async (id: string, options: Options) => {
      const body = { reason: options.reason, overrides: overridesOf(options) };
      const made = (await afterRuns(cli, `/v1/statements/${id}/reissue`, body)) as Statement;
      cli.show(
        made,
        options,
        () => `In place of ${id}: ${made.number} (${made.id}), ${made.total} ${made.currency}.\n`,
      );
    });
}

/** `tally write-off`: gives up what a void statement billed. */
export function writeOffCommand(cli: Cli): Command {
  return resultCommand("write-off", "give up what a void statement billed: it is no longer unbilled")
    .argument("<id>", "of the void statement")
    .requiredOption("--reason <text>", "kept with it")
    .action(async (id: string, options: { reason: string; json?: boolean }) => {
      const off = (await afterRuns(cli, `/v1/statements/${id}/write-off`, { reason: options.reason })) as Statement;
      cli.show(
        off,
        options,
        () => `${off.number} (${id}) is written off: ${off.net} ${off.currency} are not billed.\n`,
      );
    });
}

function withOverrides(command: Command): Command {
  return command
    .option("--reason <text>", "kept with the documents, and with overrides that name none of their own")
    .option(
      "--override <finding[=reason]>",
      "in spite of a finding; may be repeated",
      (text: string, earlier?: string[]) => [...(earlier ?? []), text],
    );
}

function overridesOf({ override, reason = "" }: Options): { finding: string; reason: string }[] | undefined {
  return override?.map((text) => {
    const [finding = "", ...own] = text.split("=");
    const why = own.join("=").trim() || reason;
    if (why === "")
      throw new AppError(
        "invalid-request",
        `override ${text} has no reason; expected ${finding}=<reason>, or --reason`,
        {
          field: "override",
        },
      );
    return { finding: finding.trim(), reason: why };
  });
}

const WAITS = 120;
const WAIT_MS = 500;

/** A run that goes on already (a scheduled one) is waited for, a minute at most. */
async function afterRuns(cli: Cli, path: string, body: object): Promise<unknown> {
  return cli.reach(async ({ client }) => {
    for (let waits = 0; ; waits += 1) {
      try {
        return await post(client, path, body);
      } catch (error) {
        if (!(error instanceof AppError) || error.key !== "run-in-progress" || waits === WAITS) throw error;
        await cli.clock.sleep(WAIT_MS);
      }
    }
  });
}

function post(client: Client, path: string, body: object): Promise<unknown> {
  return client.call({ method: "POST", path, body: JSON.stringify(body) });
}

function renderTold({ period, documents, made, refused }: Told): string {
  const lines = made.map(
    ({ number, payer_account_id, total, currency, id }) =>
      `${number} · ${payer_account_id} · ${total} ${currency} · ${id}`,
  );
  const more = documents > made.length ? [`and ${documents - made.length} more`] : [];
  const drafts = refused.flatMap(({ payer_account_id, findings }) => [
    `${payer_account_id} · ${period} · stays a draft:`,
    ...findings.map(({ check, count, detail, overridable }) => {
      const how = overridable ? ` (--override ${check}=<reason>)` : "";
      return `  ${check} (${count}): ${detail}${how}`;
    }),
  ]);
  const all = [...lines, ...more, ...drafts];
  return all.length === 0 ? `Nothing of ${period} is left to make final.\n` : `${all.join("\n")}\n`;
}
