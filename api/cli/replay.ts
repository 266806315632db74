import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { type Command, Option } from "commander";
import { AppError } from "../../core/errors.ts";
import { readTrace, type TraceProfile, traceProfiles } from "../../core/replay.ts";
import { openStore } from "../../core/store.ts";
import type { System } from "../system.ts";
import { type Cli, resultCommand } from "./cli.ts";
import { tellProgress } from "./ingest.ts";
import { renderOutcome, sendEvents } from "./send-events.ts";

/** `tally replay`: a trace becomes lifecycle events and goes the same way in as any others. */
export function replayCommand(cli: Cli): Command {
  return resultCommand("replay", "turn a trace of machines into events and send them")
    .argument("<file>", "a Parquet file")
    .addOption(
      new Option("--profile <name>", "whose trace it is").choices(Object.keys(traceProfiles)).makeOptionMandatory(),
    )
    .action(async (file: string, options: { profile: string; json?: boolean }) => {
      const profile = traceProfiles[options.profile];
      const path = resolve(file);
      if (profile === undefined || !existsSync(path)) throw new AppError("not-found", `there is no file ${path}`);
      const outcome = await cli.reach(({ client, system }) =>
        withEngine(system, (engine) =>
          sendEvents(client, linesOf(readTrace(engine, path), profile), tellProgress(cli)),
        ),
      );
      cli.show(outcome, options, renderOutcome);
    });
}

async function* linesOf(pages: ReturnType<typeof readTrace>, profile: TraceProfile): AsyncGenerator<string> {
  for await (const rows of pages) {
    for (const event of profile(rows)) yield JSON.stringify(event);
  }
}

/** Something that reads Parquet: the engine that is open, else one of our own on an empty folder. */
export async function withEngine<T>(system: System | null, act: (engine: ClickHouseClient) => Promise<T>): Promise<T> {
  if (system !== null) return act(system.store.files(system.store.read));
  const data_dir = mkdtempSync(join(tmpdir(), "tally-replay-"));
  const store = openStore({ url: null, data_dir });
  try {
    return await act(store.read);
  } finally {
    await store.close();
    rmSync(data_dir, { recursive: true, force: true });
  }
}
