// Processes that share Redis count wrong passwords together; without its answer each goes by its own.
import { describe, expect, test } from "vitest";
import { createPasswordTries } from "../../../api/access/password-tries.ts";
import { connectRedis } from "../../../core/redis.ts";
import { silentLog } from "../../../core/log.ts";
import { at } from "../../at.ts";
import { startRedis, withoutRedis } from "../../services/redis.ts";
import { openTestSystem } from "../../test-system.ts";

describe.skipIf(withoutRedis)("with Redis", () => {
  test("ten wrong passwords are ten at all processes together, for a quarter of an hour, and Redis keeps none for good", async () => {
    const [redis, { system, clock, close }] = [await startRedis(), await openTestSystem(at("2026-10-02T12:00:00Z"))];
    const connections = [1, 2].map(() => connectRedis(redis.url, { log: silentLog }));
    const [here, there] = connections.map((one) => createPasswordTries({ ...system, redis: one, secret: null }));
    const from = { address: "192.0.2.7", known: "" };
    const tried = { domain: "", username: "jan", password: "wrong horse battery" };
    try {
      for (let one = 0; one < 5; one += 1) {
        expect(await here!.signIn(tried, from)).toBeNull();
        expect(await there!.signIn(tried, from)).toBeNull();
      }
      await expect(here!.signIn(tried, from)).rejects.toMatchObject({ key: "too-many-requests" });
      await expect(there!.signIn(tried, from)).rejects.toMatchObject({ key: "too-many-requests" });
      const ends = await redis.ask(async (asked) =>
        Promise.all((await asked.keys("tally:password-tries:*")).map((key) => asked.pttl(key))),
      );
      expect(ends).toHaveLength(2);
      for (const ms of ends) expect(ms > 0 && ms <= 30 * 60_000, `${ms}`).toBe(true);
      await redis.stop();
      await expect(here!.signIn({ ...tried, username: "piet" }, from), "Redis is away").resolves.toBeNull();
      clock.advance(15 * 60_000);
      expect(await here!.signIn(tried, from)).toBeNull();
    } finally {
      for (const one of connections) one.disconnect();
      await close();
      await redis.close();
    }
  });
});
