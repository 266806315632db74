import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kafkaNote, openTestKafka, skipKafka, type TestKafka } from "../services/kafka.ts";
import { OPERATOR_TYPES } from "../property/history-families.ts";
import { readTruth } from "../pipeline.ts";
import { clock, type KafkaSystem, openKafkaSystem } from "./kafka-system.ts";

// One position of the log, written twice: by a batch that was stored and not committed, by one that was cut anew, by an owner
// that slept through its replacement. Sums, counts and bare deltas are where a row too many would be charged.

let number = 0;
function wire(
  resource: string,
  type: string,
  time: string,
  data: Record<string, unknown> = {},
): { key: string; value: string } {
  number += 1;
  const rest = { account_id: "acme", resource, offering: "small", ...data };
  return {
    key: resource,
    value: JSON.stringify({
      specversion: "1.0",
      id: `e${number}`,
      source: "s",
      type,
      time: `2026-10-0${time}Z`,
      data: rest,
    }),
  };
}

/** 107 tokens in 2 requests, 1000 + 500 bytes sent, 2 hours run. */
const story = (of: string) => [
  wire(`${of}-app`, "APP.REQUEST", "1T10:00:00", { readings: { tokens: "100" } }),
  wire(`${of}-app`, "APP.REQUEST", "1T10:00:01", { readings: { tokens: "7" } }),
  wire(`${of}-net`, "tally.counter", "1T11:00:00", { readings: { network_bytes_sent: "1000" }, counter: "delta" }),
  wire(`${of}-net`, "tally.counter", "1T12:00:00", { readings: { network_bytes_sent: "500" }, counter: "delta" }),
  wire(`${of}-vm`, "VM.START", "1T10:00:00"),
  wire(`${of}-vm`, "VM.STOP", "1T12:00:00"),
];
/** What comes later, for the same resources and the same day: 1 token more, 1 byte more, 1 hour more. */
const late = (of: string) => [
  wire(`${of}-app`, "APP.REQUEST", "1T20:00:00", { readings: { tokens: "1" } }),
  wire(`${of}-net`, "tally.counter", "1T20:00:00", { readings: { network_bytes_sent: "1" }, counter: "delta" }),
  wire(`${of}-vm`, "VM.START", "1T20:00:00"),
  wire(`${of}-vm`, "VM.STOP", "1T21:00:00"),
];
const worked = { tokens: 107n, requests: 2n, sent: 1500n, ran: 7_200_000n };
const workedLate = { tokens: 108n, requests: 3n, sent: 1501n, ran: 10_800_000n };

