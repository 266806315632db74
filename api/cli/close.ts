import type { Command } from "commander";
import type { CloseOutcome, Finding } from "../../aggregate/index.ts";
import { AppError } from "../../core/errors.ts";
import { type Cli, readPeriod, resultCommand } from "./cli.ts";
import { type Client, queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";

interface CloseOptions {
  readonly period: string;
  readonly account?: string;
  readonly reason?: string;
  readonly override?: readonly { finding: string; reason: string }[];
  readonly json?: boolean;
}
interface Told extends Omit<CloseOutcome, "run"> {
  readonly period: string;
  readonly run_id: string | null;
}
interface Ready {
  readonly payer_account_id: string;
  readonly state: string;
  readonly findings: readonly Finding[];
}

/** `tally close`: shows what speaks against closing a month, and closes it. */
export function closeCommand(cli: Cli): Command {
  return resultCommand("close", "close a billing month; what arrives later is an adjustment in the next one")
    .requiredOption("--period <month>", "such as 2026-10", readPeriod)
    .option("--account <id>", "of this payer only (default: of all whose period is due)")
    .option("--reason <text>", "noted with it")
    .option("--override <finding=reason>", "close in spite of a finding; may be repeated", readOverride)
    .action(async (options: CloseOptions) => {
      const { period, account, reason, override } = options;
      const body = JSON.stringify({ account_id: account, reason, overrides: override });
      const { readiness, told } = await cli.reach(async ({ client }) => {
        const found = await readReadiness(client, options);
        // What a person must know before it is refused, too.
        if (options.json !== true) cli.output.out(renderReadiness(period, found));
        return { readiness: found, told: await closeAfterRuns(cli, client, { period, body }) };
      });
      cli.show({ ...told, readiness }, options, renderClosed);
      if (told.refused.length > 0) cli.fail();
    });
}

const WAITS = 120;
const WAIT_MS = 500;

/** A run that goes on already (a scheduled one) is waited for, a minute at most. */
async function closeAfterRuns(
  cli: Cli,
  client: Client,
  { period, body }: { period: string; body: string },
): Promise<Told> {
  for (let waits = 0; ; waits += 1) {
    try {
      return (await client.call({ method: "POST", path: `/v1/periods/${period}/close`, body })) as Told;
    } catch (error) {
      if (!(error instanceof AppError) || error.key !== "run-in-progress" || waits === WAITS) throw error;
      await cli.clock.sleep(WAIT_MS);
    }
  }
}

async function readReadiness(client: Client, { period, account }: CloseOptions): Promise<Ready[]> {
  const found: Ready[] = [];
  for (let cursor: string | undefined; ;) {
    const path = `/v1/periods/${period}/readiness${queryOf({ account_id: account, cursor })}`;
    const page = (await client.call({ method: "GET", path })) as { data: Ready[]; next_cursor: string | null };
    found.push(...page.data);
    if (page.next_cursor === null) return found;
    cursor = page.next_cursor;
  }
}

function readOverride(
  text: string,
  earlier: readonly { finding: string; reason: string }[] | undefined,
): { finding: string; reason: string }[] {
  const [finding = "", ...reason] = text.split("=");
  return [...(earlier ?? []), { finding: finding.trim(), reason: reason.join("=").trim() }];
}

function renderReadiness(period: string, payers: readonly Ready[]): string {
  if (payers.length === 0) return `Nothing is booked in ${period}.\n`;
  const rows = payers.flatMap(({ payer_account_id, state, findings }) =>
    findings.length === 0
      ? [[payer_account_id, state, state === "closed" ? "" : "ready", "", ""]]
      : findings.map(({ check, count, detail, overridable }) => [
          payer_account_id,
          state,
          check,
          String(count),
          overridable ? detail : `${detail} (cannot be overridden)`,
        ]),
  );
  return renderTable(rows, { head: ["payer", "state", "finding", "count", "detail"], right: ["count"] });
}

function renderClosed({ period, closed, refused }: Told): string {
  const lines = closed.map(
    ({ payer_account_id, period: month, records, adjustments, closed_at, closed_by }) =>
      `${payer_account_id} · ${month} · closed ${closed_at ?? ""} by ${closed_by ?? ""} · ${records} records, ${adjustments} adjustments`,
  );
  const open = refused.map(
    ({ payer_account_id, findings }) =>
      `${payer_account_id} · ${period} · stays open: ${findings.map(({ check }) => check).join(", ")}`,
  );
  return lines.length + open.length === 0 ? `Nothing is due in ${period}.\n` : `${[...lines, ...open].join("\n")}\n`;
}
