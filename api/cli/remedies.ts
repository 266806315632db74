/** One line of `tally doctor`, before it is said what to do. */
export interface Found {
  readonly check: string;
  readonly state: "ok" | "warning" | "wrong";
  readonly detail: string;
}

/** One line of `tally doctor`. */
interface Check extends Found {
  /** What to do about it; '' where it is ok. */
  readonly remedy: string;
}

/** What to do about a check that is not ok, by its name; that of a job is the job's. */
const remedies: Readonly<Record<string, string>> = {
  node: "install Node 20.19 or newer",
  "time zones": "update Node, or its ICU data",
  configuration: "mend the variables that are named; README.md lists them all",
  certificate: "get a new one, put its files where TALLY_TLS_CERT and TALLY_TLS_KEY say, and start the server again",
  disk: "make room, or set TALLY_DATA_DIR to another disk; tally archive moves old raw events out",
  "data directory": "nothing, where this is a new installation; else TALLY_DATA_DIR should name another one",
  server: "wait until it has ended",
  store: "look at the log; TALLY_CLICKHOUSE_URL says where a server is, tally restore brings back a backup",
  kafka:
    "see TALLY_KAFKA_BROKERS; start more processes with the role ingest; what was lost the sources must send again",
  redis: "see TALLY_REDIS_URL, and start Redis",
  ingest: "put the topic back, or start anew on an empty data directory",
  usage: "tally aggregate publishes what is due; GET /v1/jobs says why scheduled runs failed",
  fonts: "install the fonts that are named, or set documents.fonts.folder",
  quarantine: "tally quarantine list says why; mend the source, then tally quarantine replay",
  sanity: "tally findings list names each, with what to do",
  backup: "tally backup DIR, each night by a timer, onto another disk",
};

/** A check with what to do where it is not ok. */
export function withRemedy(check: Found): Check {
  const remedy = remedies[check.check] ?? "GET /v1/jobs has its errors; usage.job.retry.* say how it is tried again";
  return { ...check, remedy: check.state === "ok" ? "" : remedy };
}
