// Several processes with one Redis: what one has counted or begun the others know. Two applications, each with a connection of its own.
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { buildApp } from "../../../api/app.ts";
import { connectRedis } from "../../../core/redis.ts";
import { silentLog } from "../../../core/log.ts";
import { startRedis, type TestRedis, withoutRedis } from "../../services/redis.ts";
import { openTestApi, type TestApi } from "../test-api.ts";

const note = withoutRedis ? " (not run: apt-get install redis-server)" : "";
const PATIENCE = { timeout: 20_000, interval: 100 };

describe.skipIf(withoutRedis)(`two processes on one Redis${note}`, () => {
  let api: TestApi;
  let redis: TestRedis;
  let [one, other]: FastifyInstance[] = [];
  const endings: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    [api, redis] = await Promise.all([openTestApi(), startRedis()]);
    for (let n = 0; n < 2; n += 1) {
      const connection = connectRedis(redis.url, { log: silentLog });
      const app = await buildApp({ ...api.system, redis: connection }, { log: silentLog });
      endings.push(
        () => app.close(),
        () => connection.disconnect(),
      );
      [one, other] = [other, app];
    }
  });
  afterAll(async () => {
    for (const end of endings) await end();
    await redis.close();
    await api.close();
  });

  const authorization = () => `Bearer ${api.admin}`;
  const post = (app: FastifyInstance | undefined, key: string, body: object): Promise<LightMyRequestResponse> =>
    (app as FastifyInstance).inject({
      method: "POST",
      url: "/v1/keys",
      headers: { authorization: authorization(), "idempotency-key": key },
      payload: body,
    });
  const get = (app: FastifyInstance | undefined, token = api.admin): Promise<LightMyRequestResponse> =>
    (app as FastifyInstance).inject({ url: "/v1/settings", headers: { authorization: `Bearer ${token}` } });
  const made = async (name: string): Promise<number> =>
    (await api.call("GET", "/v1/keys")).json<{ data: { name: string }[] }>().data.filter((key) => key.name === name)
      .length;

  test("what one has answered the other answers again, and does not do again", async () => {
    const body = { name: "of one", role: "auditor" };
    const first = await post(one, "k-1", body);
    const again = await post(other, "k-1", body);
    expect([first.statusCode, again.statusCode, again.headers["idempotency-replayed"]]).toEqual([201, 201, "true"]);
    expect(again.json()).toEqual(first.json());
    const reused = await post(other, "k-1", { ...body, name: "another" });
    expect([reused.statusCode, reused.json<{ type: string }>().type]).toEqual([
      422,
      "/problems/idempotency-key-reused",
    ]);
    expect([await made("of one"), await made("another")]).toEqual([1, 0]);
  });

  test("of two at once one is done, and the other process says to come again", async () => {
    const body = { name: "at once", role: "auditor" };
    const answers = await Promise.all([one, other, one, other, one, other].map((app) => post(app, "k-2", body)));
    const done = answers.filter(({ statusCode }) => statusCode === 201);
    expect(done.filter(({ headers }) => headers["idempotency-replayed"] === undefined)).toHaveLength(1);
    for (const answer of answers.filter(({ statusCode }) => statusCode !== 201)) {
      expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([409, "1"]);
      expect(answer.json()).toMatchObject({ type: "/problems/idempotency-key-in-use" });
    }
    expect(await made("at once")).toBe(1);
  });

  test("a limit is one limit for both, each caller's own", async () => {
    await api.system.settings.set("api.requests.caller", "20", "test");
    const [apart, token] = [await api.tokenOf("admin"), await api.tokenOf("auditor")];
    // What was set is known after five seconds by the clock of the system.
    api.clock.advance(6_000);
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) for (const app of [one, other]) statuses.push((await get(app, token)).statusCode);
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(statuses.slice(20)).toEqual([429, 429]);
    const refused = await get(other, token);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await get(one, apart)).headers["ratelimit-remaining"]).toBe("19");
  });

  // Last: it ends Redis.
  test("without Redis nobody is held up, a key is refused with nothing done, and is good again once Redis is back", async () => {
    const body = { name: "away", role: "auditor" };
    await redis.stop();
    const refused = await post(one, "k-5", body);
    expect([refused.statusCode, refused.json<{ type: string }>().type]).toEqual([503, "/problems/control-unavailable"]);
    expect((await get(one)).statusCode).toBe(200);
    expect(await made("away")).toBe(0);
    await redis.start();
    await vi.waitFor(async () => expect((await post(one, "k-5", body)).statusCode).toBe(201), PATIENCE);
    await vi.waitFor(
      async () => expect((await post(other, "k-5", body)).headers["idempotency-replayed"]).toBe("true"),
      PATIENCE,
    );
    expect(await made("away")).toBe(1);
  });
});
