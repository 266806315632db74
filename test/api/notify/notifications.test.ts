// Facts told over real HTTP and real SMTP: signed, retried with back-off, once each, and every try to be seen.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../core/clock.ts";
import type { Fact } from "../../../core/fact.ts";
import { createMailSender } from "../../../api/notify/send-mail.ts";
import { openTestSmtp, type TestSmtp } from "../../services/smtp.ts";
import { refused } from "../asking.ts";
import { openTestApi, type TestApi } from "../test-api.ts";
import { openReceiver, type Receiver } from "./receiver.ts";
import { newFact, type Page, readStanding, readTold, type Told } from "./telling.ts";

let api: TestApi;
let smtp: TestSmtp;
let receiver: Receiver;
/** Of the webhook that hears of statements. */
let hook: { webhook_id: string; secret: string };
const MINUTE_MS = 60_000;

beforeAll(async () => {
  smtp = await openTestSmtp();
  receiver = await openReceiver();
  // Signatures are held to the receiver's clock, which is the real one.
  api = await openTestApi({ now: systemClock.now(), smtp_url: smtp.url });
  const { settings } = api.system;
  await settings.set("notifications.private.addresses", "true", "test");
  await settings.set("notifications.mail.operators", "ops@tally.example", "test");
  const made = await api.call("POST", "/v1/webhooks", { url: receiver.url, facts: ["statement.finalized"] });
  if (made.statusCode !== 201) throw new Error(made.body);
  hook = made.json();
});
afterAll(async () => {
  await api.close();
  await receiver.close();
  await smtp.close();
});
beforeEach(async () => {
  receiver.received.length = 0;
  receiver.answer = { status: 204 };
  for (const name of Object.keys(smtp.manners)) delete smtp.manners[name as keyof typeof smtp.manners];
  // What an earlier test left to be tried again goes out first.
  api.clock.advance(2 * MINUTE_MS);
  await api.system.notifyAll();
  receiver.received.length = 0;
  smtp.mails.length = 0;
  api.clock.set(systemClock.now());
});

const fact = (type?: Fact["type"], data?: Fact["data"]): Fact => newFact(api.clock.now(), type, data);
const standing = ({ subject }: Fact): Promise<Told> => readStanding(api, subject);

test("a webhook's message is what its secret signs, with the id, type and data of the fact", async () => {
  const said = fact("statement.finalized", { statement_id: "st_1", link: "/v1/statements/st_1" });
  await api.system.notifications.tell([said]);
  await api.system.notifyAll();
  expect(receiver.received).toHaveLength(1);
  const [message] = receiver.received as [Receiver["received"][0]];
  expect(receiver.verify(message, hook.secret)).toEqual({
    type: "statement.finalized",
    timestamp: new Date(said.at_ms).toISOString(),
    data: said.data,
  });
  expect(() => receiver.verify({ ...message, body: message.body.replace("st_1", "st_2") }, hook.secret)).toThrow(
    "No matching",
  );
  const one = await standing(said);
  expect(one).toMatchObject({
    notification_id: message.id,
    state: "delivered",
    recipient: hook.webhook_id,
    next_at: null,
  });
  expect(one.attempts).toMatchObject([{ state: "sending" }, { state: "delivered", answer: "204" }]);
});

test("the same fact told again, by whomever and however often, is sent once", async () => {
  const said = fact();
  await Promise.all([1, 2, 3].map(() => api.system.notifications.tell([said, said])));
  await Promise.all([api.system.notifyAll(), api.system.notifyAll(), api.system.notifyAll()]);
  await api.system.notifications.tell([said]);
  await api.system.notifyAll();
  expect(receiver.received).toHaveLength(1);
});

test("nobody hears of what he did not ask for, or what came to be before he asked", async () => {
  await api.system.notifications.tell([fact("export.completed"), { ...fact(), at_ms: api.clock.now() - 3_600_000 }]);
  await api.system.notifyAll();
  expect(receiver.received).toEqual([]);
  expect(smtp.mails.map(({ to }) => to)).toEqual([["ops@tally.example"]]);
});

