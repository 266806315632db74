import type { Session } from "chdb";
import type { Engine } from "./engine.ts";
import type { Asked } from "./read-request.ts";
import { Refusal } from "./refusal.ts";

/** Connections that requests with the same `session_id` share, one request at a time. */
export interface Sessions {
  use(named: Asked["session"], work: (session: Session | null) => Promise<void>): Promise<void>;
  close(): void;
}

interface Kept {
  readonly session: Session;
  busy: boolean;
  expiry: NodeJS.Timeout | null;
}

/** Makes the sessions of a server; each ends when it was not used for as long as it asked. */
export function createSessions(engine: Engine): Sessions {
  const kept = new Map<string, Kept>();

  function end(id: string): void {
    kept.get(id)?.session.close();
    kept.delete(id);
  }

  return {
    use: async (named, work) => {
      if (named === null) return work(null);
      const { id, must_exist, seconds } = named;
      const found = kept.get(id);
      if (found === undefined && must_exist) throw new Refusal(372, "SESSION_NOT_FOUND", `Session ${id} not found`);
      if (found?.busy === true)
        throw new Refusal(373, "SESSION_IS_LOCKED", `Session ${id} is locked by a concurrent client`);
      const own: Kept = found ?? { session: engine.connect(), busy: false, expiry: null };
      kept.set(id, own);
      if (own.expiry !== null) clearTimeout(own.expiry);
      own.busy = true;
      try {
        await work(own.session);
      } finally {
        own.busy = false;
        own.expiry = setTimeout(() => end(id), seconds * 1000);
        own.expiry.unref();
      }
    },
    close: () => {
      for (const id of kept.keys()) end(id);
    },
  };
}
