import { afterAll, beforeAll, expect, test } from "vitest";
import { acceptProposals, type InventoryItem, listProposals, readInventory } from "../../aggregate/index.ts";
import { AppError } from "../../core/errors.ts";
import { instant } from "../../core/instant.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { readCases } from "../read-cases.ts";

type Texts = Readonly<Record<string, string>>;

interface InventoryCase {
  readonly why: string;
  readonly events: readonly Texts[];
  readonly unread?: readonly Texts[];
  readonly at: string;
  readonly until: string;
  readonly list: readonly Texts[];
  readonly proposals: readonly string[];
  readonly before: Texts;
  readonly after: Texts;
}

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-03-20T00:00:00Z"));
});
afterAll(() => pipeline.close());

const eventOf = ({ time = "", type = "", source = "cloudstack/z1", ...data }: Texts, id: string): object => ({
  specversion: "1.0",
  id,
  source,
  type,
  time,
  data: { account_id: "acme", ...data },
});

const itemOf = ({ running, ...item }: Texts): InventoryItem =>
  ({
    account_id: "acme",
    ...item,
    ...(running === undefined ? {} : { running: running === "true" }),
  }) as unknown as InventoryItem;

const gib = 2n ** 30n;

/** Hours, or GiB hours, of acme by usage type. */
async function hours(): Promise<Record<string, string>> {
  const sums = new Map<number, bigint>();
  for (const record of await readTruth(pipeline)) {
    const { account_id, usage_type, quantity } = record as { account_id: string; usage_type: number; quantity: bigint };
    if (account_id === "acme") sums.set(usage_type, (sums.get(usage_type) ?? 0n) + quantity);
  }
  const perHour = (type: number): bigint => ([6, 9].includes(type) ? 3_600_000n * gib : 3_600_000n);
  return Object.fromEntries(
    [...sums].filter(([, sum]) => sum > 0n).map(([type, sum]) => [`${type}`, `${sum / perHour(type)}`]),
  );
}

const everyKind = ["vm", "volume", "snapshot", "ip", "nic"];

const take = (at_text: string, resources: readonly InventoryItem[]): Promise<string> =>
  pipeline
    .system()
    .takeInventory(
      { source: "cloudstack/z1", at: instant(at(at_text)), account_id: "", complete_for: everyKind, resources },
      "test",
    );

test.each(readCases<InventoryCase>("aggregate/findings"))("$why", async (given) => {
  await pipeline.reset();
  const until = at(given.until);
  const sent = await pipeline.send(given.events.map((event, place) => eventOf(event, `e${place}`)));
  expect(sent.rejected).toEqual([]);
  await pipeline.aggregate(until);
  expect(await hours()).toEqual(given.before);
  await pipeline.send((given.unread ?? []).map((event, place) => eventOf(event, `u${place}`)));

  const id = await take(given.at, given.list.map(itemOf));
  const proposals = await listProposals(pipeline, id, { after_n: -1, limit: 100 });
  const told = proposals.map(
    ({ action, event, resource, usage_types }) =>
      `${action} ${String(event["type"])} ${resource} types ${usage_types.join("+")}`,
  );
  expect(told.toSorted()).toEqual(given.proposals);
  await pipeline.aggregate(until);
  if (given.unread === undefined) expect(await hours(), "nothing is done before it is accepted").toEqual(given.before);

  // accepted twice, the second time by a process that remembers nothing
  await acceptProposals(pipeline.system(), id, { chosen: [], by: "test" });
  const { states } = await readInventory(pipeline, id);
  expect(states).toEqual(told.length === 0 ? {} : { accepted: told.length });
  await pipeline.restart();
  await pipeline.send(proposals.map(({ event }) => event));
  await acceptProposals(pipeline.system(), id, { chosen: [], by: "test" });
  await pipeline.aggregate(until);
  expect(await hours()).toEqual(given.after);

  const again = await take(given.at, given.list.map(itemOf));
  expect((await readInventory(pipeline, again)).counts).toMatchObject({ differences: "0", proposals: "0" });
});

test("attributes that a list leaves out are no difference; those it gives are", async () => {
  await pipeline.reset();
  const full = { offering: "small", template: "debian-12", tags: { team: "a" }, details: { cpuNumber: "2" } };
  const create = {
    specversion: "1.0",
    id: "e1",
    source: "cloudstack/z1",
    type: "VM.CREATE",
    time: "2026-03-10T00:00:00Z",
  };
  await pipeline.send([{ ...create, data: { account_id: "acme", resource: "vm-1", ...full } }]);
  const item = { kind: "vm", account_id: "acme", resource: "vm-1" };
  const proposalsOf = async (more: object) =>
    listProposals(pipeline, await take("2026-03-11T00:00:00Z", [{ ...item, ...more }]), { after_n: -1, limit: 10 });
  expect(await proposalsOf({})).toEqual([]);
  expect(await proposalsOf(full)).toEqual([]);
  const [change, ...rest] = await proposalsOf({ tags: {} });
  expect(rest).toEqual([]);
  // what it does not give is kept
  expect(change?.event["data"]).toMatchObject({ ...full, tags: {} });
  expect(change?.why).toBe('tags is {}, metered as {"team":"a"}');
});

test.each([
  ["a kind nobody knows", { kind: "castle" }, "resources.0.kind"],
  ["a thing listed twice", { kind: "vm" }, "resources.1"],
  ["a thing of another account than the list is of", { kind: "vm", account_id: "other" }, "resources.0.account_id"],
])("a list with %s is refused as a whole, by the field", async (_what, item, field) => {
  await pipeline.reset();
  const one = { account_id: "acme", resource: "vm-1", ...item };
  const request = { source: "s", at: instant(at("2026-03-10T00:00:00Z")), account_id: "acme", complete_for: ["vm"] };
  const refused = await pipeline
    .system()
    .takeInventory({ ...request, resources: [one, one] }, "test")
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(AppError);
  expect((refused as AppError).field).toBe(field);
});

test("an event that ingest does not take leaves its proposal refused with the reason, and the others go in", async () => {
  await pipeline.reset();
  const items = [
    { kind: "volume", account_id: "acme", resource: "vol-1" },
    { kind: "volume", account_id: "acme", resource: "vol-2", size: "5" },
  ];
  const id = await take("2026-03-10T00:00:00Z", items);
  await acceptProposals(pipeline.system(), id, { chosen: [], by: "test" });
  const proposals = await listProposals(pipeline, id, { after_n: -1, limit: 10 });
  expect(proposals.map(({ resource, state }) => `${resource} ${state}`)).toEqual(["vol-1 refused", "vol-2 accepted"]);
  expect(proposals[0]?.reason).toContain("size");
});
