import type { Figure } from "./report.ts";
import { quantile } from "./report.ts";
import { PERIOD } from "./serving-fill.ts";
import type { Served } from "./serving.ts";

/** Memory that an export may take above what the process had, in MB, however many rows it has. */
const GROWTH_MAX_MB = 500;
const small = `/v1/usage-records?from=${PERIOD}-05T00:00:00Z&to=${PERIOD}-06T00:00:00Z&account_id=account-01500&limit=50`;

/** A month of usage as a file, each way it can be had, while somebody else asks for small pages all the time. @throws where rows are missing or memory grows */
export async function exportWhileAsked(served: Served): Promise<Figure[]> {
  const [counted] = await served.rows<{ records: string }>(
    `SELECT toString(sum(sign)) AS records FROM usage_record WHERE run_seq != 99999
      AND window_start >= toDateTime64('${PERIOD}-01 00:00:00', 3, 'UTC') AND window_start < toDateTime64('2026-11-01 00:00:00', 3, 'UTC')`,
  );
  const expected = counted?.records ?? "";
  const figures: Figure[] = [];
  for (const format of ["csv", "parquet", "ndjson"])
    figures.push(
      await watched(served, { name: `export usage as ${format}`, expected, act: () => exported(served, format) }),
    );
  for (const accept of ["application/x-ndjson", "text/csv"])
    figures.push(
      await watched(served, {
        name: `the list as ${accept}`,
        expected,
        act: async () => {
          const answer = await served.ask(
            `/v1/usage-records?from=${PERIOD}-01T00:00:00Z&to=2026-11-01T00:00:00Z&basis=usage`,
            { accept },
          );
          return String((await lines(answer)) - (accept === "text/csv" ? 1 : 0));
        },
      }),
    );
  return figures;
}

/** Asks for an export, waits for it, and fetches its file. */
async function exported(served: Served, format: string): Promise<string> {
  const begun = await served.ask("/v1/exports", { body: { kind: "usage", period: PERIOD, format } });
  const { id } = (await begun.json()) as { id: string };
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const found = (await (await served.ask(`/v1/exports/${id}`)).json()) as {
      state: string;
      rows: string;
      error: string;
    };
    if (found.state === "running") continue;
    if (found.state !== "complete") throw new Error(found.error);
    await lines(await served.ask(`/v1/exports/${id}/file`));
    return found.rows;
  }
}

/** How many lines an answer has, of which a piece is in memory. */
async function lines(answer: Response): Promise<number> {
  let count = 0;
  for await (const piece of answer.body ?? []) for (const byte of piece as Uint8Array) if (byte === 10) count += 1;
  return count;
}

async function watched(
  served: Served,
  { name, expected, act }: { name: string; expected: string; act: () => Promise<string> },
): Promise<Figure> {
  const before = served.memory();
  let peak = before;
  const done = new AbortController();
  const askings: number[] = [];
  const asking = (async () => {
    while (!done.signal.aborted) {
      const start = performance.now();
      await (await served.ask(small)).arrayBuffer();
      askings.push(performance.now() - start);
    }
  })();
  const looking = setInterval(() => (peak = Math.max(peak, served.memory())), 100);
  const start = performance.now();
  const rows = await act().finally(() => {
    done.abort();
    clearInterval(looking);
  });
  const took = performance.now() - start;
  await asking;
  const note = `${rows} rows; memory ${before} MB before, ${peak} at the peak; ${askings.length} pages beside it, p50 ${quantile(askings, 0.5).toFixed(0)}, p99 ${quantile(askings, 0.99).toFixed(0)} ms, the longest ${Math.max(...askings).toFixed(0)}`;
  process.stderr.write(`${name}: ${took.toFixed(0)} ms, ${note}\n`);
  if (rows !== expected) throw new Error(`${name}: ${rows} rows, expected ${expected}`);
  if (peak - before > GROWTH_MAX_MB)
    throw new Error(`${name}: memory grew by ${peak - before} MB, expected ${GROWTH_MAX_MB} at most`);
  return {
    name: `${name}, 10 M rows while pages are asked for`,
    runs_ms: [took],
    target: `memory grows by ${GROWTH_MAX_MB} MB at most`,
    note,
  };
}