describe.skipIf(skipKafka)(`a position that is written twice${kafkaNote}`, () => {
  let kafka: TestKafka;
  let opened: KafkaSystem;

  beforeAll(async () => {
    kafka = await openTestKafka();
    opened = await openKafkaSystem(kafka, 1);
    for (const type of OPERATOR_TYPES) await opened.system.usageTypes.add(type, "test");
  }, 360_000);
  afterAll(async () => {
    await opened?.close();
    await kafka?.close();
  });

  const command = (query: string): Promise<unknown> => opened.system.store.run.command({ query });

  async function send(messages: { key: string; value: string }[]): Promise<void> {
    await opened.producer.send({ topic: opened.topic, messages });
  }
  /** A member that comes, stores all there is and goes: its claim is not the former one's. */
  async function store(messages: { key: string; value: string }[]): Promise<void> {
    await send(messages);
    const member = opened.startMember();
    await opened.settled();
    await member.stop();
  }
  async function used(of: string): Promise<typeof worked> {
    const truth = (await readTruth(opened.system)) as { usage_type: number; resource: string; quantity: bigint }[];
    const sum = (type: number, what: string): bigint =>
      truth
        .filter(({ usage_type, resource }) => usage_type === type && resource === `${of}-${what}`)
        .reduce((total, { quantity }) => total + quantity, 0n);
    return { tokens: sum(40_000, "app"), requests: sum(40_001, "app"), sent: sum(4, "net"), ran: sum(1, "vm") };
  }
  const copies = async (of: string): Promise<string> =>
    (
      await opened.query<{ most: string }>(
        `SELECT max(n) AS most FROM (SELECT count() AS n FROM event WHERE startsWith(resource, '${of}-') GROUP BY log_offset)`,
      )
    )[0]?.most ?? "";
  const aggregate = () => opened.system.aggregate({ until: clock.now() });

  /** Rows of `of` once more, as a former owner writes them: under the claim before the one that holds. */
  const doubleOf = (of: string, which = "1"): string =>
    `INSERT INTO event (log_id, log_partition, log_offset, log_claim, source, id, sequence, type, occurred_at, account_id, resource, offering, size,
       virtual_size, details, tags, extensions, reading_names, reading_values, counter)
     SELECT log_id, log_partition, log_offset, log_claim - 1, source, id, sequence, type, occurred_at, account_id, resource, offering, size,
       virtual_size, details, tags, extensions, reading_names, reading_values, counter
     FROM event WHERE startsWith(resource, '${of}-') AND ${which}
       AND log_claim = (SELECT max(log_claim) FROM event WHERE startsWith(resource, '${of}-'))`;

  test("an insert whose end nobody heard of is done again: the rows of both count once", async () => {
    const { write } = opened.system.store;
    const insert = write.insert.bind(write);
    let lost = 1;
    Object.assign(write, {
      insert: async (params: { table: string }) => {
        await insert(params as never);
        if (params.table === "event" && lost-- > 0) throw new Error("connection lost");
      },
    });
    await store(story("unheard")).finally(() => Object.assign(write, { insert }));
    expect(await copies("unheard")).toBe("2");
    await aggregate();
    expect(await used("unheard")).toEqual(worked);
  });

  test("a member that died between storing and committing: the next one's batch is cut anew", async () => {
    const { kafkaLog } = opened.system;
    if (kafkaLog === null) throw new Error("the log is on Kafka");
    // Two batches are stored and none is committed; then another member gets both, and one more, in one.
    const { note } = kafkaLog.positions;
    const dies = story("recut");
    await send(dies.slice(0, 4));
    const before = await kafkaLog.positions.read();
    const next = before.get(0)?.next_offset ?? 0n;
    await kafkaLog.positions.noteClaim(0, (before.get(0)?.epoch ?? 0) + 1, next);
    await store(dies.slice(4));
    await command(doubleOf("recut", "log_offset % 2 = 0"));
    expect(await copies("recut")).toBe("2");
    await note(0, next);
    await aggregate();
    expect(await used("recut")).toEqual(worked);
  });

  test("a former owner whose rows land before a run, in it as late ones and below its bound: no digit changes, and it can be made again", async () => {
    await store([wire("between-vm", "VM.CREATE", "1T00:00:00")]);
    await store(story("slept"));
    await command(doubleOf("slept", "type != 'VM.START'"));
    const first = await aggregate();
    expect(await used("slept")).toEqual(worked);
    // Below the bound of that run: nobody looks at these positions again but to compute a window anew.
    await command(doubleOf("slept"));
    await store(late("slept"));
    const second = await aggregate();
    expect(second.counts).toMatchObject({ resources_corrected: "3" });
    expect(await copies("slept")).toBe("3");
    expect(await used("slept")).toEqual(workedLate);
    for (const { id } of [first, second])
      expect(await opened.system.repeat({ run_id: id })).toMatchObject({ missing: 0n, added: 0n });
    // And with every checkpoint gone, from the beginning.
    for (const table of ["checkpoint", "resource_state", "resource_state_repair"])
      await command(`TRUNCATE TABLE ${table}`);
    await store([wire("slept-app", "APP.REQUEST", "1T21:00:00", { readings: { tokens: "1" } })]);
    await aggregate();
    expect(await used("slept")).toEqual({ ...workedLate, tokens: 109n, requests: 4n });
  });

  test("what only a former owner took for an event does not count: its position was decided by its successor", async () => {
    await store([wire("before-vm", "VM.CREATE", "1T00:00:00")]);
    await store([...story("odd"), { key: "odd-app", value: "refused" }]);
    await aggregate();
    await command(
      doubleOf("odd", "type = 'APP.REQUEST'")
        .replace("SELECT log_id, log_partition, log_offset,", "SELECT log_id, log_partition, log_offset + 6,")
        .replace(
          "source, id, sequence, type, occurred_at, account_id, resource, offering, size,\n       virtual_size, details, tags, extensions, reading_names, reading_values, counter\n     FROM",
          "source, id || '-x', sequence, type, occurred_at, account_id, resource, offering, size,\n       virtual_size, details, tags, extensions, reading_names, reading_values, counter\n     FROM",
        ),
    );
    await store(late("odd"));
    await aggregate();
    expect(await used("odd")).toEqual(workedLate);
  });
});
