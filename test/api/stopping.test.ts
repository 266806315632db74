import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { expect, test } from "vitest";
import { buildApp } from "../../api/app.ts";
import { ensureAdminToken } from "../../api/access/keys.ts";
import { newStanding } from "../../api/standing.ts";
import { silentLog } from "../../core/log.ts";
import { at } from "../at.ts";
import { openTestSystem } from "../test-system.ts";

test("a request in flight when the process comes to its end is answered, and its kept-alive connection holds nothing up", async () => {
  const { system, close } = await openTestSystem(at("2026-10-02T12:00:00Z"));
  const standing = newStanding(["api"]);
  const app = await buildApp(system, { log: silentLog, standing });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const agent = new Agent({ keepAlive: true });
  const token = "the-admin-of-this-test";
  await ensureAdminToken(system.keys, token);
  // It is answered once its body is there, and that comes late.
  const about = { "content-type": "application/cloudevents-batch+json", "content-length": "2" };
  const headers = { ...about, authorization: `Bearer ${token}` };
  const sent = request(`${url}/v1/events`, { method: "POST", agent, headers });
  sent.flushHeaders();
  await once(app.server, "request");
  standing.stopping = true;
  const closed = app.close();
  sent.end("[]");
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBeLessThan(500);
  expect(response.headers.connection).toBe("close");
  // Fastify keeps a connection for 72 seconds.
  await closed;
  agent.destroy();
  await close();
}, 20_000);
