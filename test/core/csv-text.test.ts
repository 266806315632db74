// Texts in CSV that a spreadsheet would compute, in this program and in the engine.
import { expect, test } from "vitest";
import { csvText } from "../../core/csv-text.ts";
import { openTestStore } from "../test-store.ts";

const fields: readonly (readonly [text: string, field: string])[] = [
  ["plain", "plain"],
  ["", ""],
  ["a, b", '"a, b"'],
  ['say "hi"', '"say ""hi"""'],
  ["two\nlines", '"two\nlines"'],
  ["=1+1", "'=1+1"],
  ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
  ["@sum", "'@sum"],
  ["-cmd", "'-cmd"],
  ["  =1", "'  =1"],
  ["\u00a0+1", "'\u00a0+1"],
  ["\u3000=1", "'\u3000=1"],
  ["\ufeff=1", "'\ufeff=1"],
  ["\v=1", "'\v=1"],
  ["\n=1", `"'\n=1"`],
  ["\nplain", `"'\nplain"`],
  ["\tplain", "'\tplain"],
  ["\uff1d1", "'\uff1d1"],
  ["\uff0b1", "'\uff0b1"],
  ["\uff0d1", "'\uff0d1"],
  ["\uff20sum", "'\uff20sum"],
  ["a=b", "a=b"],
  [" plain", " plain"],
  ["é=1", "é=1"],
];

test.each(fields)("%j is written as %j", (text, field) => {
  expect(csvText(text)).toBe(field);
});

test("the engine takes the same texts for formulas", async () => {
  const on = await openTestStore();
  try {
    const texts = fields.map(([text]) => text);
    const query = "SELECT cell, formula_safe(cell) AS safe FROM (SELECT arrayJoin({texts:Array(String)}) AS cell)";
    const asked = await on.store.read.query({ query, query_params: { texts }, format: "JSONEachRow" });
    const rows = await asked.json<{ cell: string; safe: string }>();
    expect(rows.length).toBe(texts.length);
    const unquoted = (field: string): string =>
      field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
    for (const { cell, safe } of rows) expect(safe, JSON.stringify(cell)).toBe(unquoted(csvText(cell)));
  } finally {
    await on.close();
  }
});
