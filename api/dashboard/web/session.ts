import { computed, signal } from "@preact/signals";
import type { Account, SignedIn } from "../../client/nouns.ts";
import { said } from "./address.ts";
import { ask, Refusal } from "./client.ts";
import { isZone } from "./zone.ts";

/** Who looks: undefined = not asked yet, null = nobody has signed in. */
export const caller = signal<SignedIn | null | undefined>(undefined);
/** All accounts that the caller may see, by id. */
export const accounts = signal<ReadonlyMap<string, Account>>(new Map());

/**
 * The zone in which days and times are shown: the address says it, else the caller's account, else what all accounts have that a caller sees
 * some of, else the installation.
 */
export const zone = computed(() => {
  const own = accounts.value.get(caller.value?.account_id ?? "")?.time_zone ?? "";
  const [common = "", ...others] = new Set([...accounts.value.values()].map(({ time_zone }) => time_zone));
  const shared = seesAll.value || others.length > 0 ? "" : common;
  return [said("zone"), own, shared, caller.value?.time_zone ?? ""].find(isZone) ?? "UTC";
});

/** Asks who has signed in, and what names and which zone belong to what he will see. @throws Refusal where the server fails */
export async function openSession(): Promise<void> {
  accounts.value = new Map();
  const who = await ask("getSession", {}).catch((error: unknown) => {
    if (error instanceof Refusal && error.status === 401) return null;
    throw error;
  });
  // The first thousand are there before a view asks in their zone; the others come in while one reads.
  const next = who === null ? null : await learnAccounts("").catch(() => null);
  caller.value = who;
  if (who !== null && next !== null) void learnOthers(who, next).catch(() => undefined);
}

/** Takes in a page of the accounts in sight; gives where the next one begins. */
async function learnAccounts(cursor: string): Promise<string | null> {
  const { data, next_cursor } = await ask("listAccounts", { query: { cursor, limit: 1000 } });
  accounts.value = new Map([...accounts.value, ...data.map((account) => [account.account_id, account] as const)]);
  return next_cursor;
}

async function learnOthers(who: SignedIn, next: string): Promise<void> {
  for (let cursor: string | null = next; cursor !== null && caller.value === who;) cursor = await learnAccounts(cursor);
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