// Delays 1, 5, 15, 60, 180, 480, 1440 minutes, each a fifth more or less: eight tries, then no more.
test("a receiver that fails is asked again at growing intervals, under the same id, and given up after eight tries", async () => {
  receiver.answer = { status: 503 };
  const said = fact();
  await api.system.notifications.tell([said]);
  const start = api.clock.now();
  for (const [tries, minutes] of [1, 5, 15, 60, 180, 480, 1440].entries()) {
    await api.system.notifyAll();
    expect(receiver.received).toHaveLength(tries + 1);
    const { state, next_at } = await standing(said);
    const delay = Date.parse(next_at ?? "") - api.clock.now();
    expect(state).toBe("retry");
    expect(delay).toBeGreaterThanOrEqual(minutes * MINUTE_MS * 0.8);
    expect(delay).toBeLessThanOrEqual(minutes * MINUTE_MS * 1.2);
    api.clock.advance(delay - 1);
    await api.system.notifyAll();
    expect(receiver.received).toHaveLength(tries + 1);
    api.clock.advance(1);
  }
  await api.system.notifyAll();
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
  expect(receiver.received).toHaveLength(8);
  const one = await standing(said);
  expect(one).toMatchObject({ state: "failed", next_at: null });
  expect(one.attempts).toHaveLength(16);
  expect(one.attempts.at(-1)).toMatchObject({ answer: "503: said" });
  api.clock.advance(30 * 86_400_000);
  await api.system.notifyAll();
  expect(receiver.received).toHaveLength(8);
  expect(api.clock.now()).toBeGreaterThan(start);

  receiver.answer = { status: 200 };
  const again = await api.call("POST", `/v1/notifications/${one.notification_id}/resend`);
  expect(again.statusCode).toBe(202);
  await refused(api, "POST", `/v1/notifications/${one.notification_id}/resend`, undefined, {
    status: 409,
    field: "id",
    words: "asked",
  });
  await api.system.notifyAll();
  expect(receiver.received).toHaveLength(9);
  const settled = await standing(said);
  expect(settled.state).toBe("delivered");
  expect(settled.attempts.find(({ state }) => state === "asked")?.by).toContain("key_environment");
});

test("a redirect is not followed, and 410 ends it at once", async () => {
  const other = await openReceiver();
  receiver.answer = { status: 302, headers: { location: other.url } };
  const said = fact();
  await api.system.notifications.tell([said]);
  await api.system.notifyAll();
  expect(await standing(said)).toMatchObject({ state: "retry" });
  expect(other.received).toEqual([]);
  await other.close();
  receiver.answer = { status: 410 };
  api.clock.advance(2 * MINUTE_MS);
  await api.system.notifyAll();
  expect(await standing(said)).toMatchObject({ state: "failed", next_at: null });
});

test("a rotated secret and the former one both verify for a day, then the new one alone", async () => {
  const answer = await api.call("POST", `/v1/webhooks/${hook.webhook_id}/rotate`);
  const rotated = answer.json<{ secret: string; rotating_until: string }>();
  expect(rotated.secret).not.toBe(hook.secret);
  await api.system.notifications.tell([fact()]);
  await api.system.notifyAll();
  const message = receiver.received[0] as Receiver["received"][0];
  expect(String(message.headers["webhook-signature"]).split(" ")).toHaveLength(2);
  for (const secret of [hook.secret, rotated.secret])
    expect(receiver.verify(message, secret).type).toBe("statement.finalized");
  api.clock.advance(86_400_001);
  await api.system.notifications.tell([fact()]);
  await api.system.notifyAll();
  expect(String(receiver.received[1]?.headers["webhook-signature"]).split(" ")).toHaveLength(1);
  // The receiver's clock would refuse a day's difference, so the signature is held to the body by another way: it is not the former's.
  const list = (await api.call("GET", "/v1/webhooks")).body;
  expect(list).not.toContain("whsec_");
  expect(list).toContain('"rotating_until":null');
  hook = { ...hook, secret: rotated.secret };
});

test.each([
  ["http://example.com/x", "https"],
  ["ftp://example.com/x", "https"],
  ["https://user:pass@example.com/x", "no user"],
  ["https://example.com/x#part", "fragment"],
  ["not an address", "https://example.com"],
])("a webhook to %s is refused by the field", async (url, words) => {
  await refused(api, "POST", "/v1/webhooks", { url }, { status: 400, field: "url", words });
});

test("addresses of this machine and of private networks are refused where they are not allowed, and not called any more", async () => {
  await api.system.settings.set("notifications.private.addresses", "false", "test");
  for (const url of [
    "http://127.0.0.1/x",
    "https://localhost/x",
    "https://10.1.2.3/",
    "https://[::1]/",
    "https://[::ffff:192.168.0.1]/",
    "https://169.254.169.254/",
    "https://0x7f000001/",
  ])
    await refused(api, "POST", "/v1/webhooks", { url }, { status: 400, field: "url", words: "public address" });
  const said = fact();
  await api.system.notifications.tell([said]);
  await api.system.notifyAll();
  expect(receiver.received).toEqual([]);
  expect((await standing(said)).attempts.at(-1)?.answer).toContain("public address");
  await api.system.settings.set("notifications.private.addresses", "true", "test");
});

