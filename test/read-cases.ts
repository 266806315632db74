import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** The golden cases of `test/cases/<name>.yaml`. Every scalar stays a text, so that 0.10 cannot become a float; with "core" numbers are numbers, as in JSON. */
export function readCases<T>(name: string, schema: "failsafe" | "core" = "failsafe"): T[] {
  return parse(readFileSync(new URL(`cases/${name}.yaml`, import.meta.url), "utf8"), { schema, merge: true }) as T[];
}
