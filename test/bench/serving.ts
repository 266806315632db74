import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BEGIN_MS, DAYS, type Filled, LAST_MS, PERIOD, seriesSql, sizeOf } from "./serving-fill.ts";
import type { EngineAsked } from "./serving-host.ts";
import { exportWhileAsked } from "./serving-exports.ts";
import { type Figure, quantile, timed } from "./report.ts";

const DAY_MS = 86_400_000;
const ROUNDS = 50;
const at = (ms: number): string => new Date(ms).toISOString();
/** The account with a seventh of all there is, and one as most are. */
const LARGEST = "account-00000";
const MIDDLE = "account-01500";

/** A process that serves a filled store, and says what the engine takes by itself. */
export interface Served {
  readonly pid: number;
  /** The answer's body, of a GET unless there is one to send. @throws where it is an error */
  ask(path: string, options?: { accept?: string; body?: object }): Promise<Response>;
  /** Rows of a statement, by the engine alone. */
  rows<T>(text: string): Promise<T[]>;
  /** How long the engine takes for a statement, each time. */
  engine(asked: Omit<EngineAsked, "times">): Promise<number[]>;
  /** Memory that is its own now, in MB. */
  memory(): number;
}

/** One question, as the API takes it and as somebody who knows the tables would ask the engine. */
interface Question {
  readonly name: string;
  readonly path: string;
  readonly floor: string;
}

/**
 * Reading a store of so many usage records over HTTP, against the engine's own time for a plain statement of the same rows; then exports of
 * a month while somebody else asks for pages. `folder`: where it is filled, once; it stays there.
 */
export async function benchServing(records: number, folder: string): Promise<Figure[]> {
  const { served, close } = await serve(folder, records);
  try {
    await requireTruth(served, sizeOf(Number(readFileSync(join(folder, "filled"), "utf8"))));
    const figures: Figure[] = [];
    const asked = process.argv.includes("--exports-only") ? [] : [...questions, ...(await laterPages(served))];
    for (const question of asked) figures.push(await measure(served, question));
    return process.argv.includes("--no-exports") ? figures : [...figures, ...(await exportWhileAsked(served))];
  } finally {
    close();
  }
}

const month = `from=${PERIOD}-01T00:00:00Z&to=2026-11-01T00:00:00Z`;
const year = `from=${at(BEGIN_MS)}&to=${at(LAST_MS + DAY_MS)}`;
const inMonth = `window_start >= toDateTime64('${PERIOD}-01 00:00:00', 3, 'UTC') AND window_start < toDateTime64('2026-11-01 00:00:00', 3, 'UTC')`;
const page = (where: string): string =>
  `SELECT * FROM usage_record WHERE ${where} ORDER BY account_id, window_start LIMIT 500`;
const sums = (by: string, where: string): string =>
  `SELECT usage_type, ${by} AS key, sum(quantity), sum(duration_ms), sum(sign) FROM usage_record WHERE run_seq != 99999 AND ${where} GROUP BY usage_type, key ORDER BY usage_type, key LIMIT 10000`;
const ofAccount = (account: string): string => `account_id = '${account}'`;

const questions: readonly Question[] = [
  {
    name: "first page of a month, whole cloud",
    path: `/v1/usage-records?${month}`,
    floor: page(inMonth),
  },
  {
    name: "the same at the time of use",
    path: `/v1/usage-records?${month}&basis=usage`,
    floor: page(inMonth),
  },
  {
    name: "first page of a month, the largest account",
    path: `/v1/usage-records?${month}&account_id=${LARGEST}`,
    floor: page(`${ofAccount(LARGEST)} AND ${inMonth}`),
  },
  {
    name: "first page of a month, a middling account",
    path: `/v1/usage-records?${month}&account_id=${MIDDLE}`,
    floor: page(`${ofAccount(MIDDLE)} AND ${inMonth}`),
  },
  {
    name: "a month by day and type, the largest account",
    path: `/v1/usage-summary?${month}&group_by=day,usage_type&account_id=${LARGEST}`,
    floor: sums("toDate(window_start)", `${ofAccount(LARGEST)} AND ${inMonth}`),
  },
  {
    name: "a month by day and type, a middling account",
    path: `/v1/usage-summary?${month}&group_by=day,usage_type&account_id=${MIDDLE}`,
    floor: sums("toDate(window_start)", `${ofAccount(MIDDLE)} AND ${inMonth}`),
  },
  {
    name: "a year by day and type, a middling account",
    path: `/v1/usage-summary?${year}&group_by=day,usage_type&account_id=${MIDDLE}&limit=10000`,
    floor: sums("toDate(window_start)", ofAccount(MIDDLE)),
  },
  {
    name: "top accounts of a month by use, at the time of use",
    path: `/v1/usage-summary?${month}&group_by=account&limit=10000&basis=usage`,
    floor: sums("account_id", inMonth),
  },
  {
    name: "top accounts of a month by use",
    path: `/v1/usage-summary?${month}&group_by=account&limit=10000`,
    floor: sums("account_id", inMonth),
  },
  {
    name: "top accounts of a month by money",
    path: `/v1/billing-summary?to_period=${PERIOD}&group_by=account_id&limit=100`,
    floor: `SELECT account_id, sum(amount) AS amount, count() FROM statement_line WHERE period = '${PERIOD}' GROUP BY account_id ORDER BY amount DESC LIMIT 100`,
  },
];

