import { field } from "./insert-lines.ts";

/** Texts as an array in a field of a tab-separated line; quoted, so that they may hold anything. */
export function textsField(values: readonly string[]): string {
  return `[${values.map((value) => `'${field(value).replaceAll("'", "\\'")}'`).join(",")}]`;
}

/** Whole numbers of any size as an array in a field of a tab-separated line. */
export function numbersField(values: readonly (number | bigint)[]): string {
  return `[${values.join(",")}]`;
}
