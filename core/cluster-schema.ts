import { assert } from "./errors.ts";

/**
 * What tables of a cluster are sharded by; all others lie whole on the first shard: control data and the ledgers are small, are read
 * with nearly every statement, and one row of the ledger of runs is what publishing is, so it has one place.
 *
 * A resource's hash keeps what is computed together together. Where k is MATERIALIZED it is written out, from columns that inserts
 * bring: where a row lies must not hang on when the engine makes the others.
 * What a merge folds (Replacing…) has to meet on one shard, so such tables are sharded by what a part of their sorting key tells.
 */
export const placements: Readonly<Record<string, string>> = {
  event: "sipHash64(resource)",
  past_event: "sipHash64(resource)",
  engine_horizon: "sipHash64(resource)",
  usage_record: "sipHash64(resource)",
  slice: "sipHash64(resource)",
  billing_record: "sipHash64(resource)",
  rerated_record: "sipHash64(resource)",
  resource_name: "sipHash64(resource)",
  // The event's resource; rows of one (id_hash, log_partition, log_offset) come from one event.
  event_identity: "k",
  run_touched: "k",
  resource_state: "k",
  resource_state_repair: "k",
  horizon_interval: "k",
  // Of an event its place in the log alone is known here.
  event_excluded: "sipHash64(log_partition, log_offset)",
  // All revisions of an original together.
  event_revision: "sipHash64(original_hash)",
  shape: "sipHash64(shape)",
  // A statement lies on one shard.
  statement_line: "sipHash64(payer_account_id)",
  final_line: "sipHash64(payer_account_id)",
};

/** Any constant: it falls into the first slot of the cluster, whatever the weights. */
const firstShard = "0";

/**
 * A statement as a cluster takes it: what it is there, one or more, in their order. Pure. Every table x is `x_local` on each
 * node (Replicated…, a path for each shard) under a Distributed table x, through which it is read and filled; what changes
 * tables goes ON CLUSTER to x_local. Scratch tables (Memory) are on each node, and a run fills and reads those of the node it talks to.
 * Views go ON CLUSTER. Subqueries and the right sides of joins are GLOBAL: made once, where the statement was sent to.
 * @throws when there is no rule for the statement: it must not run on one node alone in silence
 */
export function renderForCluster(statement: string, cluster: string): string[] {
  const text = statement.replace(/^(?:\s*--.*\n)+/, "").trim();
  const on = `ON CLUSTER \`${cluster}\``;
  const verb = /^[A-Z]+(?: OR REPLACE)?(?: (?:TABLE|VIEW|FUNCTION|FROM))?/.exec(text)?.[0] ?? "";
  const [, name = "", rest = ""] =
    /^(?:IF (?:NOT )?EXISTS )?(\w+)\b([\s\S]*)$/.exec(text.slice(verb.length).trim()) ?? [];
  switch (verb) {
    case "CREATE TABLE":
      return createTable({ name, rest, cluster, on });
    case "ALTER TABLE":
      return alterTable({ name, rest, on });
    case "DELETE FROM":
    case "TRUNCATE TABLE":
      return [isScratch(name) ? text : `${verb} ${localOf(name)} ${on}${rest}`];
    case "DROP TABLE":
      return [...new Set([name, localOf(name)])].map((table) => `DROP TABLE IF EXISTS ${table} ${on} SYNC`);
    case "DROP VIEW":
      return [`DROP VIEW IF EXISTS ${name} ${on}`];
    case "CREATE OR REPLACE VIEW":
    case "CREATE OR REPLACE FUNCTION":
      return [`${verb} ${name} ${on}${renderRead(rest)}`];
    default:
      assert(/^(?:SELECT|WITH|INSERT|DESCRIBE|SHOW|EXPLAIN|EXISTS)\b/.test(text), `a cluster has a form of: ${verb}`);
      return [renderRead(text)];
  }
}

/**
 * A statement with its subqueries and joins GLOBAL. Settings alone do not do it: with them a join still looks into the scratch
 * tables of every other node, which are empty (measured, engine 26.7; test/sql/cluster-statements.test.ts).
 */
