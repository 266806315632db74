import type { IngestOutcome } from "../routes/events.ts";
import type { Client } from "./client.ts";

/** One refused event, by the line it stood on (from 1). */
type RejectedLine = { readonly line: number } & Omit<IngestOutcome["rejected"][number], "index">;

/** What became of everything sent; `rejected` counts all, `first_rejected` names the first ten. */
interface SendOutcome {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly first_rejected: readonly RejectedLine[];
}

const BATCH_LINES = 1_000;
/** Well below what the API takes at once. */
const BATCH_CHARACTERS = 4_000_000;
const NAMED_MAX = 10;

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
  let batch: { text: string; line: number }[] = [];
  let characters = 0;

  async function flush(): Promise<void> {
    if (batch.length === 0) return;
    const sent = batch;
    batch = [];
    characters = 0;
    const body = sent.map(({ text }) => text).join("\n");
    const answer = (await client.call({
      method: "POST",
      path: "/v1/events",
      content_type: "application/x-ndjson",
      body,
    })) as IngestOutcome;
    const named = answer.rejected
      .slice(0, NAMED_MAX - outcome.first_rejected.length)
      .map(({ index, ...why }) => ({ line: sent[index]?.line ?? 0, ...why }));
    outcome = {
      accepted: outcome.accepted + answer.accepted,
      duplicates: outcome.duplicates + answer.duplicates,
      rejected: outcome.rejected + answer.rejected.length,
      first_rejected: [...outcome.first_rejected, ...named],
    };
    on_progress(outcome);
  }

  let line = 0;
  for await (const text of lines) {
    line += 1;
    // The API skips blank lines, and its indexes do not count them.
    if (text.trim() === "") continue;
    batch.push({ text, line });
    characters += text.length;
    if (batch.length >= BATCH_LINES || characters >= BATCH_CHARACTERS) await flush();
  }
  await flush();
  return outcome;
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
