import { assert } from "../../core/errors.ts";
import { refuse } from "../refuse.ts";

/** How numbers of a series are written: the text before and after, and how many digits there are at least. */
export interface NumberForm {
  /** What the number runs on in: one after the other, from 1. */
  readonly series: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly width: number;
}

/** Of issuers that name none, and of documents without an issuer. */
export const DEFAULT_SERIES = "{year}-{number:6}";
const NUMBER = /\{number(?::([1-9]|1[0-2]))?\}/g;

/** @throws AppError invalid-request for a pattern that numbers nothing, or names what is not known */
export function requireSeries(pattern: string): void {
  const numbers = [...pattern.matchAll(NUMBER)].length;
  const rest = pattern.replaceAll(NUMBER, "").replaceAll("{year}", "");
  if (numbers !== 1 || /[{}]/.test(rest) || /[^\x20-\x7e]/.test(rest))
    refuse(
      "series",
      pattern,
      `a pattern with {number} or {number:digits} once, and {year} where it starts anew each year, such as ${DEFAULT_SERIES}`,
    );
}

/** The form of an issuer's numbers in a year. A pattern without {year} runs on for ever. Pure. */
export function numberForm({
  issuer_id,
  series,
  year,
}: {
  issuer_id: string;
  series: string;
  year: string;
}): NumberForm {
  const filled = series.replaceAll("{year}", year);
  const [found] = filled.matchAll(NUMBER);
  assert(found !== undefined, `the pattern ${series} has its number`);
  return {
    series: series.includes("{year}") ? `${issuer_id}/${year}` : issuer_id,
    prefix: filled.slice(0, found.index),
    suffix: filled.slice(found.index + found[0].length),
    width: Number(found[1] ?? "1"),
  };
}