export function renderRead(sql: string): string {
  const kept = /'(?:[^'\\]|\\.|'')*'|`[^`]*`|"[^"]*"|--[^\n]*|\bGLOBAL\s+\w+|\b(?:LEFT\s+)?ARRAY\s+JOIN\b/;
  const subquery = /\b(?:NOT\s+)?IN(?=\s*\(\s*(?:SELECT|WITH)\b)/;
  const join = /\b(?:(?:LEFT|RIGHT|INNER|FULL|CROSS|ANY|ALL|ASOF|SEMI|ANTI)\s+)*JOIN\b/;
  const places = new RegExp(`(?<kept>${kept.source})|${subquery.source}|${join.source}`, "g");
  return sql.replaceAll(places, (found, ...given) => {
    const groups = given.at(-1) as { kept?: string };
    return groups.kept === undefined ? `GLOBAL ${found}` : found;
  });
}

/**
 * What a cluster needs to be as sure as one engine: an insert ends when a majority of each shard's replicas has it, and a
 * read sees all that ended before it, or fails. An insert that says the same as a former one is another one, as on one engine.
 */
export const clusterSettings = {
  distributed_foreground_insert: 1,
  insert_quorum: "auto",
  // Reads in sequence are not possible otherwise; of two inserts into one table of one shard at a time one may be refused.
  insert_quorum_parallel: 0,
  select_sequential_consistency: 1,
  fallback_to_stale_replicas_for_distributed_queries: 0,
  skip_unavailable_shards: 0,
  insert_deduplicate: 0,
  // As of 26.7 an INSERT … SELECT would otherwise stay on the shard it reads from, past the sharding key.
  parallel_distributed_insert_select: 0,
  // For what people ask by hand; statements of ours say GLOBAL themselves.
  distributed_product_mode: "global",
  prefer_global_in_and_join: 1,
  alter_sync: "2",
  mutations_sync: "2",
  // A migration deletes by a subquery.
  allow_nondeterministic_mutations: 1,
} satisfies Record<string, string | number>;

function createTable(given: { name: string; rest: string; cluster: string; on: string }): string[] {
  const { name, rest, cluster, on } = given;
  const [, columns = "", engine = "", args = "", keys = ""] =
    /^([\s\S]*?)ENGINE = (\w+)(?:\(([^)]*)\))?([\s\S]*)$/.exec(rest) ?? [];
  const body = columns.replace(/^ AS (\w+)/, (_as, source: string) => ` AS ${localOf(source)}`);
  const create = `CREATE TABLE IF NOT EXISTS`;
  if (engine === "Memory") return [`${create} ${name} ${on}${body}ENGINE = Memory${keys}`];
  assert(engine.endsWith("MergeTree") && !isScratch(name), `a cluster has a form of ${name}'s engine ${engine}`);
  const path = `'/clickhouse/tables/{shard}/{database}/${localOf(name)}'`;
  const replicated = [path, "'{replica}'", ...(args === "" ? [] : [args])].join(", ");
  const local = localOf(name);
  const key = placements[name] ?? firstShard;
  return [
    `${create} ${local} ${on}${body}ENGINE = Replicated${engine}(${replicated})${keys}`,
    `${create} ${name} ${on} AS ${local}\nENGINE = Distributed('${cluster}', currentDatabase(), ${local}, ${key})`,
  ];
}

/** Columns change in both tables, all else in x_local alone: the Distributed one has no rows, parts or indices. */
function alterTable({ name, rest, on }: { name: string; rest: string; on: string }): string[] {
  const ofColumns = /\b(?:ADD|DROP|MODIFY|RENAME) COLUMN\b/.test(rest);
  const ofOthers = /\b(?:INDEX|PROJECTION|PARTITION|UPDATE|DELETE|MODIFY (?:TTL|SETTING|ORDER BY))\b/.test(rest);
  assert(ofColumns !== ofOthers, `one ALTER of ${name} changes columns or something else`);
  const waiting = rest.replace(/\bmutations_sync = 1\b/, "mutations_sync = 2");
  const tables = ofColumns && !isScratch(name) ? [localOf(name), name] : [localOf(name)];
  return tables.map((table) => `ALTER TABLE ${table} ${on}${waiting}`);
}

function isScratch(name: string): boolean {
  return name.startsWith("scratch_");
}

function localOf(name: string): string {
  return isScratch(name) ? name : `${name}_local`;
}
