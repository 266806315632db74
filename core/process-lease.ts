import { randomUUID } from "node:crypto";
import Type from "typebox";
import type { Clock } from "./clock.ts";
import { type Config, type Role } from "./config.ts";
import { AppError } from "./errors.ts";
import { field, insertLines, timeField } from "./insert-lines.ts";
import { formatInstant, instant, type InstantMs } from "./instant.ts";
import { holderName } from "./run-lease.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";

/** A part of what a store holds: one process has it to itself, or all that have it share it by a service. */
export interface StorePart {
  readonly part: "control data" | "event log";
  /** Whether `variable` is set, which lets several processes have it. */
  readonly shared: boolean;
  readonly variable: "TALLY_REDIS_URL" | "TALLY_KAFKA_BROKERS";
  /** The roles of this process that need it. */
  readonly roles: readonly Role[];
}

const parts = [
  { part: "control data", variable: "TALLY_REDIS_URL", needing: ["core", "aggregate", "rating", "api"] },
  { part: "event log", variable: "TALLY_KAFKA_BROKERS", needing: ["core", "ingest", "api"] },
] as const;

/**
 * What a process of these roles has of its store. Control data, and the runs, which begin in a turn at it, are shared by the lock
 * in Redis; the event log by Kafka, which gives out its positions.
 */
export function storeParts({
  roles,
  redis_url,
  kafka_brokers,
}: Pick<Config, "roles" | "redis_url" | "kafka_brokers">): StorePart[] {
  const isSet = { TALLY_REDIS_URL: redis_url !== null, TALLY_KAFKA_BROKERS: kafka_brokers.length > 0 };
  return parts
    .map(({ part, variable, needing }) => ({
      part,
      variable,
      shared: isSet[variable],
      roles: roles.filter((role) => (needing as readonly Role[]).includes(role)),
    }))
    .filter(({ roles: own }) => own.length > 0);
}

/** The parts of a store as this process holds them. */
export interface ProcessLease {
  /** To be asked before what only one process may do. @throws AppError role-in-use once another may have what this one had to itself */
  guard(): void;
  /** Aborts once they are lost. */
  readonly lost: AbortSignal;
  /** Gives them free; safe to call again. */
  release(): Promise<void>;
}

interface Deps {
  readonly store: Store;
  readonly clock: Clock;
  /** How long a process may give no sign of life, in ms. */
  readonly lease_ms?: number;
}

const selectLeases = defineQuery(
  "core/process_leases",
  Type.Object({ part: Type.String() }),
  Type.Object({
    process_id: Type.String(),
    shared: Type.Integer(),
    holder: Type.String(),
    expires_ms: Type.String(),
  }),
);

const selectThere = defineQuery("core/process_lease_there", Type.Object({}), Type.Object({ tables: Type.String() }));

const LEASE_MS = 30_000;
const RENEWALS = 5;

/**
 * Takes parts of the store for this process, and keeps them by a sign of life every few seconds. Written first and looked at after: of
 * two that start in one moment the later sees both, and whoever sees another gives way, unless both share. So two never stay, and it may be that
 * neither does. The store compares nothing, and clocks are trusted within a lease: a process that sleeps through its own, or whose clock falls back, finds out at its next sign of life.
 * @throws AppError role-in-use with the variable that lets both run
 */
export async function takeParts(own: readonly StorePart[], deps: Deps): Promise<ProcessLease> {
  const { store, clock, lease_ms = LEASE_MS } = deps;
  const process_id = randomUUID();
  const ended = new AbortController();
  const lost = new AbortController();
  let beat = 0;
  let expires_ms = 0;

  async function write(over: boolean): Promise<void> {
    beat += 1;
    const until = clock.now() + (over ? 0 : lease_ms);
    const sign = [field(holderName()), timeField(until), over ? 1 : 0];
    const rows = own.map(({ part, shared }) => [part, process_id, beat, shared ? 1 : 0, ...sign]);
    const columns = ["part", "process_id", "beat", "shared", "holder", "expires_at", "ended"];
    await insertLines(
      store.write,
      { table: "process_lease", columns },
      rows.map((row) => `${row.join("\t")}\n`).join(""),
    );
    if (!over) expires_ms = until;
  }

  const findOther = (): Promise<AppError | null> => findBeside(own, { store, clock, process_id });

  async function keep(): Promise<void> {
    while (!ended.signal.aborted && !lost.signal.aborted) {
      await clock.sleep(Math.floor(lease_ms / RENEWALS), ended.signal).catch(() => undefined);
      if (ended.signal.aborted) return;
      try {
        // One that slept through its lease, or whose clock was set back, may have been followed by another.
        const other = await findOther();
        // Who has released meanwhile does not take it again.
        if (ended.signal.aborted) return;
        if (other === null) await write(false);
        else lost.abort(other);
      } catch {
        // The store does not take it: guard looks at the clock.
      }
    }
  }

  if (own.length > 0) {
    const first = await findOther();
    if (first !== null) throw first;
    await write(false);
    const second = await findOther();
    if (second !== null) {
      await write(true);
      throw second;
    }
    void keep();
  }
  return {
    guard: () => {
      if (lost.signal.aborted) throw lost.signal.reason as AppError;
      const alone = own.find(({ shared }) => !shared);
      if (alone !== undefined && clock.now() >= expires_ms)
        throw new AppError(
          "role-in-use",
          `this process gave no sign of life for so long that another may have the ${alone.part} of this store`,
        );
    },
    lost: lost.signal,
    release: async () => {
      if (ended.signal.aborted) return;
      ended.abort();
      if (own.length > 0 && !lost.signal.aborted) await write(true).catch(() => undefined);
    },
  };
}

/**
 * Refuses to begin beside a process that has what is wanted here, before anything of the store is touched: a process of another
 * version would lay its schema under the one that works. A store without a schema has nobody.
 * @throws AppError role-in-use
 */
export async function requireFree(own: readonly StorePart[], { store, clock }: Deps): Promise<void> {
  if (own.length === 0) return;
  const [there] = await selectThere(store.write, {});
  const other = there?.tables === "0" ? null : await findBeside(own, { store, clock, process_id: "" });
  if (other !== null) throw other;
}

/** Why these parts cannot be had beside another process that lives; null = they can. */
async function findBeside(
  own: readonly StorePart[],
  { store, clock, process_id }: Pick<Deps, "store" | "clock"> & { process_id: string },
): Promise<AppError | null> {
  for (const part of own) {
    const leases = await selectLeases(store.write, { part: part.part });
    const other = leases
      .filter((one) => one.process_id !== process_id && clock.now() < Number(one.expires_ms))
      .find(({ shared }) => !part.shared || shared === 0);
    if (other !== undefined) return inUse(part, other.holder, instant(Number(other.expires_ms)));
  }
  return null;
}

function inUse({ part, variable, roles }: StorePart, holder: string, expires: InstantMs): AppError {
  return new AppError(
    "role-in-use",
    `${holder} has the ${part} of this store (its lease runs until ${formatInstant(expires)}); set ${variable} in all processes, that one too, so that several may have it, or take ${roles.join(", ")} out of TALLY_ROLES here`,
  );
}
