import { type Role, roles as allRoles } from "../core/config.ts";

/** What a process knows of itself and cannot ask anybody: what it is for, and whether it still does it. */
export interface Standing {
  readonly roles: readonly Role[];
  /** It has been told to stop, and takes no more work. */
  stopping: boolean;
  /** Whether it stores what the topic of the event log holds; null = that is none of its business. */
  ingests: boolean | null;
}

/** A process of these roles that goes on; all of them where nothing is said. */
export function newStanding(roles: readonly Role[] = allRoles): Standing {
  return { roles, stopping: false, ingests: null };
}
