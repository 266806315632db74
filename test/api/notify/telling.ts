import type { Fact } from "../../../core/fact.ts";
import type { InstantMs } from "../../../core/instant.ts";
import type { TestApi } from "../test-api.ts";

let subjects = 0;

/** A fact nobody has heard of. */
export function newFact(at_ms: InstantMs, type: Fact["type"] = "statement.finalized", data: Fact["data"] = {}): Fact {
  subjects += 1;
  const number = `2026-${subjects}`;
  return { type, subject: `s-${subjects}`, at_ms, payer_account_id: "", data: { number, ...data } };
}

/** A notification as the API tells it, with its tries. */
export interface Told {
  readonly notification_id: string;
  readonly state: string;
  readonly subject: string;
  readonly recipient: string;
  readonly next_at: string | null;
  readonly attempts: { readonly state: string; readonly answer: string; readonly by: string }[];
}
export interface Page {
  readonly data: Told[];
  readonly next_cursor: string | null;
}

/** The latest notifications, of any state unless one is named. */
export async function readTold(api: TestApi, state?: string): Promise<Told[]> {
  const url = `/v1/notifications${state === undefined ? "" : `?state=${state}`}`;
  return (await api.call("GET", url)).json<Page>().data;
}

/** The notification of a fact, as it stands. */
export async function readStanding(api: TestApi, subject: string): Promise<Told> {
  return (await readTold(api)).find((one) => one.subject === subject) as Told;
}
