import type { Command } from "commander";
import type { UsageType } from "../../core/usage-type.ts";
import { AppError } from "../../core/errors.ts";
import type { Explanation } from "../../rating/index.ts";
import { type Cli, resultCommand } from "./cli.ts";
import { queryOf } from "../client/client.ts";
import { renderExplanation } from "./render-explanation.ts";

const LINE = /^(st_\d{6}_[0-9a-f]{32})\/(\d{1,10})$/;

interface Options {
  readonly records?: string;
  readonly slices?: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

/** `tally explain`: why a statement line, or a billing record, is what it is (P11). */
export function explainCommand(cli: Cli): Command {
  return resultCommand("explain", "show what an amount is made of, down to the events")
    .argument("<id>", "a line of a statement, such as st_202610_…/3, or a billing record, br_…")
    .option("--records <number>", "billing records shown of a line, 3 unless said otherwise")
    .option("--slices <number>", "slices shown of each, 4 unless said otherwise")
    .option("--cursor <cursor>", "go on after the records shown before")
    .action(async (id: string, options: Options) => {
      const path = pathOf(id, options);
      const { explanation, types } = await cli.reach(async ({ client }) => ({
        explanation: (await client.call({ method: "GET", path })) as Explanation & { next_cursor: string | null },
        types: ((await client.call({ method: "GET", path: "/v1/usage-types" })) as { data: readonly UsageType[] }).data,
      }));
      cli.show(explanation, options, () => renderExplanation(explanation, types));
    });
}

function pathOf(id: string, { records = "3", slices = "4", cursor }: Options): string {
  if (id.startsWith("br_")) return `/v1/billing-records/${encodeURIComponent(id)}/explain${queryOf({ slices })}`;
  const [, statement, line] = LINE.exec(id) ?? [];
  if (statement !== undefined)
    return `/v1/statements/${statement}/lines/${line}/explain${queryOf({ limit: records, slices, cursor })}`;
  const expected =
    "a line of a statement, such as st_202610_…/3 (tally statement shows both), or a billing record, br_…";
  throw new AppError("invalid-request", `${JSON.stringify(id)} cannot be explained; expected ${expected}`, {
    field: "id",
  });
}
