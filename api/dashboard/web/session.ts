import { computed, signal } from "@preact/signals";
import type { Account, SignedIn } from "../../client/nouns.ts";
import { said } from "./address.ts";
import { ask, askAll, Refusal } from "./client.ts";
import { isZone } from "./zone.ts";

/** Who looks: undefined = not asked yet, null = nobody has signed in. */
export const caller = signal<SignedIn | null | undefined>(undefined);
/** All accounts that the caller may see, by id. */
export const accounts = signal<ReadonlyMap<string, Account>>(new Map());
const installation_zone = signal("UTC");

/** The zone in which days and times are shown: the address says it, else the caller's account, else the installation. */
export const zone = computed(() => {
  const asked = said("zone");
  if (isZone(asked)) return asked;
  const own = accounts.value.get(caller.value?.account_id ?? "")?.time_zone ?? "";
  return isZone(own) ? own : installation_zone.value;
});

/** Asks who has signed in, and what names and which zone belong to what he will see. @throws Refusal where the server fails */
export async function openSession(): Promise<void> {
  try {
    caller.value = await ask("getSession", {});
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 401) throw error;
    caller.value = null;
    return;
  }
  const known = await askAll("listAccounts", {}).catch(() => []);
  accounts.value = new Map(known.map((account) => [account.account_id, account]));
  installation_zone.value = await usualZone(known);
}

/** The installation's zone; who may not read its settings gets the one that all accounts in sight have, else UTC. */
async function usualZone(known: readonly Account[]): Promise<string> {
  if (seesAll.value) {
    const setting = ask("getSetting", { path: { name: "usage.aggregation.timezone" } });
    return setting.then(({ value }) => value).catch(() => "UTC");
  }
  const [common = "", ...others] = new Set(known.map(({ time_zone }) => time_zone));
  return others.length === 0 && isZone(common) ? common : "UTC";
}

/** Signs in. @throws Refusal */
export async function signIn(credentials: Readonly<Record<string, string>>): Promise<void> {
  await ask("openSession", { body: credentials });
  await openSession();
}

/** Signs out, whatever the server says of it: nothing of what was seen stays on the page. */
export async function signOut(): Promise<void> {
  await ask("endSession", {}).catch(() => undefined);
  caller.value = null;
  accounts.value = new Map();
}

/** Whether the caller sees everybody's records; others see those of `accounts` alone. */
export const seesAll = computed(() => ["admin", "finance", "auditor"].includes(caller.value?.role ?? ""));

/** Whether the caller may see the events and records of an account. */
export function maySee(account_id: string): boolean {
  return seesAll.value || accounts.value.has(account_id);
}

/** Whether the caller may change bills. */
export const mayBill = computed(() => ["admin", "finance"].includes(caller.value?.role ?? ""));

/** The name of an account, or its id where it has none. */
export function nameOf(account_id: string): string {
  return accounts.value.get(account_id)?.name ?? account_id;
}

/** The moment by the server's clock, whole Unix ms: the page was told it when it came, and counts on. */
export function now(): number {
  return Date.parse(served) + Math.floor(Number(document.timeline.currentTime ?? 0));
}

const served = document.querySelector<HTMLMetaElement>('meta[name="served-at"]')?.content ?? "1970-01-01T00:00:00Z";
