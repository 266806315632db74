import { pino, type Logger } from "pino";

export type Log = Logger;

/**
 * The process's log: JSON lines on standard error, so that standard output stays free for results.
 * A message is a constant phrase, facts are fields (style of the log: CONTRIBUTING.md).
 */
export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      redact: ["token", "authorization", "*.token", "*.authorization", "req.headers.authorization"],
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** A log that says nothing, for tests and for commands whose output is their result. */
export const silentLog: Log = pino({ level: "silent" });
