import type { ClickHouseClient } from "@clickhouse/client";

/** Statements that take rows or tables away, or change rows that are there; an insert only adds. */
const removing = /\b(?:ALTER|DELETE\s+FROM|TRUNCATE|DROP|EXCHANGE|RENAME|CREATE)\b/i;

/** Lets statements that write through, but for a moment in which none begins. */
export interface WriteGate {
  /**
   * Runs `act` while no statement that writes begins, and none that removes is under way. Inserts that are under way may go on: of
   * those it is as after a crash, each by itself, since what was to follow on one waits here.
   */
  hold<T>(act: () => Promise<T>): Promise<T>;
  /** Runs a statement that writes, when the gate is open. */
  pass<T>(sql: string, write: () => Promise<T>): Promise<T>;
}

/** A gate that is open. One holds it at a time, the next waits. */
export function createWriteGate(): WriteGate {
  let held: Promise<unknown> = Promise.resolve();
  const under_way = new Set<Promise<unknown>>();
  return {
    hold: (act) => {
      const turn = held.then(async () => {
        await Promise.allSettled(under_way);
        return act();
      });
      held = turn.catch(() => undefined);
      return turn;
    },
    pass: async (sql, write) => {
      // Another may have taken it while this one waited.
      for (let seen: Promise<unknown> | null = null; seen !== held;) {
        seen = held;
        await seen;
      }
      const done = write();
      if (!removing.test(sql)) return done;
      under_way.add(done);
      try {
        return await done;
      } finally {
        under_way.delete(done);
      }
    },
  };
}

/** From here on the client's statements that write go through the gate; reading never waits. */
export function withWriteGate(client: ClickHouseClient, gate: WriteGate): void {
  const raw = {
    command: client.command.bind(client),
    exec: client.exec.bind(client),
    insert: client.insert.bind(client),
  };
  const command: typeof raw.command = (params) => gate.pass(params.query, () => raw.command(params));
  const exec: typeof raw.exec = (params) => gate.pass(params.query, () => raw.exec(params));
  const insert: typeof raw.insert = (params) => gate.pass("", () => raw.insert(params));
  Object.assign(client, { command, exec, insert });
}
