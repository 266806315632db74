import type { IngestOutcome } from "../routes/events.ts";
import type { Client } from "../client/client.ts";
import { gatherLines, type Line } from "./line-batches.ts";

/** One refused event, by the line it stood on (from 1). */
export type RejectedLine = { readonly line: number } & Omit<IngestOutcome["rejected"][number], "index">;

/** What became of everything sent; `rejected` counts all, `first_rejected` names the first ten. */
interface SendOutcome {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly first_rejected: readonly RejectedLine[];
}

const NAMED_MAX = 10;

/** Where lines of NDJSON go one by one; `end` gives what became of all. */
export interface EventSink<T> {
  add(line: string): Promise<void>;
  end(): Promise<T>;
}

/**
 * Sends lines of NDJSON in batches, one after the other, so that of two events with one id the former counts. Each batch
 * is durable when the next one goes; a stream cut short may be sent again whole.
 */
export async function sendEvents(
  client: Client,
  lines: AsyncIterable<string> | Iterable<string>,
  on_progress: (so_far: SendOutcome) => void,
): Promise<SendOutcome> {
  let outcome: SendOutcome = { accepted: 0, duplicates: 0, rejected: 0, first_rejected: [] };
  const { add, end } = gatherLines(async (sent) => {
    const answer = (await client.call({
      method: "POST",
      path: "/v1/events",
      content_type: "application/x-ndjson",
      body: sent.map(({ text }) => text).join("\n"),
    })) as IngestOutcome;
    outcome = {
      accepted: outcome.accepted + answer.accepted,
      duplicates: outcome.duplicates + answer.duplicates,
      rejected: outcome.rejected + answer.rejected.length,
      first_rejected: [...outcome.first_rejected, ...nameFirst(answer.rejected, sent, outcome.first_rejected.length)],
    };
    on_progress(outcome);
  });
  for await (const text of lines) await add(text);
  await end();
  return outcome;
}

/** The first refusals of a batch with their lines, up to ten with those that are named already. */
export function nameFirst(rejected: IngestOutcome["rejected"], sent: readonly Line[], named: number): RejectedLine[] {
  return rejected.slice(0, NAMED_MAX - named).map(({ index, ...why }) => ({ line: sent[index]?.line ?? 0, ...why }));
}

/** The outcome for a person: counts, then the first refusals with their lines. */
export function renderOutcome({ accepted, duplicates, rejected, first_rejected }: SendOutcome): string {
  const counts = `${accepted} accepted, ${duplicates} duplicates, ${rejected} rejected\n`;
  const named = first_rejected.map(
    ({ line, id, reason }) => `  line ${line}${id === null ? "" : ` (${id})`}: ${reason}\n`,
  );
  const rest = rejected > first_rejected.length ? `  and ${rejected - first_rejected.length} more\n` : "";
  const where = rejected === 0 ? "" : "Rejected events rest in quarantine: tally quarantine list\n";
  return `${counts}${named.join("")}${rest}${where}`;
}
