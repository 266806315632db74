import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { buildApp } from "../../api/app.ts";
import { openSystem } from "../../api/open-system.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { type Figure, profileStatements, timed } from "./report.ts";

const batchRows = 1_000;
const batches = 200;

/** Rows of one insert of the floor: about what one round of the group commit gathers. */
const portionRows = 10_000;

/** One event of about 500 bytes; `number` makes it its own. */
export function eventOf(number: number): string {
  const id = String(number).padStart(12, "0");
  const details = '"details":{"cpuNumber":"2","memory":"2048"},"tags":{"cost-center":"42"}';
  return `{"specversion":"1.0","id":"bench-${id}","source":"cloudstack/zone-1","type":"VM.START","time":"2026-10-${String((number % 28) + 1).padStart(2, "0")}T10:12:00.250Z","subject":"vm/6f1c0b1a-0000-4000-8000-${id}","data":{"account_id":"9b2e0000-0000-4000-8000-00000000${String(number % 1_000).padStart(4, "0")}","account":"acme-${number % 1_000}","domain":"ROOT/acme","zone":"z1","resource":"6f1c0b1a-0000-4000-8000-${id}","name":"web-${number}","offering":"small","template":"debian-12","resource_type":"KVM",${details}}}`;
}

/** The sender, in a thread of its own on the same two cores: posts ready-made bodies over `connections`, gives the time of each. */
const sender = `
const http = require("node:http");
const { parentPort, workerData } = require("node:worker_threads");
const { port, token, bodies, connections, every_ms } = workerData;
const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
const post = (body) => new Promise((resolve, reject) => {
  const start = performance.now();
  const headers = { authorization: "Bearer " + token, "content-type": "application/x-ndjson", "content-length": Buffer.byteLength(body) };
  const request = http.request({ port, host: "127.0.0.1", method: "POST", path: "/v1/events", agent, headers }, (response) => {
    response.resume();
    response.on("end", () => (response.statusCode === 202 ? resolve(performance.now() - start) : reject(new Error("status " + response.statusCode))));
  });
  request.on("error", reject);
  request.end(body);
});
(async () => {
  const times = [];
  const start = performance.now();
  if (every_ms > 0) {
    const pending = [];
    for (let index = 0; index < bodies.length; index += 1) {
      const due = start + index * every_ms;
      while (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, 1));
      pending.push(post(bodies[index]).then((ms) => times.push(ms)));
    }
    await Promise.all(pending);
  } else {
    let next = 0;
    await Promise.all(Array.from({ length: connections }, async () => {
      while (next < bodies.length) times.push(await post(bodies[next++]));
    }));
  }
  parentPort.postMessage({ took_ms: performance.now() - start, times });
})().catch((error) => { throw error; });
`;

async function send(
  port: number,
  token: string,
  bodies: readonly string[],
  pace: { connections: number; every_ms: number },
): Promise<{ took_ms: number; times: number[] }> {
  const worker = new Worker(sender, { eval: true, workerData: { port, token, bodies, ...pace } });
  const [result] = (await once(worker, "message")) as [{ took_ms: number; times: number[] }];
  await worker.terminate();
  return result;
}

/** Ingest over real HTTP, acknowledged after durability; the floor is the engine inserting the same rows as text with the same fsync. */
export async function benchIngest(): Promise<Figure[]> {
  const data_dir = mkdtempSync(join(tmpdir(), "tally-bench-"));
  const system = await openSystem({ url: null, data_dir }, { clock: systemClock, log: silentLog });
  const { token } = await system.keys.create({ name: "bench", role: "admin" }, { by: "bench" });
  const app = await buildApp(system, { log: silentLog });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  const runs_ms: number[] = [];
  const floor_ms: number[] = [];
  let number = 0;
  profileStatements(system.store.write);
  const makeBatches = (count: number, rows: number): string[] =>
    Array.from({ length: count }, () => Array.from({ length: rows }, () => eventOf(number++)).join("\n"));
  await send(port, token, makeBatches(20, batchRows), { connections: 32, every_ms: 0 });
  await system.store.run.command({ query: "CREATE TABLE copy AS event" });
  for (let round = 0; round < 5; round += 1) {
    const before = number;
    const { took_ms } = await send(port, token, makeBatches(batches, batchRows), { connections: 32, every_ms: 0 });
    runs_ms.push(took_ms);
    const path = join(data_dir, `floor-${round}.tsv`);
    const portion = `file('${path}', 'TSVWithNamesAndTypes')`;
    await system.store.run.command({
      query: `INSERT INTO FUNCTION ${portion} SELECT * FROM event WHERE log_offset >= ${before} LIMIT ${portionRows}`,
    });
    floor_ms.push(
      await timed(async () => {
        for (let rows = 0; rows < batches * batchRows; rows += portionRows) {
          await system.store.run.command({ query: `INSERT INTO copy SELECT * FROM ${portion}` });
        }
      }),
    );
  }
  const rate = (ms: number): string => `${Math.round((batches * batchRows) / ms)} k events/s`;
  const best = Math.min(...runs_ms);
  const single = await send(port, token, makeBatches(5_000, 1), { connections: 64, every_ms: 1 });
  const sorted = single.times.toSorted((a, b) => a - b);
  await app.close();
  await system.close();
  rmSync(data_dir, { recursive: true, force: true });
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  return [
    {
      name: `ingest over HTTP, ${batches} batches of 1,000, durable`,
      runs_ms,
      floor_ms,
      target: "≥ 100 k events/s, ≥ 0.5 × the floor's speed",
      note: `best ${rate(best)}; sender on the same two cores`,
    },
    {
      name: "single events at 1 k/s, p99",
      runs_ms: [p99],
      target: "< 50 ms",
      note: `median ${(sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(1)} ms`,
    },
  ];
}