test("mail has a text and a page, an id of the notification's own, and names stay names", async () => {
  const data = {
    budget_id: "acme <script>\r\nBcc: thief@evil.example",
    percent: "80",
    period: "2026-10",
    amount: "401",
    threshold: "400",
    currency: "EUR",
    of: "actual",
  };
  const said = fact("budget.reached", data);
  await api.system.notifications.tell([said]);
  await api.system.notifyAll();
  expect(smtp.mails).toHaveLength(1);
  const [{ source, to, from }] = smtp.mails as [TestSmtp["mails"][0]];
  const one = await standing(said);
  expect(to).toEqual(["ops@tally.example"]);
  expect(from).toBe("tallyhouse@127.0.0.1");
  expect(source).toContain(`Message-ID: <${one.notification_id}@127.0.0.1>`);
  expect(source).toMatch(/Subject: Budget acme <script> Bcc: thief@evil\.example reached 80%/);
  expect(source).not.toMatch(/^Bcc:/m);
  expect(source).toContain("Content-Type: text/plain");
  expect(source).toContain("Content-Type: text/html");
  expect(source).toContain("&lt;script&gt;");
  expect(one).toMatchObject({ state: "delivered" });
});

test.each([
  [{ refuse_recipient: 450 }, "retry"],
  [{ refuse_recipient: 550 }, "failed"],
  [{ refuse_text: 451 }, "retry"],
  [{ refuse_text: 554 }, "failed"],
  [{ hang_up_after_text: true }, "unknown"],
])("mail a server answers with %o is %s", async (manners, state) => {
  Object.assign(smtp.manners, manners);
  const said = fact("export.completed");
  await api.system.notifications.tell([said]);
  await api.system.notifyAll();
  const one = await standing(said);
  expect(one, JSON.stringify(one.attempts)).toMatchObject({ state });
  const sent = smtp.mails.length;
  for (const name of Object.keys(smtp.manners)) delete smtp.manners[name as keyof typeof smtp.manners];
  api.clock.advance(2 * MINUTE_MS);
  await api.system.notifyAll();
  // Only what was surely not taken goes out again by itself.
  expect(smtp.mails.length - sent).toBe(state === "retry" ? 1 : 0);
  if (state !== "unknown") return;
  await api.call("POST", `/v1/notifications/${one.notification_id}/resend`);
  await api.system.notifyAll();
  expect(smtp.mails.length - sent).toBe(1);
});

test("mail waits while its server is away, since nobody can have got it", async () => {
  const gone = await openTestSmtp();
  await gone.close();
  const sender = createMailSender(gone.url);
  const mail = {
    id: "nt_1",
    from: "a@tally.example",
    to: "b@tally.example",
    subject: "s",
    text: "t",
    html: "<p>t",
    language: "en",
  };
  expect(await sender.send({ ...mail, now_ms: api.clock.now() })).toMatchObject({ state: "retry" });
  sender.close();
});

test("notifications are listed by page and state, counted, and a revoked webhook hears nothing more", async () => {
  const first = (await api.call("GET", "/v1/notifications?limit=2")).json<Page>();
  expect(first.data).toHaveLength(2);
  const second = (await api.call("GET", `/v1/notifications?limit=500&cursor=${first.next_cursor}`)).json<Page>();
  const ids = [...first.data, ...second.data].map(({ notification_id }) => notification_id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual((await readTold(api)).map(({ notification_id }) => notification_id));
  for (const one of await readTold(api, "failed")) expect(one.state).toBe("failed");
  expect((await api.call("GET", "/metrics")).body).toMatch(
    /tally_notifications\{channel="webhook",state="delivered"\} [1-9]/,
  );

  const token = { authorization: `Bearer ${await api.tokenOf("finance")}` };
  expect((await api.call("DELETE", `/v1/webhooks/${hook.webhook_id}`, undefined, token)).statusCode).toBe(403);
  const said = fact();
  await api.system.notifications.tell([said]);
  expect((await api.call("DELETE", `/v1/webhooks/${hook.webhook_id}`)).json()).toMatchObject({ state: "revoked" });
  await api.system.notifyAll();
  expect(receiver.received).toEqual([]);
  expect(await standing(said)).toMatchObject({ state: "failed" });
  await refused(api, "POST", `/v1/webhooks/${hook.webhook_id}/rotate`, undefined, {
    status: 409,
    field: "id",
    words: "revoked",
  });
  expect((await api.call("DELETE", "/v1/webhooks/wh_none")).statusCode).toBe(404);
});
