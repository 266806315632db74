// The way to a server: what it says when nobody is there, and how statements go to a cluster.
import { createServer, connect, type Server } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AppError } from "../../core/errors.ts";
import { readServerUrl } from "../../core/server-lane.ts";
import { openStore } from "../../core/store.ts";
import { openServedStore, type ServedStore } from "../clickhouse-server/open.ts";

let served: ServedStore;
beforeAll(async () => {
  served = await openServedStore();
}, 60_000);
afterAll(() => served.close());

async function faultOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => "none",
    (error: unknown) => (error instanceof AppError ? error.key : error),
  );
}

/** A way to the server that breaks the first `broken` connections. */
async function openBrokenWay(broken: number): Promise<{ url: string; tries: () => number; close(): void }> {
  const target = new URL(served.server.url);
  let tries = 0;
  const way: Server = createServer((socket) => {
    tries += 1;
    if (tries <= broken) return void socket.destroy();
    const on = connect(Number(target.port), target.hostname);
    socket.pipe(on).pipe(socket);
    for (const end of [socket, on]) end.on("error", () => end.destroy());
  });
  way.listen(0, "127.0.0.1");
  await once(way, "listening");
  const { port } = way.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, tries: () => tries, close: () => way.close() };
}

test.each([
  ["http://ch:8123/?cluster=eu", { url: "http://ch:8123/", cluster: "eu" }],
  [
    "https://u:p@ch:8443/base?cluster=eu&database=tally",
    { url: "https://u:p@ch:8443/base?database=tally", cluster: "eu" },
  ],
  ["http://ch:8123", { url: "http://ch:8123/", cluster: null }],
])("%s is an address and a cluster", (address, read) => expect(readServerUrl(address)).toEqual(read));

test("a read is tried again where a connection breaks; a write and the read of a run are not: they fail by name", async () => {
  for (const [broken, fault] of [
    [2, "none"],
    [3, "store-unavailable"],
  ] as const) {
    const way = await openBrokenWay(broken);
    const store = openStore({ url: way.url, data_dir: served.data_dir });
    expect(await faultOf(store.read.query({ query: "SELECT 1" }))).toBe(fault);
    expect(way.tries()).toBe(3);
    await store.close();
    way.close();
  }
  for (const ask of ["query", "command"] as const) {
    const way = await openBrokenWay(1);
    const store = openStore({ url: way.url, data_dir: served.data_dir });
    expect(await faultOf(store.run[ask]({ query: "SELECT 1" }))).toBe("store-unavailable");
    expect(way.tries()).toBe(1);
    await store.close();
    way.close();
  }
});

test("what the server itself refuses keeps its own words", async () => {
  expect(await faultOf(served.store.read.query({ query: "SELECT nonsense" }))).toMatchObject({ code: "47" });
});

test("to a cluster statements go rendered, with its settings", async () => {
  const store = openStore({ url: `${served.server.url}/?cluster=tally`, data_dir: served.data_dir });
  const asked = await store.read.query({
    query:
      "SELECT getSetting('insert_quorum') AS quorum, getSetting('select_sequential_consistency') AS in_sequence, 1 IN (SELECT 1) AS there",
    format: "JSONEachRow",
  });
  expect(await asked.json()).toEqual([{ quorum: "auto", in_sequence: 1, there: 1 }]);
  // The server knows no such cluster; without a keeper it would go no further anyway.
  const fault = await faultOf(
    store.run.command({ query: "CREATE TABLE IF NOT EXISTS t (a Int8) ENGINE = MergeTree ORDER BY a" }),
  );
  expect((fault as Error).message).toMatch(/cluster|ZooKeeper|Keeper|DDL/i);
  const there = await served.store.read.query({ query: "EXISTS TABLE t", format: "JSONEachRow" });
  expect(await there.json()).toEqual([{ result: 0 }]);
  await store.close();
});
