import { Command } from "commander";
import type { SanityFinding } from "../../aggregate/index.ts";
import { type Cli, resultCommand } from "./cli.ts";
import { queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";

interface FindingPage {
  readonly data: readonly SanityFinding[];
  readonly next_cursor: string | null;
}

interface SanityResult {
  readonly found: Readonly<Record<string, number>>;
  readonly failed: readonly string[];
}

type Asked = Readonly<Record<"check" | "state" | "severity" | "account" | "resource" | "cursor", string | undefined>>;

/** `tally findings`: what the sanity checks found. */
export function findingsCommand(cli: Cli): Command {
  return new Command("findings")
    .description("look at what the sanity checks found, and decide")
    .addCommand(
      resultCommand("list", "findings, errors first")
        .option("--check <name>", "of one check")
        .option("--state <state>", "open, resolved or accepted", "open")
        .option("--severity <severity>", "error, warning or info")
        .option("--account <id>", "of one account")
        .option("--resource <id>", "of one resource")
        .option("--cursor <text>", "go on where a former list ended")
        .action(async ({ json = false, account, ...asked }: Asked & { json?: boolean }) => {
          const path = `/v1/findings${queryOf({ ...asked, account_id: account })}`;
          cli.show(await cli.call<FindingPage>({ method: "GET", path }), { json }, renderFindings);
        }),
    )
    .addCommand(
      resultCommand("accept", "let one be")
        .argument("<id>")
        .requiredOption("--reason <text>", "why it may stay as it is")
        .action(async (id: string, { json = false, reason }: { json?: boolean; reason: string }) => {
          const path = `/v1/findings/${encodeURIComponent(id)}/accept`;
          const body = JSON.stringify({ reason });
          const finding = await cli.call<SanityFinding>({ method: "POST", path, body });
          cli.show(finding, { json }, () => "accepted\n");
        }),
    )
    .addCommand(
      resultCommand("check", "do the sanity checks now").action(async (options: { json?: boolean }) => {
        const result = await cli.call<SanityResult>({ method: "POST", path: "/v1/findings/check" });
        if (result.failed.length > 0) cli.fail();
        cli.show(result, options, renderResult);
      }),
    );
}

function renderFindings({ data, next_cursor }: FindingPage): string {
  if (data.length === 0) return "No findings.\n";
  const rows = data.map(({ id, severity, check, account_id, resource, at, detail }) => [
    id,
    severity,
    check,
    account_id,
    resource,
    at,
    JSON.stringify(detail).slice(0, 100),
  ]);
  const more = next_cursor === null ? "" : `There are more: --cursor ${next_cursor}\n`;
  return renderTable(rows, { head: ["id", "severity", "check", "account", "resource", "at", "detail"] }) + more;
}

function renderResult({ found, failed }: SanityResult): string {
  const lines = Object.entries(found).map(([check, count]) => `${check}: ${count}\n`);
  const lacking = failed.length === 0 ? "" : `could not be done: ${failed.join(", ")}\n`;
  return `${lines.length === 0 ? "nothing found\n" : lines.join("")}${lacking}`;
}