/** A page from the middle and the last one, found by following cursors of an account's month. */
async function laterPages(served: Served): Promise<Question[]> {
  const path = `/v1/usage-records?${month}&account_id=${MIDDLE}`;
  const cursors: string[] = [];
  for (let cursor: string | null = null; ;) {
    const found = (await (await served.ask(cursor === null ? path : `${path}&cursor=${cursor}`)).json()) as {
      next_cursor: string | null;
    };
    if (found.next_cursor === null) break;
    cursor = encodeURIComponent(found.next_cursor);
    cursors.push(cursor);
  }
  const of = (name: string, cursor: string | undefined): Question[] =>
    cursor === undefined
      ? []
      : [{ name, path: `${path}&cursor=${cursor}`, floor: page(`${ofAccount(MIDDLE)} AND ${inMonth}`) }];
  return [
    ...of("a page from the middle, a middling account", cursors[Math.floor(cursors.length / 2)]),
    ...of("the last page, a middling account", cursors.at(-1)),
  ];
}

async function measure(served: Served, { name, path, floor }: Question): Promise<Figure> {
  const ask = (): Promise<number> => timed(async () => (await served.ask(path)).arrayBuffer());
  const cold = await ask();
  for (let round = 0; round < 3; round += 1) await ask();
  const runs_ms: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) runs_ms.push(await ask());
  const floor_ms = await served.engine({ text: floor, params: {} });
  const note = `p50 ${quantile(runs_ms, 0.5).toFixed(0)}, p99 ${quantile(runs_ms, 0.99).toFixed(0)} ms, the first time ${cold.toFixed(0)}`;
  const figure = {
    name,
    runs_ms,
    floor_ms,
    target: "≤ 3 ×; a page, and the sums of an account's month, p99 < 50 ms",
    note,
  };
  process.stderr.write(`${name}: ${note}; floor ${quantile(floor_ms, 0.5).toFixed(0)}\n`);
  return figure;
}

/**
 * Holds a month of an account to what was filled in, worked out from the numbers it was made of; and a year of it, as it is billed and as it was
 * used, to each other. @throws where a run that failed is seen, a correction is not, or one is there twice
 */
async function requireTruth(served: Served, filled: Filled): Promise<void> {
  type Sums = { data: { group: { usage_type: number }; quantity: string; records: number }[] };
  const sumsOf = async (span: string, basis: string): Promise<string> => {
    const path = `/v1/usage-summary?${span}&account_id=${MIDDLE}&basis=${basis}`;
    const { data } = (await (await served.ask(path)).json()) as Sums;
    return data.map(({ group, quantity, records }) => `${group.usage_type}: ${quantity} of ${records}`).join("; ");
  };
  const made = await served.rows<{ told: string }>(
    `SELECT concat(toString(type), ': ', toString(sum(per_ms * if(d < ${DAYS - 1}, true_ms, ms))), ' of ', toString(count())) AS told
     FROM (${seriesSql(filled, { from: DAYS - 31, to: DAYS })}) WHERE account = '${MIDDLE}' GROUP BY type ORDER BY type`,
  );
  const [used, billed, usedInAll] = [
    await sumsOf(month, "usage"),
    await sumsOf(year, "billing"),
    await sumsOf(year, "usage"),
  ];
  const expected = made.map(({ told }) => told).join("; ");
  if (used !== expected) throw new Error(`the month of ${MIDDLE} is ${used}, expected ${expected}`);
  if (billed !== usedInAll) throw new Error(`the year of ${MIDDLE} is billed as ${billed}, and used as ${usedInAll}`);
}

async function serve(folder: string, records: number): Promise<{ served: Served; close: () => void }> {
  const host = fork(fileURLToPath(new URL("./serving-host.ts", import.meta.url)), [folder, String(records)], {
    execArgv: ["--import", "tsx"],
  });
  const waiting = new Map<number, (told: Told) => void>();
  let asked = 0;
  const { port, token } = await new Promise<{ port: number; token: string }>((resolve, reject) => {
    host.on("message", (told: Told & { port: number; token: string }) =>
      told.id === undefined ? resolve(told) : waiting.get(told.id)?.(told),
    );
    host.on("exit", (code) => reject(new Error(`the serving process ended: ${code}`)));
  });
  const tell = async (asking: EngineAsked): Promise<Told> => {
    asked += 1;
    const id = asked;
    const told = await new Promise<Told>((resolve) => {
      waiting.set(id, resolve);
      host.send({ ...asking, id });
    });
    if (told.error !== undefined) throw new Error(told.error);
    return told;
  };
  const served: Served = {
    pid: host.pid ?? 0,
    ask: async (path, { accept, body } = {}) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          authorization: `Bearer ${token}`,
          ...(accept === undefined ? {} : { accept }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer;
    },
    rows: async <T>(text: string) => (await tell({ text, params: {}, times: 0 })).rows as T[],
    engine: async (asking) => (await tell({ ...asking, times: 15 })).ms,
    memory: () => memoryOf(host),
  };
  return { served, close: () => host.disconnect() };
}

interface Told {
  readonly id?: number;
  readonly rows: unknown;
  readonly ms: number[];
  readonly error?: string;
}

function memoryOf({ pid }: ChildProcess): number {
  const [, kilobytes = "0"] = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}
