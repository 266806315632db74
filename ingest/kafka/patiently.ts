import type { Admin } from "kafkajs";
import type { Clock } from "../../core/clock.ts";

const coordinatorMoves = ["NOT_COORDINATOR_FOR_GROUP", "GROUP_COORDINATOR_NOT_AVAILABLE", "GROUP_LOAD_IN_PROGRESS"];
const leaderMoves = ["NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE", "REPLICA_NOT_AVAILABLE"];

/**
 * Asks again, for five seconds unless `tries_max` says otherwise, where coordinators or leaders have just moved, or just begun: the client does not
 * do that for offsets. `also`: other errors that pass.
 */
export async function patiently<T>(
  {
    clock,
    admin,
    tries_max = 25,
    also = [],
  }: { clock: Clock; admin: Admin; tries_max?: number; also?: readonly string[] },
  ask: (admin: Admin) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask(admin);
    } catch (error) {
      const { type = "" } = error as { type?: string };
      const leads = leaderMoves.includes(type);
      if (tries === tries_max || !(leads || coordinatorMoves.includes(type) || also.includes(type))) throw error;
      // Listing groups is how an admin client is made to ask who leads now; else it asks every five minutes.
      if (leads) await admin.listGroups().catch(() => undefined);
      await clock.sleep(200);
    }
  }
}
