import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Session } from "chdb";
import { clusterStatements } from "./cluster-schema-text.ts";

/**
 * The engine in this process as a node that knows a cluster `tally` of two shards, of which neither answers: it lays the
 * schema and plans statements as a node does, up to where it would ask the shards.
 */
export interface TwoShards {
  /** Runs a statement with parameters; gives what it says, or the code and words of its refusal. */
  ask(sql: string, params?: Readonly<Record<string, string>>): Promise<{ text: string; code: number; refusal: string }>;
  close(): void;
}

/** 279, 210: the shards were asked, which nothing but a statement that got so far does. */
export const askedShards: readonly number[] = [279, 210];

/** Ports of the machine that nobody listens on: a refusal tells by them which shard was asked. */
const shardAt = (port: number): string =>
  `<shard><replica><host>127.0.0.1</host><port>${port}</port></replica></shard>`;

/** Opens it with the schema laid, as far as that goes without ON CLUSTER and Replicated…, which need a keeper. */
export async function openTwoShards(): Promise<TwoShards> {
  const folder = mkdtempSync(join(tmpdir(), "tally-shards-"));
  const config = join(folder, "config.xml");
  writeFileSync(
    config,
    `<clickhouse><remote_servers><tally>${shardAt(1)}${shardAt(2)}</tally></remote_servers></clickhouse>`,
  );
  const session = new Session(join(folder, "store"), { connectionArgs: [`--config-file=${config}`] });

  const ask: TwoShards["ask"] = async (sql, params = {}) => {
    for (const [name, value] of Object.entries(params))
      await session.queryAsync(`SET param_${name} = '${value.replaceAll(/[\\']/g, String.raw`\$&`)}'`);
    try {
      return { text: (await session.queryAsync(sql, { format: "TabSeparatedRaw" })).text(), code: 0, refusal: "" };
    } catch (error) {
      const refusal = error instanceof Error ? error.message : String(error);
      return { text: "", code: Number(/^Code: (\d+)/.exec(refusal)?.[1] ?? -1), refusal };
    }
  };
  for (const statement of clusterStatements()) {
    const { code, refusal } = await ask(onOneNode(statement));
    if (code !== 0 && !(/^(INSERT|DELETE)/.test(statement) && askedShards.includes(code)))
      throw new Error(`${onOneNode(statement).slice(0, 300)}: ${refusal}`);
  }
  return {
    ask,
    close: () => {
      session.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A statement as the node itself would carry it out, with tables that are not replicated. */
export function onOneNode(statement: string): string {
  return statement
    .replace(/ ON CLUSTER `tally`/, "")
    .replace(/ENGINE = Replicated(\w+)\('[^']*', '\{replica\}'(?:, )?/, "ENGINE = $1(");
}
