import fc from "fast-check";
import { coverNewAccounts } from "../../../aggregate/index.ts";
import type { ChargeInput, TariffInput } from "../../../rating/index.ts";
import type { RatingStore, UsageRow } from "../rating-store.ts";
import { nextSeq } from "./closed-case.ts";

const PAYERS = 3;
const DAY_MS = 86_400_000;
/** The last one is for what comes to payers who have closed all others. */
const movingMonths = ["2026-09", "2026-10", "2026-11", "2026-12", "2027-01"];
const head = { name: "t", currency: "EUR", unit: "hour" } as const;
const tiers = [
  { up_to: "20", rate: "0.1111" },
  { up_to: null, rate: "0.0707" },
];
// of an account alone, so that what it comes to is the same whoever pays
const charges = fc.constantFrom<readonly ChargeInput[]>(
  [],
  [{ charge_id: "fee", name: "fee", kind: "flat", amount: "1.25" }],
  [{ charge_id: "off", name: "off", kind: "discount_percent", percent: "12.5" }],
  [{ charge_id: "floor", name: "floor", kind: "minimum", amount: "2" }],
);
const mover = fc.integer({ min: 0, max: 1 });
const payer = fc.integer({ min: 0, max: PAYERS - 1 });
const use = fc.record({
  does: fc.constant("use" as const),
  mover,
  month: fc.integer({ min: 0, max: 3 }),
  day: fc.integer({ min: 2, max: 26 }),
  minutes: fc.integer({ min: 1, max: 1400 }),
  /** Takes an earlier record back instead, where there is one. */
  back: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});
const step = fc.oneof(
  use,
  use,
  use,
  fc.record({ does: fc.constant("move" as const), mover, to: payer }),
  fc.record({ does: fc.constant("move" as const), mover, to: payer }),
  fc.record({ does: fc.constant("close" as const), payer }),
  fc.record({ does: fc.constant("close" as const), payer }),
  fc.record({ does: fc.constant("cover" as const) }),
);
const life = fc.record({
  model: fc.constantFrom<Pick<TariffInput, "model" | "rate" | "tiers">>(
    { model: "per_unit", rate: "0.0371" },
    { model: "graduated", tiers },
    { model: "volume", tiers },
  ),
  charges,
  time_zone: fc.constantFrom("UTC", "Pacific/Auckland", "America/Los_Angeles"),
  rounds: fc.array(fc.array(step, { minLength: 1, maxLength: 9 }), { minLength: 4, maxLength: 4 }),
});
/** Random groups of payers, with accounts that go from one to the other amid use, late facts and closings. */
export const movingLivesOf = (groups: number, seed: number) => fc.sample(life, { numRuns: groups, seed });
type MovingLife = ReturnType<typeof movingLivesOf>[number];

interface Group {
  readonly payers: readonly { readonly id: string; closed: number }[];
  readonly movers: readonly { readonly id: string; payer: string; version: number; readonly standing: UsageRow[] }[];
  readonly life: MovingLife;
}

/** The account that uses the same, pays for itself and never closes a month: what the other's use comes to in truth. */
export const twinOf = (mover_id: string): string => mover_id.replace(/^mover/, "twin");

/** Groups as they live: one round after the other, then all months closed by all. */
export async function createMovingGroups(on: RatingStore, lives: readonly MovingLife[]) {
  const since = { changed_ms: Date.UTC(2026, 8, 1) };
  const groups = lives.map((own, index): Group => ({
    life: own,
    payers: Array.from({ length: PAYERS }, (_, no) => ({ id: `mpayer${index}-${no}`, closed: 0 })),
    movers: [0, 1].map((no) => ({
      id: `mover${index}-${no}`,
      payer: `mpayer${index}-${no}`,
      version: 1,
      standing: [],
    })),
  }));
  for (const [index, { life: own, payers, movers }] of groups.entries()) {
    const card = `moving${index}`;
    await on.putCard([{ ...head, tariff_id: "t", usage_type: 1, ...own.model }], card, "EUR", own.charges);
    const as = { time_zone: own.time_zone, rate_card_id: card, ...since };
    await on.writeAccounts([
      ...payers.map(({ id }) => ({ account_id: id, ...as })),
      ...movers.flatMap(({ id, payer: by }) => [
        { account_id: id, payer: by, ...as },
        { account_id: twinOf(id), ...as },
      ]),
    ]);
  }

  async function take(group: Group, done: MovingLife["rounds"][number][number], key: string): Promise<void> {
    on.clock.advance(1);
    if (done.does === "cover") return coverNewAccounts(on, { default_zone: async () => "UTC" });
    if (done.does === "close") return closeNext(group, done.payer, movingMonths.length - 1);
    const moving = group.movers[done.mover];
    if (moving === undefined) return;
    if (done.does === "use") return tell(moving, done, key);
    moving.payer = group.payers[done.to]?.id ?? moving.payer;
    moving.version += 1;
    const { time_zone } = group.life;
    const rate_card_id = `moving${groups.indexOf(group)}`;
    const next = { payer: moving.payer, version: moving.version, changed_ms: on.clock.now(), time_zone, rate_card_id };
    await on.writeAccounts([{ account_id: moving.id, ...next }]);
  }

  async function tell(
    { id, standing }: Group["movers"][number],
    { month, day, minutes, back }: { month: number; day: number; minutes: number; back: boolean },
    resource: string,
  ): Promise<void> {
    const start_ms = Date.UTC(2026, 8 + month, day);
    const quantity = BigInt(minutes) * 60_000n;
    const used = {
      usage_type: 1,
      resource,
      shape: 7n,
      start_ms,
      end_ms: start_ms + DAY_MS,
      quantity,
      slices: [[start_ms, start_ms + minutes * 6e4, quantity]] as const,
    };
    const former = back ? standing.pop() : undefined;
    const row: UsageRow = former === undefined ? { ...used, account_id: id } : { ...former, sign: -1 };
    if (former === undefined) standing.push(row);
    const run_seq = await nextSeq(on);
    await on.writeUsage([id, twinOf(id)].map((account_id) => ({ ...row, account_id, run_seq })));
    await on.publishUsage(run_seq, [row.start_ms]);
  }

  async function closeNext(
    { payers, movers, life: own }: Group,
    no: number,
    most = movingMonths.length,
  ): Promise<void> {
    const closing = payers[no];
    const period = movingMonths[closing?.closed ?? 0];
    if (closing === undefined || period === undefined || closing.closed >= most) return;
    closing.closed += 1;
    const accounts = [closing.id, ...movers.filter((of) => of.payer === closing.id).map(({ id }) => id)];
    const [run_seq, closed_ms] = [await nextSeq(on), on.clock.now()];
    await on.closeMonth({ run_seq, payer: closing.id, accounts, period, closed_ms, time_zone: own.time_zone });
  }

  return {
    movers: groups.flatMap(({ movers }) => movers.map(({ id }) => id)),
    /** How many of the months a payer has closed. */
    closedBy: (payer_id: string): number =>
      groups.flatMap(({ payers }) => payers).find(({ id }) => id === payer_id)?.closed ?? 0,
    round: async (round: number): Promise<void> => {
      for (const group of groups)
        for (const [no, done] of (group.life.rounds[round] ?? []).entries()) await take(group, done, `r${round}-${no}`);
      on.clock.advance(1);
    },
    closeAll: async (): Promise<void> => {
      for (const group of groups) {
        for (const no of group.payers.keys()) {
          on.clock.advance(1);
          while ((group.payers[no]?.closed ?? 0) < movingMonths.length) await closeNext(group, no);
        }
      }
      on.clock.advance(1);
    },
  };
}
