import { createReadStream, existsSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { type Command, InvalidArgumentError } from "commander";
import { AppError } from "../../core/errors.ts";
import { createLog } from "../../core/log.ts";
import { parseTopicPosition, readArchiveFile, readTopic, type TopicPosition } from "../../ingest/index.ts";
import { type CheckOutcome, createEventChecker, renderCheck } from "./check-events.ts";
import { type Cli, resultCommand } from "./cli.ts";
import { tellProgress } from "./ingest.ts";
import { withEngine } from "./replay.ts";
import type { Target } from "./target.ts";

interface Options {
  readonly file?: string;
  readonly topicFrom?: TopicPosition;
  readonly archive?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `tally backfill`: events that were missed, from where they are kept, through the same way in as any others. */
export function backfillCommand(cli: Cli): Command {
  return resultCommand("backfill", "put in events that were missed; those that are there already change nothing")
    .option("--file <file>", "an NDJSON file, or - for standard input")
    .option("--topic-from <place>", "a Kafka topic: events, or from offsets on: events/0:1200,1:0", readPlace)
    .option("--archive <file>", "a Parquet file that tally archive wrote")
    .option("--dry-run", "only tell what would become of them, and what they would change")
    .action(async (options: Options, command: Command) => {
      const named = [options.file, options.topicFrom, options.archive].filter((one) => one !== undefined);
      if (named.length !== 1)
        return command.error("error: name one of --file, --topic-from and --archive", { exitCode: 2 });
      const { dryRun: dry_run = false } = options;
      const told = await cli.reach(async (target) => {
        const tell = tellProgress(cli);
        const on_progress = (sums: CheckOutcome): void => tell({ accepted: sums.new, rejected: sums.rejected });
        const checker = createEventChecker(target.client, { dry_run, on_progress });
        await pour(cli, target, options, checker.add);
        return checker.end();
      });
      cli.show(told, options, (outcome) => renderCheck({ dry_run }, outcome));
    });
}

/** Hands over the events of the one source that is named, one line each. */
async function pour(
  cli: Cli,
  { system }: Target,
  { file, topicFrom, archive }: Options,
  add: (line: string) => Promise<void>,
): Promise<void> {
  if (topicFrom !== undefined) {
    const { kafka_brokers: brokers, log_level } = cli.config();
    if (brokers.length === 0)
      throw new AppError("bad-configuration", "TALLY_KAFKA_BROKERS is not set: where is the topic");
    const log = createLog(log_level === "info" ? "error" : log_level);
    await readTopic({ brokers, log }, topicFrom, async (values) => {
      for (const value of values) await add(onOneLine(value));
    });
  } else if (archive !== undefined) {
    const path = existing(archive);
    await withEngine(system, async (engine) => {
      for await (const event of readArchiveFile(engine, path)) await add(JSON.stringify(event));
    });
  } else if (file !== undefined) {
    const input = file === "-" ? process.stdin : createReadStream(existing(file));
    for await (const line of createInterface({ input, crlfDelay: Infinity })) await add(line);
  }
}

/** A message may be JSON over several lines; what is none stays as it is, and is refused. */
function onOneLine(value: string): string {
  if (!/[\r\n]/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value));
  } catch {
    return value.replaceAll(/[\r\n]+/g, " ");
  }
}

function existing(file: string): string {
  const path = resolve(file);
  if (!existsSync(path)) throw new AppError("not-found", `there is no file ${path}`);
  return path;
}

/** An option's value as a place in a topic. @throws InvalidArgumentError */
function readPlace(text: string): TopicPosition {
  const place = parseTopicPosition(text);
  if (place === null) throw new InvalidArgumentError("Expected a topic such as events, or events/0:1200,1:0.");
  return place;
}
