import { afterAll, beforeAll, expect, test } from "vitest";
import { createAssignments, type Assignments, type AssignmentTarget } from "../../rating/index.ts";
import { openRatingStore, type RatingStore } from "./rating-store.ts";

let on: RatingStore;
let assignments: Assignments;

beforeAll(async () => {
  on = await openRatingStore();
  assignments = createAssignments(on);
  await on.putCard([], "deal");
  await on.writeAccounts([
    { account_id: "acme", domain: "ROOT/acme" },
    { account_id: "dev", domain: "ROOT/acme/dev" },
    { account_id: "acmeville", domain: "ROOT/acmeville" },
    { account_id: "mover", domain: "ROOT/left" },
    { account_id: "mover", domain: "ROOT/joined", version: 2, changed_ms: 1000 },
    { account_id: "heard-of-later", domain: "ROOT/young", changed_ms: 1000 },
  ]);
  await close({ run_seq: 1, account_id: "dev", period: "2026-08", state: "published" });
  await close({ run_seq: 2, account_id: "dev", period: "2026-09", state: "published" });
  await close({ run_seq: 3, account_id: "acme", period: "2026-10", state: "failed" });
  await close({ run_seq: 4, account_id: "mover", period: "2026-09", state: "published" });
  await close({ run_seq: 5, account_id: "heard-of-later", period: "2026-09", state: "published" });
});
afterAll(() => on.close());

async function close(of: { run_seq: number; account_id: string; period: string; state: string }): Promise<void> {
  const epoch = "toDateTime64(0, 3, 'UTC')";
  await on.command(
    `INSERT INTO period_close (run_seq, run_id, payer_account_id, account_id, period, time_zone, bound, overrides, closed_at) VALUES (${of.run_seq}, 'run', '${of.account_id}', '${of.account_id}', '${of.period}', 'UTC', '{}', '[]', ${epoch})`,
  );
  await on.command(
    `INSERT INTO run (run_seq, step, run_id, kind, state, period, from_at, to_at, bound, former_bound, versions, counts, error, changed_at) VALUES (${of.run_seq}, 2, 'run', 'close', '${of.state}', '', ${epoch}, ${epoch}, '{}', '{}', '{}', '{}', '', ${epoch})`,
  );
}

const put = (target: AssignmentTarget, valid_from: string): Promise<unknown> =>
  assignments.put(target, { valid_from, rate_card_id: "deal" }, "test");
const account = (id: string): AssignmentTarget => ({ kind: "account", id });
const domain = (id: string): AssignmentTarget => ({ kind: "domain", id });

test.each<[string, AssignmentTarget, string, string?]>([
  ["the closed month", account("dev"), "2026-09"],
  ["a month before it", account("dev"), "2026-07"],
  ["the domain's card", domain("ROOT/acme/dev"), "2026-09"],
  ["a domain above it", domain("ROOT/acme"), "2026-09"],
  ["the domain its account has left since", domain("ROOT/left"), "2026-09", "mover"],
  ["the first domain of an account that was not known yet", domain("ROOT/young"), "2026-09", "heard-of-later"],
])("P8: no card is assigned into a closed period: %s", async (_what, target, valid_from, of = "dev") => {
  await expect(put(target, valid_from)).rejects.toThrow(
    `valid_from is "${valid_from}"; expected a month after 2026-09, which is closed for account ${of}`,
  );
  expect(await assignments.list(target)).toEqual([]);
});

test.each([
  ["from the month after it", account("dev"), "2026-10"],
  ["where a closing failed", account("acme"), "2026-10"],
  ["whose neighbour's name begins alike", domain("ROOT/acmeville"), "2026-09"],
  ["of a domain, from the month after", domain("ROOT/acme"), "2026-10"],
  ["of a domain that an account came to after its month was closed", domain("ROOT/joined"), "2026-09"],
])("what is open takes a card: %s", async (_what, target, valid_from) => {
  await put(target, valid_from);
  expect(await assignments.list(target)).toMatchObject([{ valid_from, rate_card_id: "deal" }]);
});
