import { afterAll, beforeAll, expect, test } from "vitest";
import { formatInstant, instant } from "../../core/instant.ts";
import { at } from "../at.ts";
import { type EventJson, oracleRecords } from "../oracle/index.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { readCases } from "../read-cases.ts";

type Texts = Readonly<Record<string, string>>;

interface Step {
  /** Why the process is restarted before the step; absent where it is not. */
  readonly restart?: string;
  readonly events: readonly Texts[];
  readonly until: string;
  readonly outcome?: Texts;
  readonly then: readonly Texts[];
}

interface MeteringCase {
  readonly why: string;
  readonly given?: { readonly zone?: string; readonly range?: string; readonly accounts?: Texts };
  readonly steps: readonly Step[];
}

/** What the pipeline and the oracle both say of a record, as far as the cases speak of it. */
interface PlainRecord {
  readonly account_id: string;
  readonly usage_type: number;
  readonly resource: string;
  readonly window_start_ms: number;
  readonly window_end_ms: number;
  readonly quantity: bigint;
  readonly slices: number;
  readonly shape: { readonly offering: string; readonly vm: string; readonly size: string | null };
}

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
afterAll(() => pipeline.close());

function eventOf({ time = "", type = "", id, sequence, ...data }: Texts, place: string): EventJson {
  return {
    specversion: "1.0",
    id: id ?? place,
    source: "cloudstack/z1",
    ...(sequence === undefined ? {} : { sequence }),
    type,
    time,
    data: { account_id: "acme", resource: "r1", ...data },
  };
}

const text = (ms: number): string => formatInstant(instant(ms));

/** Expected records as the case writes them, with what it leaves out. */
function worked(records: readonly Texts[]): string[] {
  return records
    .map(({ from = "", to = "", ...said }) =>
      line({ account_id: "acme", resource: "r1", slices: "1", ...said, from: text(at(from)), to: text(at(to)) }),
    )
    .toSorted();
}

function said(records: readonly PlainRecord[]): string[] {
  return records
    .map(({ account_id, usage_type, resource, window_start_ms, window_end_ms, quantity, slices, shape }) => {
      const { offering, vm, size } = shape;
      const from = text(window_start_ms);
      const named = { account_id, usage_type, resource, from, to: text(window_end_ms), quantity, slices };
      return line({ ...named, offering, vm, size });
    })
    .toSorted();
}

// Empty and absent are one and the same; the order of the words is not the case's business.
function line(record: Readonly<Record<string, string | number | bigint | null>>): string {
  const words = Object.entries(record).filter(([, value]) => value !== "" && value !== null);
  return words
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join(" ");
}

test.each(readCases<MeteringCase>("aggregate/metering"))("$why", async ({ given = {}, steps }) => {
  const { zone = "UTC", range = "1440", accounts = {} } = given;
  await pipeline.reset();
  await pipeline.settings.set("usage.aggregation.timezone", zone, "test");
  await pipeline.settings.set("usage.stats.job.aggregation.range", range, "test");
  for (const [account_id, time_zone] of Object.entries(accounts)) await pipeline.putAccount(account_id, time_zone);

  const sent: EventJson[] = [];
  for (const [index, { restart, events, until, outcome, then }] of steps.entries()) {
    if (restart !== undefined) await pipeline.restart();
    const batch = events.map((event, place) => eventOf(event, `e${index}-${place}`));
    sent.push(...batch);
    const { accepted, duplicates, rejected } = await pipeline.send(batch);
    const counted = { accepted: `${accepted}`, duplicates: `${duplicates}`, rejected: `${rejected.length}` };
    expect(counted).toEqual(outcome ?? { accepted: `${batch.length}`, duplicates: "0", rejected: "0" });
    const until_ms = at(until);
    await pipeline.aggregate(until_ms);

    const range_minutes = Number(range);
    const oracle = { events: sent, account_zones: accounts, default_zone: zone, range_minutes, until_ms };
    expect(said(oracleRecords(oracle)), "the oracle").toEqual(worked(then));
    expect(said((await readTruth(pipeline)) as unknown as PlainRecord[]), "the pipeline").toEqual(worked(then));
  }
});
