import type { ClickHouseClient } from "@clickhouse/client";
import Type from "typebox";
import { field, insertLines } from "../../core/insert-lines.ts";
import { defineCommand, loadSql } from "../../core/sql.ts";
import { compileCondition } from "./compile-condition.ts";
import { readCondition } from "./read-condition.ts";

const nothing = Type.Object({});
const clears = [
  defineCommand("rating/clear_conditions", nothing),
  defineCommand("rating/clear_condition_matches", nothing),
  defineCommand("rating/clear_shape_classes", nothing),
  defineCommand("rating/clear_class_conditions", nothing),
];
const writeClasses = defineCommand("rating/write_shape_classes", nothing);
const writeClassConditions = defineCommand("rating/write_class_conditions", nothing);
const matchesName = "rating/write_condition_matches";
const matchesSql = loadSql(matchesName);

const MARK = "/* conditions */";
/** Per statement: a server takes a megabyte of parameters, and the engine compiles what it reads anew each time. */
const BATCH_CONDITIONS = 50;
const BATCH_CHARACTERS = 65_536;

/**
 * Lays out, for a rating run, which shapes match which conditions: scratch_shape_class and scratch_class_condition, in place of
 * those of the run before. Each distinct shape is looked at once. Gives the number of each text; "" is 0, the others count from 1.
 * @throws AppError invalid-request for a text that is no condition: tariffs were checked when they were written
 */
export async function fillConditions(
  client: ClickHouseClient,
  conditions: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const texts = [...new Set(conditions)].filter((text) => text !== "").toSorted();
  const numbered = texts.map((text, index) => ({ text, condition_no: index + 1 }));
  for (const clear of clears) await clear(client, {});
  await insertLines(
    client,
    { table: "scratch_condition", columns: ["condition_no", "condition"] },
    numbered.map(({ text, condition_no }) => `${condition_no}\t${field(text)}\n`).join(""),
  );
  for (const batch of batches(numbered)) await match(client, batch);
  await writeClasses(client, {});
  await writeClassConditions(client, {});
  return new Map([["", 0], ...numbered.map(({ text, condition_no }): [string, number] => [text, condition_no])]);
}

interface Numbered {
  readonly text: string;
  readonly condition_no: number;
}

async function match(client: ClickHouseClient, batch: readonly Numbered[]): Promise<void> {
  const compiled = batch.map(({ text, condition_no }) => ({
    condition_no,
    ...compileCondition(readCondition(text, "condition"), `c${condition_no}`),
  }));
  const choices = compiled.map(({ sql, condition_no }) => `if(${sql}, toUInt32(${condition_no}), toUInt32(0)),`);
  await client.command({
    // a function, since a replacement's own marks ($&) would be read in a text
    query: matchesSql.replace(MARK, () => choices.join("\n")),
    query_params: Object.assign({}, ...compiled.map(({ params }) => params)) as Record<string, unknown>,
    clickhouse_settings: { log_comment: matchesName },
  });
}

function batches(numbered: readonly Numbered[]): Numbered[][] {
  const all: Numbered[][] = [];
  let characters = 0;
  for (const one of numbered) {
    characters += one.text.length;
    const last = all.at(-1);
    if (last === undefined || last.length >= BATCH_CONDITIONS || characters > BATCH_CHARACTERS) {
      all.push([one]);
      characters = one.text.length;
    } else last.push(one);
  }
  return all;
}
