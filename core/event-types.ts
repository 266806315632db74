/** What an event does to a usage type: close only what is open, open or take over, change only what is open, report a value or an occurrence. The codes are the SQL's, and order effects within an instant. */
export const effects = { close: 0, open: 1, change: 2, report: 3 } as const;
export type Effect = keyof typeof effects;

/**
 * Changes of one part of what a resource is, the rest staying as it was: they reach every duration and capacity that is
 * open. Part of every registry, and stored with usage type 0; codes as above.
 */
export const partialChanges = { "tally.tags.changed": 4, "tally.owner.changed": 5, "tally.size": 6 } as const;

/** What replaces or withdraws an earlier event. */
export const revisionTypes = ["tally.event.amended", "tally.event.retracted"] as const;

/** At its instant all that the account holds closes, of every usage type. */
export const accountDeleted = "ACCOUNT.DELETE";

/** Readings of a device that reports them by the name of the reading, whatever usage types are fed by them. */
export const readingTypes = ["tally.counter", "tally.gauge"] as const;

/**
 * Event types of CloudStack that no usage type is fed by but that are part of a resource's life, or of its cloud's, and are kept:
 * prefix → what follows it. Those without a prefix in common stand under "".
 */
const unmetered: Readonly<Record<string, string>> = {
  "VM.": "REBOOT UPDATE MIGRATE MOVE RESTORE EXPUNGE IMPORT UNMANAGE RESETPASSWORD RESETSSHKEY CREATE.FROM.BACKUP",
  "VM.LEASE.": "EXPIRED DISABLED CANCELLED EXPIRING",
  "VOLUME.": "EXTRACT MIGRATE DESTROY RECOVER UPDATE IMPORT UNMANAGE",
  "TEMPLATE.": "UPDATE EXTRACT UPLOAD CLEANUP DOWNLOAD.START DOWNLOAD.SUCCESS DOWNLOAD.FAILED",
  "ISO.": "ATTACH DETACH EXTRACT UPLOAD",
  "SNAPSHOT.": "COPY REVERT EXTRACT",
  "VMSNAPSHOT.": "REVERTTO",
  "NET.": "IPRESERVE IPUPDATE IP6UPDATE RULEMODIFY",
  "PORTABLE.": "IPASSIGN IPRELEASE IP.TRANSFER",
  "LB.": "ASSIGN.TO.RULE REMOVE.FROM.RULE UPDATE",
  "LB.STICKINESSPOLICY.": "CREATE UPDATE DELETE",
  "LB.HEALTHCHECKPOLICY.": "CREATE UPDATE DELETE",
  "LB.CERT.": "UPLOAD DELETE ASSIGN REMOVE",
  "NETWORK.": "RESTART MIGRATE OFFERING.EDIT",
  "VPC.": "UPDATE RESTART",
  "SG.": "CREATE DELETE",
  "BACKUP.": "CREATE RESTORE DELETE RESTORE.VOLUME.TO.VM SCHEDULE.CONFIGURE SCHEDULE.DELETE IMPORT.OFFERING",
  "BACKUP.OFFERING.": "REMOVE EDIT CLONE",
  "SHAREDFS.": "CREATE START UPDATE CHANGE.SERVICE.OFFERING CHANGE.DISK.OFFERING STOP RESTART DESTROY EXPUNGE RECOVER",
  "QUOTA.TARIFF.": "CREATE UPDATE DELETE",
  "ACCOUNT.": "CREATE ENABLE DISABLE UPDATE MARK.DEFAULT.ZONE",
  "DOMAIN.": "CREATE DELETE UPDATE MOVE",
  "PROJECT.":
    "CREATE UPDATE DELETE ACTIVATE SUSPEND INVITATION.UPDATE INVITATION.REMOVE ROLE.CREATE ROLE.UPDATE ROLE.DELETE",
  "PROJECT.ACCOUNT.": "ADD REMOVE",
  "PROJECT.USER.": "ADD REMOVE",
  "PROJECT.ROLE.PERMISSION.": "CREATE UPDATE DELETE",
  "USER.": "LOGIN LOGOUT CREATE DELETE ENABLE DISABLE UPDATE LOCK MOVE",
  "": "USAGE.REMOVE.USAGE.RECORDS CREATE_TAGS DELETE_TAGS",
};

/** Event types that are accepted and metered by nothing, sorted. An operator's own usage type may still be fed by one. */
export const unmeteredEventTypes: readonly string[] = Object.entries(unmetered)
  .flatMap(([prefix, rest]) => rest.split(" ").map((name) => prefix + name))
  .toSorted();
